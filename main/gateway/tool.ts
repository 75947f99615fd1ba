/**
 * The port to something that the agent may use. A tool never throws for what its input, a network or another program
 * can do: that is a result, which the model reads. What it answers from outside is marked as untrusted by the core.
 */
import type { ToolDescription } from './model.ts';
import type { ConversationId, LinkId, Millis } from './types.ts';

export interface ToolContext {
  readonly conversation: ConversationId;
  readonly link: LinkId;
  /** Milliseconds of work that the turn has left, for a tool that has a limit of its own. Left out: enough. */
  readonly left?: Millis;
}

export interface ToolResult {
  readonly ok: boolean;
  /** What it found or did, or what went wrong, in words for the model; never a secret. */
  readonly text: string;
  /** Whether this was written by others, where that is not the same for all of a tool's results. */
  readonly outside?: boolean;
}

export interface Tool {
  readonly description: ToolDescription;
  /** Something outside changes: after a crash a call that had begun is not made again. */
  readonly sideEffects: boolean;
  /** The result was written by others (a page, another program): nothing in it is an order. */
  readonly outside: boolean;
  /** The server that offers it, in the owner's words; left out for a tool of our own. */
  readonly server?: string;
  /** Before the owner said otherwise. */
  readonly permission: 'always' | 'ask' | 'never';
  /**
   * For a tool whose whole effect is that words come to stand in the owner's own notes: these words, or null where they
   * cannot be told. What the owner has just said himself is then written without asking, whatever was read before. Left
   * out by every tool that does anything else.
   */
  says?(input: unknown): string | null;
  /**
   * True: this very call changes nothing, because it only looks, or because what it is given is wrong and `run` will say
   * so. Nobody is asked about it before he has chosen to be. Left out: no call is. Without effects; never throws.
   */
  isHarmless?(input: Readonly<Record<string, unknown>>, context: ToolContext): boolean;
  /** `input` is what the model wrote, parsed; the tool checks it. Settles soon after `signal` is aborted. */
  run(input: unknown, context: ToolContext, signal: AbortSignal): Promise<ToolResult>;
}

export type ToolServerId = string;

/** An environment variable or a header of a server. */
export interface ToolServerValue {
  readonly name: string;
  /** Null: a secret, which lies sealed among the secrets. */
  readonly value: string | null;
}

/** A server of the Model Context Protocol, as the owner connected it. */
export interface ToolServerRow {
  readonly id: ToolServerId;
  /** The owner's word for it. */
  readonly name: string;
  readonly enabled: boolean;
  readonly endpoint:
    | {
        readonly kind: 'stdio';
        /** An absolute path. */
        readonly command: string;
        readonly args: readonly string[];
        readonly env: readonly ToolServerValue[];
      }
    | { readonly kind: 'http'; readonly url: string; readonly headers: readonly ToolServerValue[] };
  readonly createdAt: Millis;
}

export interface ToolServerTable {
  /** Oldest first. */
  all(): readonly ToolServerRow[];
  get(id: ToolServerId): ToolServerRow | null;
  put(row: ToolServerRow): void;
  /** Its secrets are removed by who knows their names. */
  remove(id: ToolServerId): void;
}
