/**
 * The gateway put together, as one function of its options; both entries and the crash tests use it.
 *
 *   data directory → lock → log → store → key → settings → gateway → api → port → start
 *
 * Whatever fails on the way undoes what came before it and is told as one sentence; nothing that exists is overwritten.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { applyConnections, applyPeople, applyToolServers } from './api/apply-provision.ts';
import { createHandlers } from './api/commands/all.ts';
import { createDispatch, type Dispatch } from './api/dispatch.ts';
import { createEventLog, type EventLog } from './api/event-log.ts';
import type { HttpHost } from './api/http.ts';
import {
  createIds,
  createLoopMeter,
  createSystemClock,
  freeBytes,
  networkAddresses,
  runtime,
  systemRandom,
  useProxyFromEnvironment,
  watchClock,
  watchNetwork,
} from './api/machine.ts';
import type { ApiPorts, DesktopPort } from './api/ports.ts';
import type { Provision } from './api/provision.ts';
import { SwitchedHttp, type HttpWish } from './api/switched-http.ts';
import { translateEvent } from './api/translate.ts';
import { createSentences, systemLanguage } from './store/sentences.ts';
import { createChannelFactory, createLinkProbe } from './channels/catalog.ts';
import { parseMarkdown } from './channels/formatting/parse.ts';
import { roleIn } from './gateway/access/access.ts';
import type { Clock, Ids } from './gateway/clock.ts';
import { createGateway } from './gateway/compose.ts';
import type { Gateway, GatewayPorts } from './gateway/gateway.ts';
import { describeError } from './gateway/log.ts';
import type { SecretBox } from './gateway/secrets.ts';
import type { Sentences } from './gateway/sentences.ts';
import type { Millis, Reason } from './gateway/types.ts';
import { failed, ok, type Result } from './lib/result.ts';
import { createProviderFactory } from './models/catalog.ts';
import { createPriceFiles, type PriceFiles } from './models/own-prices.ts';
import { listBackups, restoreBackup } from './store/backups.ts';
import { createBackupDesk } from './store/backup-desk.ts';
import { dataDirectoryFor, prepareDataDirectory } from './store/data-directory.ts';
import { openDataKey, type DataKey, type KeyWrapping } from './store/data-key.ts';
import { followFile } from './store/followed-file.ts';
import { createIdentityFiles } from './store/identities.ts';
import { openLog, type LogFile } from './store/log-file.ts';
import { followRestorePlan, planRestore } from './store/restore-plan.ts';
import { takeOwnership, type Owner, type OwnerLock } from './store/owner-lock.ts';
import { openSettings, type SettingsFile, type SettingsOptions } from './store/settings-file.ts';
import { openStore, type Store, type StoreOptions } from './store/store.ts';
import { createToolDesk, type ToolDesk } from './tools/desk.ts';

export interface HostOptions {
  readonly mode: Owner['mode'];
  readonly version: string;
  /** As given on the command line; null for `PORCHLIGHT_DATA_DIR` or the system's place. */
  readonly dataDir: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Null when no provision file was given. */
  readonly provision: Provision | null;
  /** Null for no port at all. */
  readonly http: HttpWish | null;
  /** What the owner should know of this machine; shown in the window. */
  readonly notices?: readonly Reason[];
  /** The system's language (BCP 47) where the environment names none; what the runtime knows of it when left out. */
  readonly language?: () => string;
  /** The system's keychain on the desktop. */
  readonly keyWrapping?: KeyWrapping;
  /** The tray app around it; left out on a headless host. */
  readonly desktop?: DesktopPort;
  /** Reaches other machines; the global one when left out. */
  readonly fetch?: typeof fetch;
  /** Name of a backup to be put in the place of the database first. */
  readonly restoreBackup?: string | null;
  /** Gets warnings and errors of the log as lines for people. */
  readonly mirrorLog?: (line: string) => void;
  /** Lets a crash test stand between the gateway and single ports. */
  readonly wrap?: (ports: GatewayPorts) => GatewayPorts;
  /** Passed on to the store and to the settings file. */
  readonly store?: Pick<StoreOptions, 'beforeCommit' | 'onConnection'>;
  readonly loadSettingsStore?: SettingsOptions['loadStore'];
}

