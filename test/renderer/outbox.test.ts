import { expect, test } from 'vitest';
import { CallFailure } from '../../renderer/bridge/failure.ts';
import { Outbox } from '../../renderer/bridge/outbox.ts';
import { messageView } from './views.ts';

function outboxOf(send: (text: string, key: string) => Promise<{ message: string }>): Outbox {
  let number = 0;
  return new Outbox({
    send: (_conversation, text, key) => send(text, key),
    now: () => 0,
    makeKey: () => `k${String((number += 1))}`,
  });
}

test('a failed message keeps its text and is sent again under the same key (else a lost answer doubles it)', async () => {
  const keys: string[] = [];
  const outbox = outboxOf(async (_text, key) => {
    keys.push(key);
    if (keys.length === 1) throw new CallFailure(null);
    return { message: 'm1' };
  });
  await outbox.add('c1', 'hello');
  const [failed] = outbox.list('c1');
  expect(failed).toMatchObject({ state: 'failed', text: 'hello' });
  if (failed) await outbox.again(failed);
  expect(keys).toEqual(['k1', 'k1']);
  outbox.arrived(messageView(1, { text: 'hello' }));
  expect(outbox.list('c1')).toEqual([]);
});

test('a message that is told before the answer to its call is shown once', async () => {
  const answer = Promise.withResolvers<{ message: string }>();
  const outbox = outboxOf(() => answer.promise);
  const sent = outbox.add('c1', 'hello');
  outbox.arrived(messageView(1, { text: 'hello' }));
  expect(outbox.list('c1')).toMatchObject([{ message: 'm1' }]);
  answer.resolve({ message: 'm1' });
  await sent;
  expect(outbox.list('c1')).toEqual([]);
});

test('a message that arrived although its answer was lost is not called failed', async () => {
  const answer = Promise.withResolvers<{ message: string }>();
  const outbox = outboxOf(() => answer.promise);
  const sent = outbox.add('c1', 'hello');
  outbox.arrived(messageView(1, { text: 'hello' }));
  answer.reject(new CallFailure(null));
  await sent;
  expect(outbox.list('c1')).toEqual([]);
});
