/**
 * Words of the client for servers of the Model Context Protocol (https://modelcontextprotocol.io/specification): what is
 * stored of a server, what state it is in, and what the rest of the program sees of all of them.
 */
import type { Clock } from '../../gateway/clock.ts';
import type { SecretBox } from '../../gateway/secrets.ts';
import type { Tool } from '../../gateway/tool.ts';
import type { Millis } from '../../gateway/types.ts';
import type { Observable } from '../../lib/observable.ts';
import type { Result } from '../../lib/result.ts';
import type { ReasonParams } from '../../../preload/contract/reasons.ts';

export type McpServerId = string;

/** An environment variable or a header. A sealed one is bound to {@link secretName}. */
export type McpValue =
  | { readonly kind: 'plain'; readonly name: string; readonly value: string }
  | { readonly kind: 'sealed'; readonly name: string; readonly sealed: Uint8Array };

export interface StdioEndpoint {
  readonly kind: 'stdio';
  /** As `prepare` found it: absolute. A relative one does not start. */
  readonly command: string;
  /** Handed over one by one, never through a shell. */
  readonly args: readonly string[];
  /** Beside PATH, HOME and LANG; these three may be replaced. */
  readonly env: readonly McpValue[];
}

export interface HttpEndpoint {
  readonly kind: 'http';
  /** https, or http on this machine. */
  readonly url: string;
  /** Such as `authorization`. */
  readonly headers: readonly McpValue[];
}

export type McpEndpoint = StdioEndpoint | HttpEndpoint;

/** One server as the store keeps it. */
export interface McpServerRow {
  readonly id: McpServerId;
  /** The owner's word for it; what is left of it in the names of tools (`slugOf`) is unique. */
  readonly name: string;
  readonly enabled: boolean;
  readonly endpoint: McpEndpoint;
  readonly createdAt: Millis;
}

/** Under which name a value of a server is sealed in the {@link SecretBox}. */
export function secretName(server: McpServerId, where: 'env' | 'header', name: string): string {
  return `mcp/${server}/${where}/${where === 'header' ? name.toLowerCase() : name}`;
}

/** Closed. Those of `lasting` are not tried again until the owner changes something or asks for it. */
export type McpReasonCode =
  | 'mcp.command-missing'
  | 'mcp.command-refused'
  | 'mcp.command-script'
  | 'mcp.secret-unreadable'
  | 'mcp.address-refused'
  | 'mcp.header-refused'
  | 'mcp.name-taken'
  | 'mcp.signed-out'
  | 'mcp.not-a-server'
  | 'mcp.redirected'
  | 'mcp.protocol'
  | 'mcp.ended'
  | 'mcp.hung'
  | 'mcp.unreachable'
  | 'mcp.server-error'
  | 'mcp.session-ended'
  | 'mcp.stream-cut'
  | 'mcp.too-much'
  | 'mcp.malformed'
  | 'mcp.refused'
  | 'mcp.bug';

/** Why there is no connection, in the shape of every other reason. Parameters are ours or cleaned, never a secret. */
export interface McpReason {
  readonly code: McpReasonCode;
  readonly params?: ReasonParams;
}

/** A tool of the server that is not offered to models. */
export interface LeftOut {
  readonly name: string;
  readonly why: 'malformed' | 'duplicate' | 'schema-unfit' | 'too-many' | 'needs-tasks';
}

export interface McpToolSummary {
  /** As the model calls it. */
  readonly name: string;
  /** As the server calls it, cleaned for showing. */
  readonly theirs: string;
  /** What the server claims; nothing is decided by it. */
  readonly claimsReadOnly: boolean;
}

export type McpState =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting' }
  | {
      readonly kind: 'ready';
      readonly tools: readonly McpToolSummary[];
      readonly leftOut: readonly LeftOut[];
      readonly since: Millis;
    }
  | {
      readonly kind: 'retrying';
      /** When it is started again, wall time. */
      readonly at: Millis;
      /** 1 for the first wait. */
      readonly attempt: number;
      readonly reason: McpReason;
    }
  | { readonly kind: 'failed'; readonly reason: McpReason };

export interface McpStatus {
  readonly row: McpServerRow;
  readonly state: McpState;
}

/** A line for the person who looks for a fault; secrets of the server are blacked out. */
export interface McpLogLine {
  readonly at: Millis;
  /** What the server wrote to its standard error, or what we noticed. */
  readonly from: 'server' | 'gateway';
  readonly text: string;
}

export interface McpDeps {
  readonly clock: Clock;
  readonly secrets: SecretBox;
  /** The host's, which knows about proxies. Must understand `redirect: 'manual'`. */
  readonly fetch: typeof fetch;
  /** Told to servers as the client's version. */
  readonly version: string;
  readonly host: McpHost;
  /** Left out: each start of the program begins without tools. */
  readonly offers?: Offers;
}

/** What servers offered when they were last asked: a start of the program changes no prompt by waiting for them. */
export interface Offers {
  /** What `tools/list` gave; null where nothing is known. */
  recall(server: McpServerId): readonly unknown[] | null;
  keep(server: McpServerId, listed: readonly unknown[]): void;
}

/** The machine as servers get to see it. */
export interface McpHost {
  readonly platform: NodeJS.Platform;
  /** The owner's home, where servers start. */
  readonly home: string;
  /** The owner's login shell, null when there is none. */
  readonly shell: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface McpServers extends AsyncDisposable {
  /** Every server with its state, in order of names; a new array after each change. */
  readonly servers: Observable<readonly McpStatus[]>;
  /**
   * What models may call, in an order that only changes with the tools. A server that was ready keeps its tools here
   * while it restarts, so that what a provider cached stays good; a call then waits for it, or fails with a sentence.
   */
  readonly tools: Observable<readonly Tool[]>;
  /** What the owner typed, as it is to be stored: the command looked up and made absolute, the address and the headers checked. */
  prepare(typed: McpEndpoint): Promise<Result<McpEndpoint, McpReason>>;
  /** `mcp.name-taken` when the tools of another server would have the same names. */
  nameTaken(server: Pick<McpServerRow, 'id' | 'name'>): McpReason | null;
  /** Fails with `mcp.name-taken` alone; a server that does not start says so in its state. */
  add(row: McpServerRow): Result<null, McpReason>;
  /** Ends what runs and starts it as the row now says. */
  update(row: McpServerRow): Result<null, McpReason>;
  enable(id: McpServerId, enabled: boolean): void;
  /** Now instead of after the wait; also a way out of `failed`. */
  restart(id: McpServerId): void;
  /** Settles when nothing of it runs any more. */
  remove(id: McpServerId): Promise<void>;
  /** The last 500 lines, oldest first; they outlive restarts. */
  log(id: McpServerId): readonly McpLogLine[];
}