/** Why there is no host. `sentence` says what to do. */
export type HostFailure =
  | { readonly kind: 'owned'; readonly reason: Reason; readonly owner: Owner | null; readonly sentence: string }
  /** The data cannot be used as it is. */
  | { readonly kind: 'data'; readonly reason: Reason; readonly sentence: string }
  /** What the caller asked for cannot be. */
  | { readonly kind: 'asked'; readonly sentence: string }
  | { readonly kind: 'port'; readonly taken: boolean; readonly sentence: string };

export interface Host {
  readonly dataDir: string;
  /** What callers of the port show; null until it listened. */
  readonly token: string | null;
  /** What listens now; null while nothing does. */
  readonly http: HttpHost | null;
  readonly gateway: Gateway;
  readonly settings: SettingsFile;
  readonly sentences: Sentences;
  readonly store: Store;
  readonly log: LogFile;
  readonly dispatch: Dispatch;
  readonly events: EventLog;
  /** For the owner to write down; see data-key.ts. */
  readonly recoveryKey: () => string;
  /** Entries of the provision file that could not be applied, as sentences with their paths. */
  readonly refusals: readonly string[];
  /** Writes an error that nobody expected to the log. */
  reportBug(event: string, error: unknown): void;
  /** Drains for at most `deadline`, then cuts what still runs; the data directory is free when it resolves. */
  stop(deadline: Millis): Promise<void>;
}

/** Of a stop's time, so much is kept for closing connections and the store. */
const closingTime: Millis = 1_500;
/** What a server of tools may take that heeds nothing: it is asked, told, and killed. */
const serversTime: Millis = 3_000;

export async function startHost(options: HostOptions): Promise<Result<Host, HostFailure>> {
  await using undo = new AsyncDisposableStack();
  const opened = await openGround(options, undo);
  if (!opened.ok) return opened;
  const ground = opened.value;
  const desk = undo.use(createDesk(ground, options, () => gateway));
  const gateway: Gateway = createGateway(gatewayPorts(ground, desk, options));
  undo.use(desk.watch((what) => gateway.events.publish({ kind: what === 'notes' ? 'memory' : 'tools' })));
  const { dataDir, settings, sentences, store, log, key, lock } = ground;
  const http = new SwitchedHttp(options.http, { dataDir, settings, log, tell: (url) => lock.setUrl(url) });
  const bound = bindApi({ ground, gateway, desk, http }, options, undo);
  undo.use(http);
  const listening = await http.begin(bound);
  if (!listening.ok) {
    const { taken, reason } = listening.failure;
    return failed({ kind: 'port', taken, sentence: sentences.reason(reason, null) });
  }
  const refusals = await startGateway(gateway, ground, desk, options.provision);
  undo.use(watchSurroundings(ground, gateway));
  http.open();
  const startMs = Math.round(performance.now());
  log.write('info', 'host.started', { version: options.version, mode: options.mode, startMs });
  await ground.log.opened();
  const owned = undo.move();
  return ok({
    dataDir,
    get token() {
      return http.token;
    },
    get http() {
      return http.current;
    },
    gateway,
    settings,
    sentences,
    store,
    log,
    dispatch: bound.dispatch,
    events: bound.events,
    recoveryKey: () => key.recoveryKey(),
    refusals,
    reportBug(event, error) {
      log.write('error', event, {
        error: describeError(error),
        stack: error instanceof Error ? error.stack : undefined,
      });
    },
    stop: (deadline) => stop({ gateway, http, desk, owned, ground, abort: bound.abort }, deadline),
  });
}

/** What stands before there is a gateway. */
interface Ground {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly lock: OwnerLock;
  readonly log: LogFile;
  readonly sentences: Sentences;
  readonly store: Store;
  readonly key: DataKey;
  /** Whatever is sealed or opened with it is left out of the log. */
  readonly secrets: SecretBox;
  readonly settings: SettingsFile;
  /** IANA name. */
  readonly systemTimeZone: () => string;
  /** The owner's own, and the one that comes with the program. */
  readonly prices: PriceFiles;
  readonly startedAt: Millis;
  /** What became of the database on the way. */
  readonly notices: readonly Reason[];
}

