/** Cards: what only the owner can decide. Shared by every place that shows some of them. */
import type { CardAnswerView, CardView } from '../../preload/contract/views.ts';
import { type Act, useAct } from '../bridge/hooks.ts';
import type { Words } from '../i18n.ts';

/** Answers a card; what follows from it (roles, groups, owners of links, pauses) is read again. */
export function useCardAnswer(): Act<'cards.answer'> {
  return useAct('cards.answer', ['cards.list', 'people.list', 'groups.list', 'links.list']);
}

/**
 * The second press of a double click. The first may have answered a card: what lies below the pointer by then is the next
 * one, which nobody has read.
 */
export function isSecondPress({ detail }: Pick<UIEvent, 'detail'>): boolean {
  return detail > 1;
}

/** Strangers who may be the owner: "is this you?". */
export function ownerCandidates(cards: readonly CardView[]): readonly CardView[] {
  return cards.filter((card) => card.kind === 'person' && card.answers.includes('owner'));
}

/** Cards that wait for a word of the owner, unlike alarms, which are put right elsewhere. */
export function openCards(cards: readonly CardView[]): readonly CardView[] {
  return cards.filter((card) => card.answers.length > 0);
}

const words: Readonly<Record<CardAnswerView, Words>> = {
  owner: 'card.owner',
  allow: 'card.allow',
  once: 'card.once',
  ignore: 'card.ignore',
  mention: 'card.mention',
  always: 'card.always',
  answer: 'card.answer',
  leave: 'card.leave',
  resume: 'card.resume',
};

const toolWords: Partial<Record<CardAnswerView, Words>> = {
  once: 'card.toolOnce',
  always: 'card.toolAlways',
  ignore: 'card.toolRefuse',
};

/** What the button of an answer says; the same answer means another thing on another kind of card. */
export function cardAnswerWord(kind: CardView['kind'], answer: CardAnswerView): Words {
  if (kind === 'tool') return toolWords[answer] ?? words[answer];
  if (kind === 'group' && answer === 'ignore') return 'card.ignoreGroup';
  if (kind === 'loop' && (answer === 'ignore' || answer === 'leave')) return 'card.keepPaused';
  return words[answer];
}
