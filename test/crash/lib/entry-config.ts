/** What entry.ts is told, as JSON in its one argument. */
import type { Owner } from '../../../main/store/owner-lock.ts';

/**
 * Where a host kills itself with -9:
 *
 *   before-commit     a message is written, right before the COMMIT of receive
 *   after-commit      receive has committed, and nobody has been told: neither the platform nor the client
 *   turn-running      the turn's beginning is committed, and its model has said its first word
 *   final-committed   the final text and its parts are committed, nothing of them has been sent
 *   before-send       a part is noted as being sent, its request is not written
 *   send-in-flight    the request is written, its answer not read; happens when a line comes in, so that the test can
 *                     wait until the platform has executed it
 *   sent-not-noted    the answer is read, what it says is not noted
 *   between-parts     the first part is noted as sent, the second not begun
 *   step-stored       the model's calls are committed, none of them has begun
 *   tool-begun        a change is noted as begun, the tool has not been called
 *   tool-ran          the tool has done what it does, its result is not noted
 *   tool-noted        the result is committed, the model has not been told
 *   asking            it is committed that the owner is asked
 */
export type Point =
  | 'before-commit'
  | 'after-commit'
  | 'turn-running'
  | 'final-committed'
  | 'before-send'
  | 'send-in-flight'
  | 'sent-not-noted'
  | 'between-parts'
  | 'step-stored'
  | 'tool-begun'
  | 'tool-ran'
  | 'tool-noted'
  | 'asking';

export interface Death {
  readonly point: Point;
  /** Only what carries this text is deadly, so that others get through. */
  readonly marker: string;
}

export interface EntryConfig {
  readonly dataDir: string;
  readonly mode: Owner['mode'];
  /** The text of a provision file; null for none. */
  readonly provision: string | null;
  /** Null for a host that lives. */
  readonly death: Death | null;
  /** A file in which the tool `count` writes a line for each of its runs; null: there is no such tool. */
  readonly counted: string | null;
  /** Milliseconds that a SIGTERM gives it. */
  readonly stopWithin: number;
}
