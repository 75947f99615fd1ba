/**
 * What follows from a change of who may be answered: noted inside the commit that makes it, carried out once that is on
 * disk. Then the window hears of it, lanes start, and turns that must not go on are ended.
 */
import type { Events } from '../events.ts';
import type { Tables } from '../storage.ts';
import type { ConversationId, DeliveryRow, LinkId, LinkRow, MessageId, Millis, Reason, TurnId } from '../types.ts';

export interface Decision {
  readonly link: LinkId;
  readonly messages: readonly MessageId[];
  /** Conversations whose own row changed. */
  readonly conversations: readonly ConversationId[];
  /** What must end without another word: all that runs in a conversation, or one turn of it. */
  readonly cut: readonly Cut[];
  /** Turns that have fewer questions than they began with. */
  readonly fewer: readonly Fewer[];
  /** Finished replies that are not sent any more. */
  readonly cancelled: readonly DeliveryRow[];
  /** Turns that wait for no decision about a tool any more. */
  readonly decided: readonly TurnId[];
}

export interface Cut {
  readonly conversation: ConversationId;
  /** Left out: every turn of the conversation, those that wait for the owner too. */
  readonly turn?: TurnId;
}

export interface Fewer {
  readonly conversation: ConversationId;
  readonly turn: TurnId;
  /** What becomes of a turn of which something was shown already: it ends, or it goes on as it began. */
  readonly shown: 'cut' | 'goes-on';
}

/** What a decision needs of the lanes. */
export interface TurnControl {
  /** There may be something to answer. */
  kick(conversation: ConversationId): void;
  /**
   * Ends what runs in a conversation, those turns too that wait for the owner to decide, or this one turn alone, without
   * another word to its chat; what waits behind it stays. Resolves when the lane is free. Never rejects.
   */
  cut(conversation: ConversationId, turn?: TurnId): Promise<void>;
  /** The turn begins anew with the questions that are left. */
  fewer(what: Fewer): void;
  /** The owner has decided about a tool that this turn wants to use. */
  decided(turn: TurnId): void;
}

export function decision(link: LinkId, parts: Partial<Omit<Decision, 'link'>>): Decision {
  return { link, messages: [], conversations: [], cut: [], fewer: [], cancelled: [], decided: [], ...parts };
}

/** Both of them, in one. */
export function joined(one: Decision, other: Partial<Decision>): Decision {
  return {
    link: one.link,
    messages: [...one.messages, ...(other.messages ?? [])],
    conversations: [...one.conversations, ...(other.conversations ?? [])],
    cut: [...one.cut, ...(other.cut ?? [])],
    fewer: [...one.fewer, ...(other.fewer ?? [])],
    cancelled: [...one.cancelled, ...(other.cancelled ?? [])],
    decided: [...one.decided, ...(other.decided ?? [])],
  };
}

/** After the commit: everybody hears of it, lanes go on, turns that must not end. */
export function carryOut(
  parts: { readonly read: Tables; readonly events: Events; readonly turns: TurnControl },
  made: Decision,
): void {
  const { read, events, turns } = parts;
  for (const { conversation, turn } of made.cut) void turns.cut(conversation, turn);
  for (const turn of made.fewer) turns.fewer(turn);
  for (const turn of made.decided) turns.decided(turn);
  // An answer may have been meant for every call to come.
  if (made.decided.length > 0) events.publish({ kind: 'tools' });
  const changed = made.messages.map((id) => read.messages.get(id)).filter((message) => message !== null);
  for (const message of changed) events.publish({ kind: 'message', message, added: false });
  for (const conversation of made.conversations) events.publish({ kind: 'conversation', conversation });
  for (const { conversation, turn, createdAt } of made.cancelled) {
    events.publish({ kind: 'delivery', conversation, turn, at: createdAt });
  }
  events.publish({ kind: 'card', link: made.link });
  events.publish({ kind: 'link', link: made.link });
  // Nobody else is kicked: already the typing sign would be a word to a stranger.
  const waiting = changed.filter(({ state }) => state === 'waiting');
  for (const conversation of new Set(waiting.map((message) => message.conversation))) turns.kick(conversation);
}

/** Inside a commit. Finished replies that wait for their next attempt, or for their link, are not sent any more. */
export function cancelReady(
  tables: Tables,
  link: Pick<LinkRow, 'id'>,
  which: (delivery: DeliveryRow) => boolean,
  reason: Reason,
  now: Millis,
): readonly DeliveryRow[] {
  const ready = tables.deliveries.ready(link.id).filter(which);
  for (const { id } of ready) tables.deliveries.setState(id, 'cancelled', reason, now);
  return ready;
}
