/** The contract bound to the gateway: what commands are given, and what its events become. */
import { createHandlers } from '../api/commands/all.ts';
import { createDispatch, type Dispatch } from '../api/dispatch.ts';
import { createEventLog, type EventLog } from '../api/event-log.ts';
import { createFixedEntries } from '../api/fixed-entries.ts';
import { createLoopMeter, freeBytes, runtime } from '../api/machine.ts';
import type { ApiPorts } from '../api/ports.ts';
import type { SwitchedHttp } from '../api/switched-http.ts';
import { translateEvent } from '../api/translate.ts';
import { createLinkProbe } from '../channels/catalog.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Ground } from './ground.ts';
import type { HostOptions } from './types.ts';
import { createBackupDesk } from '../store/backup-desk.ts';
import type { ToolDesk } from '../tools/desk.ts';

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

/** Binds it; nothing listens yet. What it opens is undone with `undo`. */
export function bindApi(
  { ground, gateway, desk, http }: Parts,
  options: HostOptions,
  undo: AsyncDisposableStack,
): Bound {
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
    fixed: createFixedEntries(),
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
  const loadSchemas = async () => (await import('../../preload/contract/schemas.ts')).commandSchemas;
  const dispatch = createDispatch({ handlers: createHandlers(ports, events), loadSchemas, log });
  return { ports, dispatch, events, abort: () => stopping.abort() };
}
