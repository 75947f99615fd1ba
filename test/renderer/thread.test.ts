import { describe, expect, test } from 'vitest';
import {
  append,
  around,
  fromNewest,
  prepend,
  type Thread,
  withMessage,
  writingTurn,
} from '../../renderer/bridge/thread.ts';
import { threadRows } from '../../renderer/screens/conversations/rows.ts';
import { messageView, threadView, turnView } from './views.ts';

const seqs = (thread: Thread): readonly number[] => thread.messages.map((message) => message.seq);
const sameDay = (a: number, b: number): boolean => Math.floor(a / 86_400_000) === Math.floor(b / 86_400_000);

describe('the held run of a conversation', () => {
  test('keeps older pages when the newest one is read again and touches them (a reconnect must not throw the reader back)', () => {
    const held = prepend(
      fromNewest(threadView([5, 6, 7], { more: true }), undefined),
      threadView([2, 3, 4], { more: true }),
    );
    const again = fromNewest(threadView([7, 8, 9], { more: true }), held);
    expect(seqs(again)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(again.older).toBe(true);
  });

  test('is replaced when the newest page does not touch it (else messages between the two would be missing unseen)', () => {
    const held = fromNewest(threadView([1, 2, 3]), undefined);
    expect(seqs(fromNewest(threadView([50, 51], { more: true }), held))).toEqual([50, 51]);
  });

  test('takes a message once, whether it is told, read, or both', () => {
    const held = fromNewest(threadView([1, 2]), undefined);
    const told = withMessage(held, messageView(3));
    expect(seqs(withMessage(told, messageView(3, { text: 'edited' })))).toEqual([1, 2, 3]);
    expect(seqs(append(told, threadView([3, 4]), 50))).toEqual([1, 2, 3, 4]);
  });

  test('around a search hit ignores new messages until their page is read (else there is a hole above them)', () => {
    const held = around(threadView([8, 9, 10], { more: true }), threadView([11, 12]), 2);
    expect(held.newer).toBe(true);
    expect(seqs(withMessage(held, messageView(90)))).toEqual([8, 9, 10, 11, 12]);
    const further = append(held, threadView([13]), 2);
    expect(further.newer).toBe(false);
    expect(seqs(withMessage(further, messageView(90)))).toEqual([8, 9, 10, 11, 12, 13, 90]);
  });

  test('shows a turn as being written until its answer stands in the thread', () => {
    const turn = turnView({ state: 'done' });
    const held = { ...fromNewest(threadView([1]), undefined), turn };
    expect(writingTurn(held)).toBe(turn);
    expect(writingTurn(withMessage(held, messageView(2, { kind: 'assistant', turn: 't1' })))).toBeNull();
  });
});

describe('the rows of a thread', () => {
  test('keep the key of the row in which an answer was written (else it is drawn anew at its end and jumps)', () => {
    const held = { ...fromNewest(threadView([1]), undefined), turn: turnView() };
    const writing = threadRows(held, [], sameDay).at(-1);
    const answered = withMessage(
      { ...held, turn: turnView({ state: 'done' }) },
      messageView(2, { kind: 'assistant', turn: 't1' }),
    );
    expect(threadRows(answered, [], sameDay).at(-1)?.key).toBe(writing?.key);
  });

  test('have keys of their own, also when one turn left two messages', () => {
    const messages = [1, 2, 3].map((seq) => messageView(seq, { kind: 'assistant', turn: 't1' }));
    const rows = threadRows(fromNewest(threadView([], { messages }), undefined), [], sameDay);
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });

  test('say how a turn ended that left no word (a silent failure would look like an answer that never came)', () => {
    const failed = {
      ...fromNewest(threadView([1]), undefined),
      turn: turnView({ state: 'failed', reason: { code: 'model.timeout' } }),
    };
    expect(threadRows(failed, [], sameDay).at(-1)).toMatchObject({ kind: 'ended' });
  });

  test('mark days and new contexts', () => {
    const messages = [
      messageView(1, { at: 0 }),
      messageView(2, { at: 1 }),
      messageView(3, { at: 86_400_000, contextNo: 2 }),
    ];
    const rows = threadRows(fromNewest(threadView([], { messages }), undefined), [], sameDay);
    expect(rows.map((row) => row.kind)).toEqual(['begin', 'day', 'message', 'message', 'day', 'context', 'message']);
  });
});
