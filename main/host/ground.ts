/**
 * What stands before there is a gateway: data directory → lock → log → restored backup → store → key → settings.
 *
 * Each is undone by the caller's stack. The first that fails is told as one sentence, and nothing behind it is begun.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { failed, ok, type Result } from '../lib/result.ts';
import { createIds, createSystemClock } from '../api/machine.ts';
import type { Clock, Ids } from '../gateway/clock.ts';
import type { SecretBox } from '../gateway/secrets.ts';
import type { Sentences } from '../gateway/sentences.ts';
import type { Millis, Reason } from '../gateway/types.ts';
import type { HostFailure, HostOptions } from './types.ts';
import { createPriceFiles, type PriceFiles } from '../models/own-prices.ts';
import { listBackups, restoreBackup } from '../store/backups.ts';
import { dataDirectoryFor, prepareDataDirectory } from '../store/data-directory.ts';
import { type DataKey, openDataKey } from '../store/data-key.ts';
import { followFile } from '../store/followed-file.ts';
import { type LogFile, openLog } from '../store/log-file.ts';
import { type Owner, type OwnerLock, takeOwnership } from '../store/owner-lock.ts';
import { followRestorePlan, planRestore } from '../store/restore-plan.ts';
import { createSentences, systemLanguage } from '../store/sentences.ts';
import { openSettings, type SettingsFile } from '../store/settings-file.ts';
import { openStore, type Store } from '../store/store.ts';

/** What stands before there is a gateway. */
export interface Ground {
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

/** Takes and opens all of it; `undo` gives it back, in the reverse order. */
export async function openGround(
  options: HostOptions,
  undo: AsyncDisposableStack,
): Promise<Result<Ground, HostFailure>> {
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
