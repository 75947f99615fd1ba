/** A message about cards as rows: what is kept of it, and the turn, notice, delivery and parts of one commit. */
import { cardName, type CardMessage, type Words } from './words.ts';
import type { Channel } from '../channel.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Card, CardAnswer } from './types.ts';
import type { Tables } from '../storage.ts';
import type { CardKind, ToldCard } from './told.ts';
import type {
  ConversationId,
  GroupAnswer,
  LinkRow,
  MessageId,
  MessageRow,
  Millis,
  Part,
  PartRow,
  Role,
  TurnId,
} from '../types.ts';

/** As the channel renders it, with the buttons below the last part. */
export function cardParts(channel: Channel, { tree, buttons }: CardMessage): readonly Part[] {
  const rendered = channel.render(tree);
  const plain: Part = { format: 'plain', text: tree.source, plain: tree.source };
  const parts = rendered.length > 0 ? rendered : [plain];
  return parts.map((part, index) => (index === parts.length - 1 ? { ...part, buttons } : part));
}

export function toldCard(words: Words, card: Card, shown: boolean): ToldCard {
  const key = card.kind === 'person' ? card.address : card.kind === 'group' ? card.chat : '';
  const link = 'link' in card ? card.link : null;
  return { id: card.id, key, link, name: cardName(words, card), shown, answer: null, closed: false };
}

const byRole: Record<Role, CardAnswer | null> = { owner: 'owner', guest: 'allow', blocked: 'ignore', unknown: null };
const byGroup: Record<GroupAnswer, CardAnswer | null> = {
  mention: 'mention',
  always: 'always',
  off: 'ignore',
  unknown: null,
};

/** What was decided about a person or group without the card: on the screen of people, or by a command. */
export function answerElsewhere(
  read: Pick<Tables, 'addresses' | 'groups'>,
  kind: CardKind,
  { link, key }: ToldCard,
): CardAnswer | null {
  if (link === null) return null;
  if (kind === 'person') return byRole[read.addresses.get(link, key)?.role ?? 'unknown'];
  return kind === 'group' ? byGroup[read.groups.get(link, key)?.answer ?? 'unknown'] : null;
}

/** A sentence of ours in a chat, ready to go. */
export interface Notice {
  readonly conversation: ConversationId;
  readonly link: Pick<LinkRow, 'id'>;
  /** The turn that it is stored as. */
  readonly turn: TurnId;
  readonly at: Millis;
  /** The message that it answers, if it answers one. */
  readonly asked: MessageId | null;
  readonly text: string;
  readonly parts: readonly Part[];
}

/** A turn that is done from the beginning, its words, and its one delivery ready to go. Null: the chat is gone. */
export function storeNotice(
  ports: Pick<GatewayPorts, 'ids'>,
  tables: Tables,
  { conversation: id, link, turn, at, asked, text, parts }: Notice,
  newPartId: () => string | null,
): MessageRow | null {
  const conversation = tables.conversations.get(id);
  if (conversation === null) return null;
  const { contextNo } = conversation;
  const about = { conversation: id, link: link.id };
  const kind = asked === null ? 'card' : 'command';
  const done = { state: 'done', kind, starts: 1, contextNo, model: null, reason: null, worked: 0 } as const;
  tables.turns.add({ id: turn, ...about, ...done, startedAt: at, endedAt: at });
  if (asked !== null) {
    tables.turns.addInputs(turn, [asked]);
    tables.messages.mark([asked], 'answered', null, turn);
  }
  const delivery = ports.ids.next();
  const ready = { state: 'ready', late: false, reason: null, createdAt: at, readyAt: at, settledAt: null } as const;
  tables.deliveries.add({ id: delivery, turn, ...about, ...ready });
  parts.forEach((part, position) => {
    const fresh = { state: 'pending', attempts: 0, again: 0, ref: null, reason: null } as const;
    const row: PartRow = { id: ports.ids.next(), delivery, position, part, ownId: newPartId(), ...fresh };
    tables.deliveries.addPart(row);
  });
  tables.conversations.put({ ...conversation, lastAt: at });
  return tables.messages.add({
    id: ports.ids.next(),
    ...about,
    kind: 'notice',
    author: null,
    authorName: '',
    platformId: null,
    revision: 0,
    text,
    contextNo,
    at,
    receivedAt: at,
    state: 'answered',
    reason: null,
    turn,
    model: null,
  });
}