async function openGround(options: HostOptions, undo: AsyncDisposableStack): Promise<Result<Ground, HostFailure>> {
  const clock = createSystemClock();
  const ids = createIds(clock);
  const startedAt = clock.now();
  const surroundings = { platform: process.platform, env: options.environment, home: homedir() };
  const dataDir = dataDirectoryFor(options.dataDir ?? undefined, surroundings);
  const plain = createSentences(() => systemLanguage(options.environment, options.language));
  const data = (reason: Reason): Result<never, HostFailure> =>
    failed({ kind: 'data', reason, sentence: plain.reason(reason, null) });

  const prepared = await prepareDataDirectory(dataDir);
  if (!prepared.ok) return data(prepared.failure);
  const ownership = await takeOwnership(dataDir, options.mode, clock);
  if (ownership.kind === 'owned') return failed(ownedFailure(ownership.owner, dataDir, plain));
  const { lock } = ownership;
  undo.use(lock);
  const { mirrorLog: mirror } = options;
  const log = openLog({ folder: join(dataDir, 'logs'), clock, ...(mirror === undefined ? {} : { mirror }) });
  undo.defer(() => log.close());
  const restored = await restore(options.restoreBackup ?? null, dataDir, clock, log);
  if (!restored.ok) return restored;
  const store = await openStore({ dataDir, clock, ids, log, ...options.store });
  if (!store.ok) return data(store.failure);
  undo.defer(() => store.value.close());
  const { value: opened } = store;
  const notices: readonly Reason[] = [
    ...(opened.restored ? [{ code: 'host.restored' } as const] : []),
    ...(restored.value === null ? [] : [restored.value]),
  ];
  const wrapping = options.keyWrapping ?? null;
  const key = await openDataKey({
    dataDir,
    given: options.environment['PORCHLIGHT_KEY'],
    wrapping,
    store: opened,
    log,
  });
  if (!key.ok) return data(key.failure);
  const { loadSettingsStore: loadStore } = options;
  const settings = await openSettings({ dataDir, clock, log, ...(loadStore === undefined ? {} : { loadStore }) });
  const fixed = settings.fix(Object.fromEntries(options.provision?.settings ?? []));
  if (!fixed.ok) return failed({ kind: 'asked', sentence: plain.reason(fixed.failure, null) });
  const sentences = createSentences(() => languageOf(settings, options));
  return ok({
    ...{ dataDir, clock, ids, lock, log, sentences, store: opened, key: key.value, settings, startedAt, notices },
    secrets: unseenBy(log, key.value.box),
    prices: ownPrices(dataDir, clock, log),
    systemTimeZone: rememberedTimeZone(),
  });
}

function ownPrices(dataDir: string, clock: Clock, log: LogFile): PriceFiles {
  const path = join(dataDir, 'prices.json');
  return createPriceFiles(path, followFile(path, clock), log);
}

function ownedFailure(owner: Owner | null, dataDir: string, sentences: Sentences): HostFailure {
  const params = owner === null ? { dataDir } : { dataDir, mode: owner.mode, pid: String(owner.pid) };
  const reason: Reason = { code: 'host.owned', params };
  return { kind: 'owned', reason, owner, sentence: sentences.reason(reason, null) };
}

/** What was asked for at this start, else what the owner planned in the window; answers what the owner is to know. */
async function restore(
  name: string | null,
  dataDir: string,
  clock: Clock,
  log: LogFile,
): Promise<Result<Reason | null, HostFailure>> {
  if (name === null) return ok(await followRestorePlan(dataDir, clock.now(), log));
  const backups = await listBackups(dataDir);
  if (backups.some((backup) => backup.name === name)) {
    await restoreBackup(dataDir, name, clock.now());
    planRestore(dataDir, null);
    return ok(null);
  }
  const known = backups.map((backup) => backup.name).join(', ');
  const sentence = `There is no backup ${name} in ${join(dataDir, 'backups')}.${known === '' ? '' : ` There are: ${known}.`}`;
  return failed({ kind: 'asked', sentence });
}

