import type { Result } from '../lib/result.ts';
import type { Reason } from './types.ts';

/** What of the memory stands in a prompt. */
export interface PromptMemory {
  readonly text: string;
  /** False: something of it could not be read, so that there may be more a moment later. */
  readonly whole: boolean;
}

/** The port to the owner's memory. Nothing of it is ever asked for on behalf of a guest or of a group. */
export interface OwnerMemory {
  /**
   * What is known, within so many tokens; the same bytes as long as the notes and the day are the same. Empty when there
   * is nothing, or nothing can be read. Never rejects.
   */
  forPrompt(maxTokens: number): Promise<PromptMemory>;
  /** Adds points to the log of today, each once. What cannot be written is logged by the adapter; never rejects. */
  keep(points: readonly string[]): Promise<void>;
  /** Adds one thing to what is known for good; false when just this stands there already. Fails with `memory.…`. */
  remember(text: string): Promise<Result<boolean, Reason>>;
  /** What is known for good, as it is written; empty when there is nothing. Fails with `memory.…`. */
  known(): Promise<Result<string, Reason>>;
}
