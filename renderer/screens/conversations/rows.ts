/** From what is held of a conversation to the rows of its thread: a pure function. */
import type { SummaryView } from '../../../preload/contract/agent-views.ts';
import type { CardView, MessageView, TurnView } from '../../../preload/contract/views.ts';
import type { Outgoing } from '../../bridge/outbox.ts';
import { type Thread, writingTurn } from '../../bridge/thread.ts';

export type Row =
  | { readonly kind: 'begin'; readonly key: string; readonly older: boolean }
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  /** The model starts afresh below. */
  | { readonly kind: 'context'; readonly key: string }
  /** What is above it is given to the model in short. */
  | { readonly kind: 'summary'; readonly key: string; readonly summary: SummaryView }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: MessageView;
      /** Said by the same side just before: no need to name it again. */
      readonly follows: boolean;
      /** Nothing came after it: it may be answered anew. */
      readonly last: boolean;
    }
  | { readonly kind: 'outgoing'; readonly key: string; readonly entry: Outgoing }
  /** A turn that ended without a word. */
  | { readonly kind: 'ended'; readonly key: string; readonly turn: TurnView }
  | { readonly kind: 'writing'; readonly key: string; readonly turn: TurnView }
  /** A tool waits for the owner's word. */
  | { readonly kind: 'asking'; readonly key: string; readonly card: CardView };

/** What stands in a thread beside what was said. */
export interface Beside {
  /** Oldest first. */
  readonly summaries: readonly SummaryView[];
  /** About tools that wait in this conversation. */
  readonly cards: readonly CardView[];
}

const nothing: Beside = { summaries: [], cards: [] };

/** `sameDay` compares two times in the gateway's zone. */
export function threadRows(
  thread: Thread,
  outgoing: readonly Outgoing[],
  sameDay: (a: number, b: number) => boolean,
  { summaries, cards }: Beside = nothing,
): readonly Row[] {
  const { messages, turn } = thread;
  const rows: Row[] = [{ kind: 'begin', key: 'begin', older: thread.older }];
  const answered = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const before = messages[index - 1];
    const summary = summaries.findLast(({ upto }) => before !== undefined && before.seq <= upto && upto < message.seq);
    if (summary) rows.push({ kind: 'summary', key: `summary-${summary.id}`, summary });
    if (!before || !sameDay(before.at, message.at))
      rows.push({ kind: 'day', key: `day-${message.id}`, at: message.at });
    const afresh = before !== undefined && before.contextNo !== message.contextNo;
    if (afresh) rows.push({ kind: 'context', key: `context-${message.id}` });
    const follows = !afresh && before !== undefined && sameAuthor(before, message);
    const last = !thread.newer && index === messages.length - 1;
    rows.push({ kind: 'message', key: messageKey(message, answered), message, follows, last });
  }
  if (thread.newer) return rows;
  const ids = new Set(messages.map((message) => message.id));
  for (const entry of outgoing) {
    if (entry.message === null || !ids.has(entry.message))
      rows.push({ kind: 'outgoing', key: `out-${entry.key}`, entry });
  }
  const writing = writingTurn(thread);
  if (writing) rows.push({ kind: 'writing', key: `turn-${writing.id}`, turn: writing });
  else if (turn && isSilentEnd(turn, messages)) rows.push({ kind: 'ended', key: `ended-${turn.id}`, turn });
  for (const card of cards) rows.push({ kind: 'asking', key: `asking-${card.id}`, card });
  return rows;
}

/** The owner himself wrote this, with another device, into a chat that Porchlight answers. */
export function isOwnMessage({ reason }: MessageView): boolean {
  return reason?.code === 'access.own-message';
}

/** In this window rather than with another device. */
export function isWrittenHere(message: MessageView): boolean {
  return isOwnMessage(message) && message.reason?.params?.['from'] === 'window';
}

function sameAuthor(a: MessageView, b: MessageView): boolean {
  return a.kind === b.kind && a.authorName === b.authorName && wayOf(a) === wayOf(b);
}

function wayOf(message: MessageView): 'here' | 'elsewhere' | null {
  if (!isOwnMessage(message)) return null;
  return isWrittenHere(message) ? 'here' : 'elsewhere';
}

/** The first answer of a turn takes over the key of the row in which it was written, so that it is not drawn anew. */
function messageKey({ id, kind, turn }: MessageView, answered: Set<string>): string {
  if (kind === 'person' || turn === null || answered.has(turn)) return id;
  answered.add(turn);
  return `turn-${turn}`;
}

function isSilentEnd(turn: TurnView, messages: readonly MessageView[]): boolean {
  if (turn.state === 'running' || turn.state === 'done') return false;
  return !messages.some((message) => message.turn === turn.id && message.kind !== 'person');
}
