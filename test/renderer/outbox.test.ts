import { expect, test } from 'vitest';
import { CallFailure } from '../../renderer/bridge/failure.ts';
import { Outbox, type OutboxStorage, type Outgoing } from '../../renderer/bridge/outbox.ts';
import { Kept } from './kept.ts';
import { messageView } from './views.ts';

type Send = (text: string, key: string, entry: Outgoing) => Promise<{ message: string }>;

function outboxOf(send: Send, storage: OutboxStorage = new Kept(), now = 0): Outbox {
  let number = 0;
  return new Outbox({
    send: (entry) => send(entry.text, entry.key, entry),
    now: () => now,
    makeKey: () => `k${String((number += 1))}`,
    storage,
  });
}

const never = (): Promise<never> => new Promise(() => undefined);

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

test('what was on its way when the page went is sent by the next one, under its old key and the same way', async () => {
  const storage = new Kept();
  void outboxOf(never, storage).add('c1', 'hello', 'say');
  const sent: string[] = [];
  const next = outboxOf(
    async (text, key, { way }) => {
      sent.push(`${way} ${key} ${text}`);
      return { message: 'm1' };
    },
    storage,
    60_000,
  );
  await next.restore();
  expect(sent).toEqual(['say k1 hello']);
  expect(storage.length, 'a third page has nothing to send').toBe(0);
});

test('what was not sent for long waits for a word of its writer; discarded it is gone for good', async () => {
  const storage = new Kept();
  await outboxOf(() => Promise.reject(new CallFailure(null)), storage).add('c1', 'hello');
  const next = outboxOf(never, storage, 3_600_000);
  await next.restore();
  const [entry] = next.list('c1');
  expect(entry).toMatchObject({ text: 'hello', state: 'failed' });
  if (entry) next.drop(entry);
  expect(storage.length).toBe(0);
});

test('what others keep in the storage of the page is left alone, and what cannot be read is no message', async () => {
  const storage = new Kept();
  storage.setItem('porchlight.draft.c1', 'a draft');
  storage.setItem('porchlight.outgoing.k9', '{"conversation":');
  const outbox = outboxOf(never, storage);
  await outbox.restore();
  expect(outbox.list('c1')).toEqual([]);
  expect(storage.getItem('porchlight.draft.c1')).toBe('a draft');
});

test('files go with their message over a reload, and the stored message is known by them (it was shown twice)', async () => {
  const storage = new Kept();
  const file = { id: 'f1', name: 'a.png', type: 'image/png', size: 3 };
  void outboxOf(never, storage).add('c1', '', 'send', [file]);
  const answer = Promise.withResolvers<{ message: string }>();
  const next = outboxOf(() => answer.promise, storage);
  const restored = next.restore();
  expect(next.list('c1')).toMatchObject([{ state: 'sending', files: [file] }]);
  const attachment = {
    ...file,
    id: 'a1',
    kind: 'photo',
    state: 'stored',
    file: 'f1',
    reason: null,
    heard: null,
  } as const;
  next.arrived(messageView(1, { text: '[photo]', attachments: [attachment] }));
  expect(next.list('c1')).toMatchObject([{ message: 'm1' }]);
  answer.resolve({ message: 'm1' });
  await restored;
  expect(next.list('c1')).toEqual([]);
});
