/** Where the owner is told of cards, and in which words: the private chats of owners on links that are up. */
import { isNoneOfOurs, ownersOf, roleIn } from '../access/access.ts';
import type { Channel } from '../channel.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { LinkRegistry } from '../links/links.ts';
import type { ConversationId, ConversationRow, LinkId, LinkRow } from '../types.ts';
import type { Card } from './types.ts';
import type { Words } from './words.ts';

/** A chat of the owner's, its link, and the adapter that is up. */
export interface Home {
  readonly conversation: ConversationRow;
  readonly link: LinkRow;
  readonly channel: Channel;
}

export interface HomeParts {
  readonly ports: Pick<GatewayPorts, 'storage' | 'sentences'>;
  readonly links: Pick<LinkRegistry, 'all' | 'row' | 'channel'>;
}

/** Where a tool is wanted in a chat of the owner's, he is asked there; else where he wrote last. Null: nowhere. */
export function homeOf(parts: HomeParts, card: Card): Home | null {
  const homes = homesOf(parts);
  const here = card.kind === 'tool' ? homes.find((home) => home.conversation.id === card.conversation) : undefined;
  return here ?? homes[0] ?? null;
}

/** The one that was used last first. */
function homesOf({ ports, links }: HomeParts): readonly Home[] {
  const { read } = ports.storage;
  const homes = links.all().flatMap(({ row: link, state }): readonly Home[] => {
    const channel = links.channel(link.id);
    if (state.kind !== 'up' || channel === null || channel.traits.ownerOnly) return [];
    return ownersOf(read, link)
      .filter((address) => !isNoneOfOurs(link, address))
      .flatMap((address) => read.conversations.ofChat(link.id, address))
      .filter(({ kind, undeliverable }) => kind === 'private' && undeliverable === null)
      .map((conversation) => ({ conversation, link, channel }));
  });
  return homes.toSorted((one, other) => other.conversation.lastAt - one.conversation.lastAt);
}

/** A private chat whose other side is an owner now. */
export function isOwners({ ports, links }: HomeParts, conversation: ConversationId): boolean {
  const { read } = ports.storage;
  const row = read.conversations.get(conversation);
  const link = row === null ? null : links.row(row.link);
  return row?.kind === 'private' && link !== null && roleIn(read, link, row, row.chat) === 'owner';
}

/** In the language of a link. */
export function wordsOf({ ports, links }: HomeParts, link: LinkId): Words {
  const linkName = (id: LinkId): string => links.row(id)?.name ?? id;
  return { sentences: ports.sentences, language: links.row(link)?.language ?? null, linkName };
}
