/** What every implementation of the port `Storage` must do with a person who is called differently now. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AddressRow, Role } from '../../main/gateway/types.ts';
import { counts } from '../counts.ts';
import { storeForEach } from '../store/each.ts';
import { conversationRow, deliveryRow, groupRow, newMessage, partRow, turnRow, usageRow } from '../store/support.ts';

const opened = storeForEach();

const person = (over: Partial<AddressRow> = {}): AddressRow => ({
  link: 'bot',
  address: 'old',
  person: null,
  name: 'Ada',
  role: 'unknown',
  origin: 'message',
  lastSeenAt: 10,
  ...over,
});

const ids = (rows: readonly { readonly id: string }[]): string => rows.map(({ id }) => id).join(' ');

describe('a person who is called differently now', () => {
  it('is one row, under the stronger role with its origin, whoever was noted first', async () => {
    const { store } = opened;
    const anyRole = fc.constantFrom<Role>('owner', 'guest', 'blocked', 'unknown');
    const order: readonly Role[] = ['blocked', 'owner', 'guest', 'unknown'];
    const property = fc.asyncProperty(anyRole, anyRole, async (old, known) => {
      await store.commit(({ addresses }) => {
        addresses.put(person({ role: old, origin: 'file' }));
        addresses.put(person({ address: 'new', role: known, origin: 'owner', name: '', lastSeenAt: null }));
        addresses.migrate('bot', 'old', 'new');
      });
      const stronger = order.indexOf(old) < order.indexOf(known);
      expect(store.read.addresses.ofLink('bot')).toEqual([
        person({ address: 'new', role: stronger ? old : known, origin: stronger ? 'file' : 'owner' }),
      ]);
      await store.commit(({ addresses }) => addresses.remove('bot', 'new'));
    });
    await fc.assert(property, { numRuns: Math.min(counts.propertyRuns, 50) });
  });

  it('keeps a row of its own where there was none, and nothing changes for a name that nobody has', async () => {
    const { store } = opened;
    await store.commit(({ addresses }) => {
      addresses.put(person({ name: 'old', role: 'guest' }));
      addresses.put(person({ link: 'other' }));
      addresses.migrate('bot', 'old', 'new');
      addresses.migrate('bot', 'nobody', 'somebody');
      addresses.migrate('bot', 'new', 'new');
    });
    expect(store.read.addresses.ofLink('bot')).toEqual([person({ address: 'new', name: 'new', role: 'guest' })]);
    expect(store.read.addresses.get('other', 'old')).not.toBeNull();
  });

  it('takes the private chat along with the ids of its messages, and is the author of them everywhere', async () => {
    const { store } = opened;
    await store.commit(({ conversations, messages, groups, addresses }) => {
      conversations.put(conversationRow({ id: 'c1', chat: 'old', undeliverable: { code: 'delivery.chat-gone' } }));
      conversations.put(conversationRow({ id: 'g1', chat: 'club', kind: 'group' }));
      conversations.put(conversationRow({ id: 'x1', chat: 'old', link: 'other' }));
      groups.put(groupRow({ chat: 'club', answer: 'always' }));
      messages.add(newMessage({ id: 'm1', author: 'old', platformId: 'A' }));
      messages.add(newMessage({ id: 'm2', conversation: 'g1', author: 'old', platformId: 'A' }));
      messages.add(newMessage({ id: 'm3', conversation: 'g1', author: 'else', platformId: 'B' }));
      messages.add(newMessage({ id: 'm4', conversation: 'x1', link: 'other', author: 'old', platformId: 'A' }));
      addresses.migrate('bot', 'old', 'new');
    });
    const { read } = store;
    expect(read.conversations.get('c1')).toMatchObject({ chat: 'new', undeliverable: null });
    expect(read.messages.byPlatformId('c1', 'new', 'A')?.id).toBe('m1');
    expect(read.messages.byPlatformId('g1', 'new', 'A')?.id).toBe('m2');
    expect(read.messages.get('m3')?.author).toBe('else');
    expect(read.messages.get('m4')?.author).toBe('old');
    expect(read.conversations.get('x1')?.chat).toBe('old');
  });

  it('is the author of one message that came in under both names: the newer row keeps its id', async () => {
    const { store } = opened;
    await store.commit(({ conversations, messages, addresses }) => {
      conversations.put(conversationRow({ id: 'g1', chat: 'club', kind: 'group' }));
      messages.add(newMessage({ id: 'm1', conversation: 'g1', author: 'old', platformId: 'A' }));
      messages.add(newMessage({ id: 'm2', conversation: 'g1', author: 'new', platformId: 'A' }));
      addresses.migrate('bot', 'old', 'new');
    });
    expect(store.read.messages.byPlatformId('g1', 'new', 'A')?.id).toBe('m2');
    expect(store.read.messages.get('m1')).toMatchObject({ author: 'new', platformId: null });
  });

  it('has one conversation out of two: all but a running turn moves, present contexts become one', async () => {
    const { store } = opened;
    await store.commit((tables) => {
      const { conversations, messages, turns, deliveries, usage, addresses } = tables;
      conversations.put(
        conversationRow({ id: 'c1', chat: 'old', contextNo: 3, unread: 2, pausedUntil: 99, model: 'lab/a', lastAt: 5 }),
      );
      conversations.put(conversationRow({ id: 'c2', chat: 'new', contextNo: 2, unread: 1, createdAt: 3, lastAt: 4 }));
      messages.add(newMessage({ id: 'past', author: 'old', platformId: 'P', contextNo: 1, state: 'answered' }));
      messages.add(newMessage({ id: 'asked', author: 'old', platformId: 'Q', contextNo: 3, state: 'answered' }));
      messages.add(newMessage({ id: 'twin', author: 'old', platformId: 'T', contextNo: 3, state: 'ignored' }));
      messages.add(newMessage({ id: 'kept', conversation: 'c2', author: 'new', platformId: 'T', contextNo: 2 }));
      messages.add(newMessage({ id: 'run', author: 'old', platformId: 'R', contextNo: 3, state: 'answering' }));
      messages.add(newMessage({ id: 'wait', author: 'old', platformId: 'W', contextNo: 3 }));
      turns.add(turnRow({ id: 't1', state: 'done', contextNo: 3 }));
      turns.addInputs('t1', ['asked']);
      messages.mark(['asked'], 'answered', null, 't1');
      turns.add(turnRow({ id: 't2', contextNo: 3 }));
      turns.addInputs('t2', ['run']);
      messages.mark(['run'], 'answering', null, 't2');
      deliveries.add(deliveryRow({ id: 'd1', turn: 't1', state: 'ready' }));
      deliveries.addPart(partRow({ delivery: 'd1' }));
      deliveries.add(deliveryRow({ id: 'd2', turn: 't2' }));
      usage.add(usageRow());
      addresses.migrate('bot', 'old', 'new');
    });
    const { read } = store;
    expect(read.messages.page('c2', 10).map(({ id, contextNo }) => [id, contextNo])).toEqual([
      ['past', 0],
      ['asked', 2],
      ['twin', 2],
      ['kept', 2],
      ['wait', 2],
    ]);
    expect(ids(read.messages.waiting('c2', 10))).toBe('kept wait');
    expect(read.messages.byPlatformId('c2', 'new', 'T')?.id).toBe('kept');
    expect(read.deliveries.nextReady('c2')?.id).toBe('d1');
    expect(read.turns.get('t1')).toMatchObject({ conversation: 'c2', contextNo: 2 });
    expect(read.turns.get('t2')).toMatchObject({ conversation: 'c1', contextNo: 3 });
    expect(ids(read.messages.page('c1', 10))).toBe('run');
    expect(read.usage.lastOf('c2')?.id).toBe('u1');
    const merged = { unread: 3, pausedUntil: 99, model: 'lab/a', createdAt: 1, lastAt: 5, contextNo: 2 };
    expect(read.conversations.get('c2')).toMatchObject(merged);
    expect(read.conversations.get('c1')).toMatchObject({ chat: 'old', unread: 0, pausedUntil: null });
  });

  it('leaves nothing of the old conversation where nothing runs in it', async () => {
    const { store } = opened;
    await store.commit(({ conversations, messages, addresses }) => {
      conversations.put(conversationRow({ id: 'c1', chat: 'old' }));
      conversations.put(conversationRow({ id: 'c2', chat: 'new' }));
      messages.add(newMessage({ author: 'old', platformId: 'A', state: 'answered' }));
      addresses.migrate('bot', 'old', 'new');
    });
    expect(store.read.conversations.get('c1')).toBeNull();
    expect(ids(store.read.messages.page('c2', 10))).toBe('m1');
  });
});

it('a link that is removed takes roles and decisions about groups along, and those of other links stay', async () => {
  const { store } = opened;
  await store.commit(({ links, addresses, groups }) => {
    addresses.put(person({ role: 'owner' }));
    addresses.put(person({ link: 'other', role: 'owner' }));
    groups.put(groupRow({ answer: 'always' }));
    groups.put(groupRow({ link: 'other', answer: 'always' }));
    links.remove('bot');
  });
  expect(store.read.addresses.ofLink('bot')).toEqual([]);
  expect(store.read.groups.ofLink('bot')).toEqual([]);
  expect(store.read.addresses.ofLink('other')).toHaveLength(1);
  expect(store.read.groups.ofLink('other')).toHaveLength(1);
});
