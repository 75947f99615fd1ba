/**
 * What a turn has read that others wrote: from then on more is asked for. It need not have read it itself: what was read
 * before stands in its context, and so do answers that were made of it, and a summary of such. An order can wait there
 * ("when he next writes, …"). With the context it is gone.
 */
import { captionOf } from '../media/words.ts';
import type { Tables } from '../storage.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { AttachmentRow, MessageRow } from '../types.ts';
import type { SummaryRow } from '../context/rows.ts';
import type { StepWithCalls } from './types.ts';

export interface WhatWasRead {
  readonly tainted: boolean;
  /** The owner's own words of this turn: not what he passed on, and not what stands in files. */
  readonly known: readonly string[];
}

type Read = Pick<Tables, 'attachments' | 'messages'>;
type Turn = Pick<StartedTurn, 'inputs' | 'row'>;

/** `steps`: those whose results the model had read when it asked. */
export function whatWasRead(
  read: Read & Pick<Tables, 'summaries'>,
  turn: Turn,
  steps: readonly StepWithCalls[],
): WhatWasRead {
  const summary = read.summaries.latest(turn.row.conversation, turn.row.contextNo);
  const tainted = othersHadASay(read, turn, steps, { summary, upto: Number.MAX_SAFE_INTEGER });
  const own = turn.inputs.filter(({ forwarded }) => !forwarded);
  return { tainted, known: own.map(captionOf) };
}

/** What stands before a turn in its context: a summary, and the answers behind it whose `seq` is at most `upto`. */
export interface Past {
  readonly summary: Pick<SummaryRow, 'upto' | 'outside'> | null;
  readonly upto: number;
}

/** In what the turn itself has read, or in this part of what was said before. */
export function othersHadASay(
  read: Read,
  turn: Turn,
  steps: readonly StepWithCalls[],
  { summary, upto }: Past,
): boolean {
  const results = steps.flatMap(({ calls }) => calls);
  if (results.some(({ outside, result }) => outside && result !== null)) return true;
  if (turn.inputs.some((input) => isPassedOn(read, input)) || summary?.outside === true) return true;
  const { conversation, contextNo, id: except } = turn.row;
  return read.messages.hasOthers({ conversation, contextNo, after: summary?.upto ?? 0, upto, except });
}

/**
 * A document that came with a question counts: the owner sent it, but he need not have written it, nor the name that it
 * has. What he said into a microphone is his own. `MessageTable.hasOthers` asks the same of what is long past.
 */
function isPassedOn(read: Pick<Tables, 'attachments'>, { id, forwarded }: MessageRow): boolean {
  return forwarded || read.attachments.ofMessage(id).some((file: AttachmentRow) => file.kind !== ownKind);
}

/** The kind of file that says what its sender says himself. */
const ownKind = 'voice';
