/**
 * Questions that are not to be answered any more, though they were: their author took them back or was blocked, the
 * owner answered himself, or the link answers nobody but him. Nothing that was not begun begins; a turn that runs for
 * them goes on with the questions that are left; and a finished reply stays here.
 */
import { isNoneOfOurs } from '../access/access.ts';
import { cancelReady, decision, joined, type Decision, type Fewer } from '../access/decision.ts';
import type { InboundDeletion } from '../channel.ts';
import type { Tables } from '../storage.ts';
import type {
  ConversationId,
  DeliveryRow,
  LinkRow,
  MessageId,
  MessageRow,
  MessageState,
  Millis,
  Reason,
  TurnRow,
} from '../types.ts';

/** More than ever waits on one link. */
const allAside = 10_000;
const asideStates = ['kept', 'late', 'paused', 'held'] as const;

/** Messages that fall out of their turns, and what follows. Inside a commit. */
export function withdraw(
  tables: Tables,
  link: LinkRow,
  messages: readonly MessageId[],
  as: { readonly state: MessageState; readonly reason: Reason; readonly shown: Fewer['shown'] },
): Decision {
  const gone = new Set(messages);
  const touched = runningOf(tables, link).filter((turn) => openInputs(tables, turn).some(({ id }) => gone.has(id)));
  tables.messages.mark(messages, as.state, as.reason);
  const parted = Map.groupBy(touched, (turn) => (openInputs(tables, turn).length === 0 ? 'over' : 'fewer'));
  return decision(link.id, {
    messages,
    cut: (parted.get('over') ?? []).map(({ conversation, id: turn }) => ({ conversation, turn })),
    fewer: (parted.get('fewer') ?? []).map(({ conversation, id: turn }) => ({ conversation, turn, shown: as.shown })),
  });
}

function runningOf(tables: Tables, link: LinkRow): readonly TurnRow[] {
  return tables.turns.running().filter((turn) => turn.link === link.id);
}

function openInputs(tables: Tables, turn: TurnRow): readonly MessageRow[] {
  return tables.turns.inputs(turn.id).filter(({ state }) => state === 'answering');
}

/**
 * An author took a message back. Null when it is not known, or gone already. A reply to nothing else is not sent, where
 * none of it was; what the chat has seen stays there.
 */
export function takeBack(tables: Tables, link: LinkRow, gone: InboundDeletion, now: Millis): Decision | null {
  const conversation = tables.conversations.find(link.id, gone);
  if (conversation === null) return null;
  const message = tables.messages.byPlatformId(conversation.id, gone.sender, gone.platformId);
  if (message === null || message.state === 'deleted') return null;
  const reason: Reason = { code: 'access.taken-back' };
  const made = withdraw(tables, link, [message.id], { state: 'deleted', reason, shown: 'goes-on' });
  const unasked = ({ turn, id }: DeliveryRow): boolean => {
    const inputs = tables.turns.inputs(turn);
    return inputs.length > 0 && inputs.every(({ state }) => state === 'deleted') && isUntold(tables, id);
  };
  const cancelled = cancelReady(tables, link, unasked, reason, now);
  return joined(made, { conversations: [conversation.id], cancelled });
}

/** Nothing of a finished reply went out, surely. */
export function isUntold(tables: Pick<Tables, 'deliveries'>, delivery: DeliveryRow['id']): boolean {
  return tables.deliveries.parts(delivery).every(({ state, ref }) => state === 'pending' && ref === null);
}

/** The link answers nobody but its owner from now on: everything that others have waiting stays unanswered. */
export function keepToOwner(tables: Tables, link: LinkRow, now: Millis): Decision {
  const chats = new Map<ConversationId, boolean>();
  const isOthers = (conversation: ConversationId): boolean => {
    const known = chats.get(conversation);
    if (known !== undefined) return known;
    const row = tables.conversations.get(conversation);
    const others = row?.link === link.id && isNoneOfOurs(link, row.chat);
    chats.set(conversation, others);
    return others;
  };
  const reason: Reason = { code: 'access.only-me' };
  const waiting = tables.messages.conversationsWaiting().filter(isOthers);
  const theirs = [
    ...waiting.flatMap((conversation) => tables.messages.waiting(conversation, allAside)),
    ...asideStates.flatMap((state) => tables.messages.setAside(link.id, state, allAside)),
    ...runningOf(tables, link).flatMap((turn) => openInputs(tables, turn)),
  ].filter(({ conversation }) => isOthers(conversation));
  const ids = theirs.map(({ id }) => id);
  const made = withdraw(tables, link, ids, { state: 'ignored', reason, shown: 'cut' });
  const cancelled = cancelReady(tables, link, ({ conversation }) => isOthers(conversation), reason, now);
  return joined(made, { cancelled });
}
