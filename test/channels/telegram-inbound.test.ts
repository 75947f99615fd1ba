import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readUpdate } from '../../main/channels/telegram/inbound.ts';
import { counts } from '../counts.ts';

const me = { account: '7', handle: '@porch_bot' };
const message = {
  message_id: 9,
  date: 1_750_000_000,
  chat: { id: 4242, type: 'private', first_name: 'Ada' },
  from: { id: 4242, is_bot: false, first_name: 'Ada', last_name: 'L.' },
  text: 'hello',
};
const read = (changes: object) => readUpdate(me, { update_id: 5, message: { ...message, ...changes } });

test('a private message keeps who, where, when and its key per bot', () => {
  expect(read({})).toEqual({
    kind: 'message',
    message: {
      key: '7:5',
      chat: '4242',
      topic: null,
      chatKind: 'private',
      title: 'Ada L.',
      sender: { address: '4242', name: 'Ada L.' },
      platformId: '9',
      text: 'hello',
      media: null,
      at: 1_750_000_000_000,
    },
  });
});

test.each([
  ['a photo with a caption', { text: undefined, caption: 'look', photo: [{}] }, 'look', 'photo'],
  ['a voice message', { text: undefined, voice: {} }, '', 'voice'],
  ['an animation, which has a document too', { text: undefined, animation: {}, document: {} }, '', 'animation'],
] as const)('%s is named and not dropped', (_name, changes, text, media) => {
  expect(read(changes)).toMatchObject({ kind: 'message', message: { text, media } });
});

test.each([
  ['a person', { forward_origin: { type: 'user', date: 1, sender_user: { id: 9, is_bot: false, first_name: 'Eve' } } }],
  ['somebody who hides', { forward_origin: { type: 'hidden_user', date: 1, sender_user_name: 'Eve' } }],
  ['a channel', { forward_origin: { type: 'channel', date: 1, chat: { id: -9, type: 'channel' }, message_id: 3 } }],
  ['anybody, as older servers say it', { forward_date: 1 }],
] as const)('what is passed on from %s is told so, with a caption too', (_name, changes) => {
  expect(read(changes)).toMatchObject({ message: { text: 'hello', forwarded: true } });
  const photo = { text: undefined, caption: 'look', photo: [{}] };
  expect(read({ ...changes, ...photo })).toMatchObject({ message: { text: 'look', media: 'photo', forwarded: true } });
});

test.each([
  ['a service message', { text: undefined, pinned_message: {} }, 'service'],
  ['a message of a bot', { from: { ...message.from, is_bot: true } }, 'bot'],
  ['a post of a channel', { chat: { id: -1, type: 'channel' } }, 'channel'],
] as const)('%s is passed over', (_name, changes, why) => {
  expect(read(changes)).toEqual({ kind: 'passed-over', why });
});

test('a person without a name is called by the handle or the id', () => {
  const named = (from: object) => read({ from: { id: 4242, is_bot: false, ...from } });
  expect(named({ first_name: '', username: 'ada' })).toMatchObject({ message: { title: '@ada' } });
  expect(named({})).toMatchObject({ message: { title: '4242' } });
});

const press = { id: '5', from: message.from, data: 'card/yes', message };
const change = { chat: { id: -5, type: 'group' }, old_chat_member: {}, new_chat_member: { status: 'member' } };
const kinds = {
  message: { ...message, entities: [{ type: 'mention', offset: 0, length: 2 }], photo: [{ file_id: 'x', width: 9 }] },
  edited_message: { ...message, sender_chat: { id: -5 }, migrate_to_chat_id: 7, document: { file_id: 'x' } },
  callback_query: press,
  my_chat_member: change,
  stopped_message_generation: { chat: message.chat, draft_id: 5, message_thread_id: 6 },
};

test('whatever an update holds, reading it never throws and never makes half an event', () => {
  const odd = fc.anything();
  const shapes = Object.entries(kinds).map(([kind, fields]) =>
    fc.record({ update_id: fc.integer(), [kind]: fc.record(mapTo(odd, fields), { requiredKeys: [] }) }),
  );
  fc.assert(
    fc.property(fc.oneof(odd, fc.record({ update_id: odd, message: odd }), ...shapes), (update) => {
      const result = readUpdate(me, update);
      if (result.kind === 'action') expect([typeof result.action.data, typeof result.action.chat]).toEqual(texts(2));
      if (result.kind === 'migration') expect(Object.values(result.migration).map((id) => typeof id)).toEqual(texts(2));
      if (result.kind !== 'message') return;
      const { text, media, at, chat, sender, files = [] } = result.message;
      expect(text === '' && media === null).toBe(false);
      expect(Number.isSafeInteger(at)).toBe(true);
      expect([typeof chat, typeof sender.address, typeof sender.name]).toEqual(texts(3));
      for (const file of files) expect([typeof file.platformRef, typeof file.name]).toEqual(texts(2));
    }),
    { numRuns: counts.propertyRuns },
  );
});

const texts = (count: number): readonly string[] => Array<string>(count).fill('string');

function mapTo(arbitrary: fc.Arbitrary<unknown>, fields: object): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, fc.oneof(arbitrary, fc.constant<unknown>(value))]),
  );
}
