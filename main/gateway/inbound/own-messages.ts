/**
 * The owner writes himself, with his phone, into a chat that we answer: he has taken over. What he wrote is recorded and
 * never answered, the conversation is his for a while (`conversations.ownPauseMinutes`, 0: we stay), and a reply that was
 * being made is stopped before it is sent: two answers to one question, one of them after the owner's own, would be worse
 * than none. What was sent in part goes out to its end.
 */
import { cancelReady, decision, type Decision } from '../access/decision.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Tables } from '../storage.ts';
import type { ConversationRow, LinkRow, MessageRow, Millis, Reason } from '../types.ts';
import { isUntold } from '../turns/withdraw.ts';

/** Newest messages of a chat that are looked through for one of the owner's. */
const looked = 20;

export const ownReason: Reason = { code: 'access.own-message' };

export function isOwn({ reason }: Pick<MessageRow, 'reason'>): boolean {
  return reason?.code === ownReason.code;
}

/** The conversation as it is with the pause that what he wrote at `at` makes; one that lasts longer already stays. */
export function takenOver(
  { settings, clock }: Pick<GatewayPorts, 'settings' | 'clock'>,
  conversation: ConversationRow,
  at: Millis,
): ConversationRow {
  const until = pauseFrom(settings, clock, at);
  const longer = until > clock.now() && until > (conversation.pausedUntil ?? 0);
  return longer ? { ...conversation, pausedUntil: until, pausedBy: null } : conversation;
}

/** What follows for the conversation; null when he is not to be left alone there, or was there too long ago. */
export function stepBack(
  ports: Pick<GatewayPorts, 'settings' | 'clock'>,
  tables: Tables,
  link: LinkRow,
  { conversation, at }: MessageRow,
): Decision | null {
  const now = ports.clock.now();
  if (pauseFrom(ports.settings, ports.clock, at) <= now) return null;
  const running = tables.turns.running().filter((turn) => turn.conversation === conversation && turn.kind === 'reply');
  const cancelled = cancelReady(
    tables,
    link,
    (delivery) => {
      const reply = tables.turns.get(delivery.turn)?.kind === 'reply';
      return delivery.conversation === conversation && reply && isUntold(tables, delivery.id);
    },
    ownReason,
    now,
  );
  const cut = running.length > 0 ? [{ conversation }] : [];
  return decision(link.id, { conversations: [conversation], cut, cancelled });
}

/** He has written there himself since `began`, and is to be left alone: what was made meanwhile is not said any more. */
export function hasTakenOver(
  tables: Pick<Tables, 'messages'>,
  { id, pausedUntil }: ConversationRow,
  began: Millis,
  now: Millis,
): boolean {
  if (pausedUntil === null || pausedUntil <= now) return false;
  return tables.messages.page(id, looked).some((message) => isOwn(message) && message.receivedAt > began);
}

/** A stamp of the platform that lies ahead of our clock must not make the pause longer. */
function pauseFrom(settings: GatewayPorts['settings'], clock: GatewayPorts['clock'], at: Millis): Millis {
  return Math.min(at, clock.now()) + settings.get('conversations.ownPauseMinutes') * 60_000;
}
