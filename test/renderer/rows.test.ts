import { expect, test } from 'vitest';
import { threadRows } from '../../renderer/screens/conversations/rows.ts';
import type { Thread } from '../../renderer/bridge/thread.ts';
import { conversationView, messageView } from './views.ts';

test('what the owner wrote himself is set off from what his guest wrote (both would stand under one name)', () => {
  const own = { state: 'ignored', reason: { code: 'access.own-message' } } as const;
  const messages = [messageView(1), messageView(2, own), messageView(3, own), messageView(4)];
  const thread: Thread = { conversation: conversationView(), messages, older: false, newer: false, turn: null };
  const follows = threadRows(thread, [], () => true).flatMap((row) => (row.kind === 'message' ? [row.follows] : []));
  expect(follows).toEqual([false, false, true, false]);
});
