import { expect, test } from 'vitest';
import type { SummaryView } from '../../preload/contract/agent-views.ts';
import type { CardView, MessageView, TurnView } from '../../preload/contract/views.ts';
import type { Thread } from '../../renderer/bridge/thread.ts';
import { type Row, threadRows } from '../../renderer/screens/conversations/rows.ts';
import { conversationView, messageView, turnView } from './views.ts';

function summary(id: string, upto: number): SummaryView {
  return { id, contextNo: 1, upto, text: '', model: 'lab/gpt-test', turns: 1, tokensBefore: 2, tokensAfter: 1, at: 0 };
}

const card: CardView = {
  id: 'tool-1',
  kind: 'tool',
  at: 0,
  answers: ['once', 'always', 'ignore'],
  link: 'window',
  name: 'send',
  address: '',
  text: '{}',
  messages: 0,
  conversation: 'c1',
  reason: null,
  until: 60_000,
  turn: 't1',
  given: { text: '{}', length: 2 },
};

interface Held {
  readonly older?: boolean;
  readonly newer?: boolean;
  readonly turn?: TurnView | null;
}

function rowsOf(
  messages: readonly MessageView[],
  summaries: readonly SummaryView[],
  cards: readonly CardView[] = [],
  { older = false, newer = false, turn = null }: Held = {},
): readonly Row[] {
  const thread: Thread = { conversation: conversationView(), messages, older, newer, turn };
  return threadRows(thread, [], () => true, { summaries, cards });
}

function told(rows: readonly Row[]): string {
  return rows
    .flatMap((row) =>
      row.kind === 'message' ? [String(row.message.seq)] : row.kind === 'summary' ? [row.summary.id] : [],
    )
    .join(' ');
}

const four = [1, 2, 5, 6].map((seq) => messageView(seq));

test('a summary stands behind the last message that it replaces, also where that one is gone', () => {
  expect(told(rowsOf(four, [summary('a', 2)]))).toBe('1 2 a 5 6');
  expect(told(rowsOf(four, [summary('a', 4)]))).toBe('1 2 a 5 6');
  expect(told(rowsOf(four, [summary('a', 1), summary('b', 5)]))).toBe('1 a 2 5 b 6');
});

test('of two summaries at one place the newer is told (two lines stood there)', () => {
  expect(told(rowsOf(four, [summary('a', 2), summary('b', 3)]))).toBe('1 2 b 5 6');
});

test('a summary whose place is not held yet waits for the page that brings it (it stood above any message)', () => {
  expect(told(rowsOf(four, [summary('a', 0)], [], { older: true }))).toBe('1 2 5 6');
  expect(told(rowsOf(four, [summary('a', 6)]))).toBe('1 2 5 6');
});

test('a summary belongs above the line that begins a day or a context', () => {
  const rows = rowsOf([messageView(1), messageView(2, { contextNo: 2 })], [summary('a', 1)]);
  expect(rows.map(({ kind }) => kind)).toEqual(['begin', 'day', 'message', 'summary', 'context', 'message']);
});

test('what waits for the owner stands at the end, also when another turn was answered meanwhile', () => {
  const messages = [
    messageView(1, { state: 'answering', turn: 't1' }),
    messageView(2, { kind: 'assistant', turn: 't2' }),
  ];
  const turn = turnView({ id: 't2', state: 'done' });
  expect(rowsOf(messages, [], [card], { turn }).at(-1)).toMatchObject({ kind: 'asking', card });
});

test('after a jump into the past the end is not shown, and nothing that belongs there', () => {
  expect(rowsOf(four, [], [card], { newer: true }).some(({ kind }) => kind === 'asking')).toBe(false);
});
