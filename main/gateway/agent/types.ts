/** What the agent leaves behind: the steps of a turn with their tool calls, and who may use what. */
import type { Tool } from '../tool.ts';
import type { ConversationId, Millis, ModelRef, Reason, TurnId } from '../types.ts';

/**
 * One answer of the model within a turn that was not its last: what it said and thought before it called tools. The last
 * answer is the turn's message; it has a row here only where there is reasoning to be kept.
 */
export interface StepRow {
  readonly turn: TurnId;
  /** From 0. */
  readonly position: number;
  readonly model: ModelRef;
  readonly text: string;
  /** Shown folded in the window; never sent to a chat and never given to a model again. */
  readonly reasoning: string;
  readonly at: Millis;
}

/**
 * `pending` → (`asking` → `allowed`) → `running` → `done` | `failed`. `refused`: by the owner, by a rule, or because nobody
 * answered in time. `unsure`: it had begun when the process died, changes something outside, and is not made again.
 */
export type ToolCallState = 'pending' | 'asking' | 'allowed' | 'running' | 'done' | 'failed' | 'refused' | 'unsure';

export interface ToolCallRow {
  /** Ours, UUIDv7; also in the id of its card. */
  readonly id: string;
  readonly turn: TurnId;
  readonly conversation: ConversationId;
  readonly step: number;
  /** Among the calls of its step, from 0. */
  readonly position: number;
  /** As the model named the call; only unique within a step. */
  readonly callId: string;
  readonly name: string;
  /** JSON as the model wrote it; may be malformed. */
  readonly arguments: string;
  readonly state: ToolCallState;
  /** The result was written by others. */
  readonly outside: boolean;
  /** What the model reads, at most 64 KiB; null until it has ended. */
  readonly result: string | null;
  /** Why it was refused or failed by a rule of ours; null for what the tool itself answered. */
  readonly reason: Reason | null;
  readonly askedAt: Millis | null;
  readonly begunAt: Millis | null;
  readonly endedAt: Millis | null;
}

/** What a turn did, counted: enough for one line about it. */
export interface TurnTally {
  readonly steps: number;
  /** Some of them thought aloud. */
  readonly thought: boolean;
  /** In the order of the first one of each kind. */
  readonly calls: readonly CallTally[];
}

export interface CallTally {
  readonly name: string;
  readonly state: ToolCallState;
  /** Refused because nobody answered in time. */
  readonly unanswered: boolean;
  readonly count: number;
}

/** A step with its calls. Only the last one of a turn may have calls that are still open. */
export interface StepWithCalls {
  readonly row: StepRow;
  /** Each has a result when the next request tells it to the model. */
  readonly calls: readonly ToolCallRow[];
}

export type ToolPermission = 'always' | 'ask' | 'never';

/** A tool as the owner sees it. */
export interface ToolStatus {
  readonly tool: Tool;
  readonly permission: ToolPermission;
  /** The owner, or a provision file, said so; false: the tool's own default. */
  readonly chosen: boolean;
  /** A provision file said so. */
  readonly fixed: boolean;
}
