/** Who takes part and where they talk. Everything else names people and groups by their place in these lists. */
import type { GroupAnswer, Role } from '../../../../main/gateway/types.ts';
import { ownerChat } from '../../../lib/gateway.ts';

export const people: readonly { readonly id: number; readonly role: Role }[] = [
  { id: ownerChat, role: 'owner' },
  { id: 5101, role: 'guest' },
  { id: 6101, role: 'unknown' },
  { id: 6102, role: 'unknown' },
  { id: 7101, role: 'blocked' },
];

/** The first can become a supergroup, the second is a forum with a topic. */
export const groups: readonly { readonly id: number; readonly answer: GroupAnswer }[] = [
  { id: -3001, answer: 'mention' },
  { id: -1_001_000_002, answer: 'always' },
  { id: -1_001_000_003, answer: 'unknown' },
];
export const migrating = 0;
export const movedTo = -1_001_000_001;
export const forum = 1;

/** A private chat with a person, or a group, by number. */
export type Place =
  { readonly kind: 'private'; readonly who: number } | { readonly kind: 'group'; readonly group: number };

/** Null: a chat that nobody here has ever heard of. */
export function placeOf(chatId: number): Place | null {
  const who = people.findIndex(({ id }) => id === chatId);
  if (who >= 0) return { kind: 'private', who };
  const group = chatId === movedTo ? migrating : groups.findIndex(({ id }) => id === chatId);
  return group >= 0 ? { kind: 'group', group } : null;
}

/** What the message `id` says; the answer to it carries {@link answerMark}. */
export function wordsOf(id: number): string {
  return `m${String(id)}`;
}

/** A command that does not exist, so that its answer names the message. */
export function oddCommand(id: number): string {
  const letters = [...String(id)].map((digit) => 'abcdefghij'[Number(digit)] ?? '').join('');
  return `/zz${letters}z`;
}

export function answerMark(id: number): string {
  return `re:m${String(id)};`;
}

/** The messages that a text of ours answers. A card may quote a command, but does not answer it. */
export function answeredIn(text: string): readonly number[] {
  const talk = [...text.matchAll(/re:m(\d+);/g)].map(([, id]) => Number(id));
  const odd = [...text.matchAll(/no command \/zz([a-j]+)z/g)].map(([, letters = '']) =>
    Number([...letters].map((letter) => 'abcdefghij'.indexOf(letter)).join('')),
  );
  return [...talk, ...odd];
}
