/**
 * The gateway put together, as one function of its options; both entries and the crash tests use it.
 *
 *   data directory → lock → log → store → key → settings → gateway → api → port → start
 *
 * Whatever fails on the way undoes what came before it and is told as one sentence; nothing that exists is overwritten.
 */
import { failed, ok, type Result } from './lib/result.ts';
import { applyConnections, applyPeople, applyToolServers } from './api/apply-provision.ts';
import type { Dispatch } from './api/dispatch.ts';
import type { EventLog } from './api/event-log.ts';
import type { FixedEntries } from './api/fixed-entries.ts';
import type { HttpHost } from './api/http.ts';
import { networkAddresses, watchClock, watchNetwork } from './api/machine.ts';
import type { Provision } from './api/provision.ts';
import { SwitchedHttp } from './api/switched-http.ts';
import { createGateway } from './gateway/compose.ts';
import type { Gateway } from './gateway/gateway.ts';
import { describeError } from './gateway/log.ts';
import type { Sentences } from './gateway/sentences.ts';
import type { Millis } from './gateway/types.ts';
import { bindApi } from './host/bind-api.ts';
import { type Ground, openGround } from './host/ground.ts';
import { createDesk, gatewayPorts } from './host/ports.ts';
import type { HostFailure, HostOptions } from './host/types.ts';
import type { LogFile } from './store/log-file.ts';
import type { SettingsFile } from './store/settings-file.ts';
import type { Store } from './store/store.ts';
import type { ToolDesk } from './tools/desk.ts';

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
  const refusals = await startGateway(gateway, ground, desk, options.provision, bound.ports.fixed);
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

/** Connections before the start, so that what is resumed runs with what the file says; who may talk after it. */
async function startGateway(
  gateway: Gateway,
  ground: Ground,
  desk: ToolDesk,
  provision: Provision | null,
  fixed: FixedEntries,
): Promise<readonly string[]> {
  const connections = await applyConnections(gateway, provision, fixed);
  const servers = await applyToolServers(desk.servers, provision, fixed);
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