/** The setting, else the system's language. */
function languageOf(settings: SettingsFile, { environment, language }: HostOptions): string {
  const chosen = settings.get('language');
  return chosen === 'system' ? systemLanguage(environment, language) : chosen;
}

/**
 * Read when it is first needed, because time zones take a tenth of a start to load, and once, because asking for it takes
 * a quarter of a millisecond; it is the zone of the start by definition.
 */
function rememberedTimeZone(): () => string {
  let timeZone: string | null = null;
  return () => (timeZone ??= Intl.DateTimeFormat().resolvedOptions().timeZone);
}

function createDesk(
  ground: Ground,
  { environment, version, fetch: given = fetch }: HostOptions,
  gateway: () => Gateway,
): ToolDesk {
  const { dataDir, clock, ids, log, store, secrets, settings, sentences, systemTimeZone } = ground;
  return createToolDesk({
    ...{ clock, ids, log, secrets, version, fetch: given, storage: store },
    folder: join(dataDir, 'memory'),
    timeZone: () => settings.get('timeZone') || systemTimeZone(),
    schedules: () => gateway().schedules,
    sentence: (why) => sentences.reason(why, null),
    isOwners(conversation) {
      const link = store.read.links.get(conversation.link);
      if (link === null || conversation.kind !== 'private') return false;
      return roleIn(store.read, link, conversation, conversation.chat) === 'owner';
    },
    host: { platform: process.platform, home: homedir(), shell: environment['SHELL'] || null, env: environment },
  });
}

function gatewayPorts(ground: Ground, desk: ToolDesk, options: HostOptions): GatewayPorts {
  const { dataDir, clock, ids, log, store, settings, key, secrets, sentences, systemTimeZone } = ground;
  const proxy = useProxyFromEnvironment(options.environment);
  if (proxy.problem !== null) log.write('warn', 'host.proxy', { problem: proxy.problem });
  const random = systemRandom;
  // With the box itself: what an identity writes is far too much, and too often, for the log to look out for.
  const identities = createIdentityFiles({ dataDir, box: key.box, clock, log });
  const { environment } = options;
  const ports: GatewayPorts = {
    storage: store,
    settings,
    secrets,
    sentences,
    clock,
    ids,
    random,
    log,
    get systemTimeZone() {
      return systemTimeZone();
    },
    parseMarkdown,
    identities,
    createChannel: createChannelFactory({
      clock,
      random,
      ids,
      log,
      fetch: options.fetch ?? fetch,
      identities,
      environment,
    }),
    createProvider: createProviderFactory({ clock, fetch: options.fetch ?? fetch, ids }),
    files: store.files,
    listPrice: ground.prices.find,
    tools: desk.tools,
    memory: desk.memory,
  };
  return options.wrap?.(ports) ?? ports;
}

/** Whatever is sealed or opened is a secret that the log leaves out from then on, wherever it turns up. */
function unseenBy(log: LogFile, box: SecretBox): SecretBox {
  return {
    seal(name, secret) {
      log.hide(secret);
      return box.seal(name, secret);
    },
    open(name, sealed) {
      const secret = box.open(name, sealed);
      if (secret !== null) log.hide(secret);
      return secret;
    },
  };
}

interface Bound {
  readonly ports: ApiPorts;
  readonly dispatch: Dispatch;
  readonly events: EventLog;
  /** Ends calls that wait for somebody else. */
  readonly abort: () => void;
}

interface Parts {
  readonly ground: Ground;
  readonly gateway: Gateway;
  readonly desk: ToolDesk;
  readonly http: SwitchedHttp;
}

