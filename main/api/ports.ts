/** What the api is bound to: the gateway's face, the ports beside it, and a few facts about the running host. */
import type { Readable } from 'node:stream';
import type {
  McpLogLineView,
  McpServerDraft,
  McpServerView,
  MemoryHitView,
  MemoryView,
} from '../../preload/contract/agent-views.ts';
import type { BackupView, BackupsView, LogLineView, RuntimeView } from '../../preload/contract/diagnostics-views.ts';
import type { DesktopView } from '../../preload/contract/views.ts';
import type { LinkProbe } from '../gateway/channel.ts';
import type { Clock, Ids } from '../gateway/clock.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Log } from '../gateway/log.ts';
import type { Sentences } from '../gateway/sentences.ts';
import type { Settings } from '../gateway/settings.ts';
import type { Storage } from '../gateway/storage.ts';
import type { Millis, Reason } from '../gateway/types.ts';
import type { Result } from '../lib/result.ts';
import type { FixedEntries } from './fixed-entries.ts';

/** What only the host itself knows. Every method is cheap. */
export interface HostFacts {
  readonly version: string;
  readonly mode: 'desktop' | 'headless';
  readonly dataDir: string;
  readonly startedAt: Millis;
  /** Where `/v1` and the window are served now; null while they are not. */
  apiUrl(): string | null;
  /** Things the owner should know that stop nothing. */
  notices(): readonly Reason[];
  readonly runtime: RuntimeView;
  /** Bytes that are left on the disk with the data; null when the system does not say. */
  freeBytes(): Promise<number | null>;
  /** Resident memory in bytes. */
  rssBytes(): number;
  /** 99th percentile of the event loop's delay since the last reading window began, in milliseconds. */
  eventLoopP99Ms(): number;
  /** The newest log lines, oldest first. */
  logTail(limit: number): readonly LogLineView[];
}

/** A file that was sent to us. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** Where `/files` keeps what it is given; checks the size while it reads. */
export interface Files {
  /** Rejects when the bytes break off or `signal` is aborted. */
  put(
    bytes: AsyncIterable<Uint8Array>,
    meta: { readonly name: string; readonly type: string },
    signal: AbortSignal,
  ): Promise<Result<StoredFile, Reason>>;
  /** What is known of a file; null when there is none. */
  find(id: string): StoredFile | null;
  /** Null when there is no such file. */
  open(id: string): Promise<{ readonly row: StoredFile; readonly stream: Readable } | null>;
}

/** The tray app around the host. */
export interface DesktopPort {
  /** As things are now. */
  view(): DesktopView;
  /** Lets the system start Porchlight at login, or not any more. `desktop.*` when that cannot be. */
  setLogin(on: boolean): Result<void, Reason>;
  /** Ends as Quit does and starts again. */
  restart(): void;
}

/** Copies of the database, and which of them the next start is to stand on. */
export interface BackupDesk {
  list(): Promise<BackupsView>;
  /** `host.disk-full` when the disk refuses. */
  make(): Promise<Result<BackupView, Reason>>;
  /** `input.not-found`, `host.backup-damaged`; null takes the plan back. */
  plan(name: string | null): Promise<Result<void, Reason>>;
}

/** The owner's notes. Failures are `memory.…`. */
export interface NoteDesk {
  view(): Promise<MemoryView>;
  /** Null: there is no such note. */
  read(name: string): Promise<Result<string | null, Reason>>;
  /** `base`: the text that was shown. Answers what is there now. */
  save(name: string, text: string, base: string): Promise<Result<string, Reason>>;
  /** `memory.exists` when there is one already. */
  create(name: string, text: string): Promise<Result<string, Reason>>;
  /** `base`: the text that was shown; `memory.changed` when it is another one now. */
  remove(name: string, base: string): Promise<Result<void, Reason>>;
  search(query: string, limit: number): Promise<readonly MemoryHitView[]>;
}

/** What fixes one is no business of those who run it. */
export type ToolServerStatus = Omit<McpServerView, 'fixedByFile'>;

/** Servers of tools that the owner connected. An unknown one is `input.not-found`. */
export interface ToolServerDesk {
  list(): Promise<readonly ToolServerStatus[]>;
  /** `enabled` left out: as before, a new one on. Fails with `mcp.…` or `input.…`; nothing is stored then. */
  save(draft: McpServerDraft, enabled?: boolean): Promise<Result<ToolServerStatus, Reason>>;
  setEnabled(id: string, enabled: boolean): Promise<Result<void, Reason>>;
  restart(id: string): Promise<Result<void, Reason>>;
  remove(id: string): Promise<Result<void, Reason>>;
  log(id: string): Promise<Result<readonly McpLogLineView[], Reason>>;
}

export interface ApiPorts {
  readonly gateway: Gateway;
  readonly storage: Storage;
  readonly settings: Settings;
  readonly sentences: Sentences;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly facts: HostFacts;
  readonly files: Files;
  readonly backups: BackupDesk;
  readonly notes: NoteDesk;
  readonly toolServers: ToolServerDesk;
  readonly fixed: FixedEntries;
  /** Left out on a headless host. */
  readonly desktop?: DesktopPort;
  readonly probeLink: LinkProbe;
  /** For looking whether Ollama runs on this machine. */
  readonly fetch: typeof fetch;
  /** Aborted when the host stops: calls that wait for somebody else end. */
  readonly stopping: AbortSignal;
}
