/**
 * What is held of one conversation: an unbroken run of its messages, from anywhere in its history up to the newest
 * (`newer: false`) or up to somewhere (`newer: true`, after a jump to a search hit). Pure functions on values.
 */
import type { ConversationView, MessageView, ThreadView, TurnView } from '../../preload/contract/views.ts';

export interface Thread {
  readonly conversation: ConversationView;
  /** Rising by `seq`. */
  readonly messages: readonly MessageView[];
  /** There are older messages than the first one. */
  readonly older: boolean;
  /** There are newer messages than the last one. */
  readonly newer: boolean;
  /** The last turn known, running or ended. */
  readonly turn: TurnView | null;
}

/** The newest page, put onto what was already held where the two touch. */
export function fromNewest(page: ThreadView, held: Thread | undefined): Thread {
  const first = page.messages[0];
  const last = held?.messages.at(-1);
  const touches =
    held !== undefined && !held.newer && first !== undefined && last !== undefined && first.seq <= last.seq;
  const kept = touches ? held.messages.filter((message) => message.seq < first.seq) : [];
  return {
    conversation: page.conversation,
    messages: [...kept, ...page.messages],
    older: kept.length > 0 ? (held?.older ?? false) : page.more,
    newer: false,
    turn: page.turn,
  };
}

/** A run around one message: the page that ends with it and the page after it. */
export function around(before: ThreadView, after: ThreadView, limit: number): Thread {
  return {
    conversation: after.conversation,
    messages: [...before.messages, ...after.messages],
    older: before.more,
    newer: after.messages.length >= limit,
    turn: after.turn,
  };
}

export function prepend(thread: Thread, page: ThreadView): Thread {
  const first = thread.messages[0]?.seq ?? Number.MAX_SAFE_INTEGER;
  const fresh = page.messages.filter((message) => message.seq < first);
  return { ...thread, messages: [...fresh, ...thread.messages], older: page.more };
}

export function append(thread: Thread, page: ThreadView, limit: number): Thread {
  const last = thread.messages.at(-1)?.seq ?? -1;
  const fresh = page.messages.filter((message) => message.seq > last);
  return { ...thread, messages: [...thread.messages, ...fresh], newer: page.messages.length >= limit };
}

/** A message that was added or changed. A new one beyond the held run is left to the page that will bring it. */
export function withMessage(thread: Thread, message: MessageView): Thread {
  const index = thread.messages.findIndex((each) => each.id === message.id);
  if (index >= 0) {
    const messages = [...thread.messages];
    messages[index] = message;
    return { ...thread, messages };
  }
  const last = thread.messages.at(-1);
  if (thread.newer) return thread;
  if (last === undefined || message.seq > last.seq) return { ...thread, messages: [...thread.messages, message] };
  const at = thread.messages.findIndex((each) => each.seq > message.seq);
  if (at === 0 && thread.older) return thread;
  return { ...thread, messages: thread.messages.toSpliced(at, 0, message) };
}

/** The turn whose text is to be shown as being written: running, or done while its message is still on its way. */
export function writingTurn(thread: Thread): TurnView | null {
  const { turn } = thread;
  if (!turn || (turn.state !== 'running' && turn.state !== 'done')) return null;
  const shown = thread.messages.some((message) => message.turn === turn.id && message.kind !== 'person');
  return shown ? null : turn;
}