function bindApi({ ground, gateway, desk, http }: Parts, options: HostOptions, undo: AsyncDisposableStack): Bound {
  const { clock, ids, log, store, settings, sentences, dataDir, startedAt } = ground;
  const stopping = new AbortController();
  const meter = undo.use(createLoopMeter(clock));
  const ports: ApiPorts = {
    gateway,
    storage: store,
    settings,
    sentences,
    clock,
    ids,
    log,
    facts: {
      version: options.version,
      mode: options.mode,
      dataDir,
      startedAt,
      apiUrl: () => http.current?.url ?? null,
      notices: () => {
        const prices = ground.prices.problem();
        const fixed = [...ground.notices, ...settings.notices, ...(options.notices ?? [])];
        const own = prices === null ? fixed : [...fixed, prices];
        return http.problem === null ? own : [...own, http.problem];
      },
      runtime: runtime(),
      freeBytes: () => freeBytes(dataDir),
      rssBytes: () => process.memoryUsage.rss(),
      eventLoopP99Ms: () => meter.p99(),
      logTail: (limit) => log.tail(limit),
    },
    files: store.files,
    backups: createBackupDesk({ dataDir, backups: store.backups, log }),
    notes: desk.notes,
    toolServers: desk.servers,
    ...(options.desktop === undefined ? {} : { desktop: options.desktop }),
    probeLink: createLinkProbe({ clock, fetch: options.fetch ?? fetch }),
    fetch: options.fetch ?? fetch,
    stopping: stopping.signal,
  };
  const events = createEventLog({
    events: gateway.events,
    translate: (event) => translateEvent(ports, event),
    // Time rises faster than events do, so no number of an earlier run comes again.
    firstSeq: startedAt,
    defer: setImmediate,
    log,
  });
  undo.use(events);
  undo.use(log.subscribe((line) => line.level !== 'debug' && events.line(line)));
  const loadSchemas = async () => (await import('../preload/contract/schemas.ts')).commandSchemas;
  const dispatch = createDispatch({ handlers: createHandlers(ports, events), loadSchemas, log });
  return { ports, dispatch, events, abort: () => stopping.abort() };
}

/** Connections before the start, so that what is resumed runs with what the file says; who may talk after it. */
async function startGateway(
  gateway: Gateway,
  ground: Ground,
  desk: ToolDesk,
  provision: Provision | null,
): Promise<readonly string[]> {
  const connections = await applyConnections(gateway, provision);
  const servers = await applyToolServers(desk.servers, provision);
  await desk.servers.start();
  await gateway.start();
  const people = await applyPeople(gateway, ground.store, provision);
  return [...connections, ...servers, ...people].map(
    ({ path, reason }) => `${path}: ${ground.sentences.reason(reason, null)}`,
  );
}

/** A sleep, a clock that was set, other networks: every link proves itself again. */
function watchSurroundings({ clock, log }: Ground, gateway: Gateway): Disposable {
  const watching = new DisposableStack();
  const jumped = (by: Millis): void => {
    log.write('info', 'host.clock-jumped', { by });
    gateway.wake('wake');
  };
  const moved = (): void => {
    log.write('info', 'host.network-changed');
    gateway.wake('network');
  };
  watching.use(watchClock(clock, jumped));
  watching.use(watchNetwork(clock, networkAddresses, moved));
  return watching;
}

interface Stopped {
  readonly gateway: Gateway;
  readonly http: SwitchedHttp;
  readonly desk: ToolDesk;
  readonly owned: AsyncDisposableStack;
  readonly ground: Ground;
  readonly abort: () => void;
}

/** Turns and calls of `/v1` may end by themselves until shortly before the deadline; then everything is cut. */
async function stop({ gateway, http, desk, owned, ground, abort }: Stopped, deadline: Millis): Promise<void> {
  ground.log.write('info', 'host.stopping', { deadline });
  http.refuseNew();
  const cut = ground.clock.after(Math.max(0, deadline - closingTime), abort);
  // Turns may use them until shortly before they are cut themselves.
  const ending = ground.clock.after(
    Math.max(0, deadline - serversTime),
    () => void desk.servers[Symbol.asyncDispose](),
  );
  await Promise.all([gateway.stop(deadline), http.idle()]);
  ending[Symbol.dispose]();
  cut[Symbol.dispose]();
  abort();
  await owned.disposeAsync();
}
