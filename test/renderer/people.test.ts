import { describe, expect, test } from 'vitest';
import type { CardView, PersonView } from '../../preload/contract/views.ts';
import { cardAnswerWord, openCards, ownerCandidates } from '../../renderer/components/card-answers.ts';
import { matching } from '../../renderer/screens/people/matching.ts';

function person(address: string, change: Partial<PersonView> = {}): PersonView {
  return {
    link: 'bot',
    address,
    name: '',
    role: 'guest',
    origin: 'message',
    lastSeenAt: null,
    conversation: null,
    ...change,
  };
}

describe('everyone who wrote', () => {
  const people = [
    person('1', { name: 'Ada Berger', lastSeenAt: 5 }),
    person('22', { name: 'Grace', lastSeenAt: 9, link: 'club' }),
    person('*'),
    person('3', { name: 'Linus' }),
  ];
  const found = (query: string, link = ''): readonly string[] =>
    matching(people, query, link).map((each) => each.address);

  test('is listed with the rule for everyone first, then who was seen last', () => {
    expect(found('')).toEqual(['*', '22', '1', '3']);
  });

  test('is found by every word, in name or address, whatever its case', () => {
    expect(found('BERGER ada')).toEqual(['1']);
    expect(found('22')).toEqual(['22']);
    expect(found('ada grace')).toEqual([]);
  });

  test('is narrowed to one link', () => {
    expect(found('', 'club')).toEqual(['22']);
  });
});

function card(id: string, change: Partial<CardView>): CardView {
  return {
    id,
    kind: 'person',
    at: 0,
    answers: ['allow', 'once', 'ignore'],
    link: 'bot',
    name: '',
    address: '',
    text: '',
    messages: 1,
    conversation: null,
    reason: null,
    until: null,
    turn: null,
    given: null,
    ...change,
  };
}

describe('cards', () => {
  const cards = [
    card('me', { answers: ['owner', 'allow', 'ignore'] }),
    card('stranger', {}),
    card('alarm', { kind: 'signed-out', answers: [] }),
  ];

  test('ask "is this you?" only where that was offered (a stranger on a linked bot is not asked it)', () => {
    expect(ownerCandidates(cards).map((each) => each.id)).toEqual(['me']);
  });

  test('that are alarms are not counted as people who wait', () => {
    expect(openCards(cards).map((each) => each.id)).toEqual(['me', 'stranger']);
  });

  test('say what an answer does on their own kind ("Ignore always" is not said of a paused conversation)', () => {
    expect(cardAnswerWord('person', 'ignore')).toBe('card.ignore');
    expect(cardAnswerWord('group', 'ignore')).toBe('card.ignoreGroup');
    expect(cardAnswerWord('loop', 'leave')).toBe('card.keepPaused');
  });
});
