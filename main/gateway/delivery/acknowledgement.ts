/** What a question's author sees of its being taken up: a sign on it (`delivery.reactions`), and that it was read. */
import { askedOf, isAccount, roleIn, whyClosed } from '../access/access.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { LinkRegistry } from '../links/links.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { ConversationRow } from '../types.ts';

const takenUp = '👀';

/**
 * Puts the sign on the newest message of a turn; disposing takes it away, unless its author must not hear from us any
 * more. Nothing where the setting is off or the platform has no such sign. A run that dies leaves it to the next one.
 */
export function acknowledge(ports: GatewayPorts, links: LinkRegistry, turn: StartedTurn): Disposable {
  const { conversation, link, inputs } = turn;
  const asked = inputs.at(-1);
  const id = asked?.platformId ?? null;
  if (id === null || !ports.settings.get('delivery.reactions')) return { [Symbol.dispose]: () => undefined };
  const sign = ({ chat, topic }: ConversationRow, mark: string | null): void =>
    links.channel(link.id)?.react?.({ chat, topic, id }, mark);
  sign(conversation, takenUp);
  return {
    [Symbol.dispose]() {
      const { read } = ports.storage;
      // Read anew: the chat may have moved or be forgotten, its person blocked.
      const chat = read.conversations.get(conversation.id);
      const author = asked?.author ?? '';
      const now = links.row(link.id) ?? link;
      if (chat === null || whyClosed(read, now, chat, author) !== null) return;
      const known = roleIn(read, now, chat, author) !== 'unknown';
      if (known || askedOf(asked?.reason ?? null) === 'allowed-once') sign(chat, null);
    },
  };
}

/**
 * Tells the authors of a turn that their messages were read (`delivery.readReceipts`): only of what is about to be
 * answered, and never where the owner talks with himself or the link answers nobody else.
 */
export function markRead(ports: GatewayPorts, links: LinkRegistry, { link, conversation, inputs }: StartedTurn): void {
  if (!ports.settings.get('delivery.readReceipts')) return;
  if (link.mode !== 'people' || isAccount(link, conversation.chat)) return;
  const { chat, topic } = conversation;
  const read = inputs.flatMap(({ platformId: id, author: sender }) =>
    id === null || sender === null ? [] : [{ chat, topic, id, sender }],
  );
  if (read.length > 0) links.channel(link.id)?.markRead?.(read);
}
