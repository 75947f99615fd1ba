/** What every implementation of the port `Storage` must do with groups, their migration, and what came with messages. */
import { describe, expect, it } from 'vitest';
import { storeForEach } from '../store/each.ts';
import {
  attachmentRow,
  conversationRow,
  deliveryRow,
  groupRow,
  newMessage,
  partRow,
  turnRow,
} from '../store/support.ts';

const opened = storeForEach();

const ids = (rows: readonly { readonly id: string }[]): string => rows.map(({ id }) => id).join(' ');

describe('groups', () => {
  it('come back as they were stored, newest first, one decision per chat', async () => {
    const { store } = opened;
    const decided = groupRow({ chat: '-2', answer: 'always', origin: 'owner', lastSeenAt: 20 });
    await store.commit(({ groups }) => {
      groups.put(groupRow());
      groups.put(groupRow({ chat: '-2', lastSeenAt: 10 }));
      groups.put(groupRow({ link: 'other', chat: '-2' }));
      groups.put(decided);
    });
    expect(store.read.groups.ofLink('bot')).toEqual([decided, groupRow()]);
    expect(store.read.groups.get('bot', '-2')).toEqual(decided);
    await store.commit(({ groups }) => groups.remove('bot', '-2'));
    expect(store.read.groups.get('bot', '-2')).toBeNull();
    expect(store.read.groups.get('other', '-2')).not.toBeNull();
  });

  it('have every topic as a conversation of their chat, and those paused by the loop breaker are found', async () => {
    const { store } = opened;
    const looping = conversationRow({
      id: 'b',
      chat: '-1',
      topic: '7',
      pausedUntil: 9,
      pausedBy: { code: 'access.loop' },
    });
    await store.commit(({ conversations }) => {
      conversations.put(conversationRow({ id: 'a', chat: '-1' }));
      conversations.put(looping);
      conversations.put(conversationRow({ id: 'c', chat: '-10', pausedUntil: 9 }));
      conversations.put(conversationRow({ id: 'd', link: 'other', chat: '-1' }));
    });
    expect(ids(store.read.conversations.ofChat('bot', '-1'))).toBe('a b');
    expect(store.read.conversations.pausedByItself()).toEqual([looping]);
    await store.commit(({ conversations }) => conversations.put({ ...looping, pausedUntil: null, pausedBy: null }));
    expect(store.read.conversations.pausedByItself()).toEqual([]);
  });
});

describe('a group that is called differently now', () => {
  const group = { kind: 'group' } as const;

  it('keeps its decision and its conversations, topics among them', async () => {
    const { store } = opened;
    await store.commit(({ groups, conversations }) => {
      groups.put(groupRow({ answer: 'mention', origin: 'owner', lastSeenAt: 5 }));
      conversations.put(
        conversationRow({ ...group, id: 'a', chat: '-1', undeliverable: { code: 'delivery.chat-gone' } }),
      );
      conversations.put(conversationRow({ ...group, id: 'b', chat: '-1', topic: '7' }));
      conversations.put(conversationRow({ ...group, id: 'x', link: 'other', chat: '-1' }));
    });
    await store.commit(({ groups }) => groups.migrate('bot', '-1', '-1001'));
    expect(store.read.groups.get('bot', '-1')).toBeNull();
    expect(store.read.groups.get('bot', '-1001')).toMatchObject({ answer: 'mention', origin: 'owner', lastSeenAt: 5 });
    expect(ids(store.read.conversations.ofChat('bot', '-1001'))).toBe('a b');
    expect(store.read.conversations.get('a')?.undeliverable).toBeNull();
    expect(ids(store.read.conversations.ofChat('other', '-1'))).toBe('x');
  });

  it('counts messages anew: nothing of before is found, quoted or edited by its old id', async () => {
    const { store } = opened;
    await store.commit(({ conversations, messages, turns, deliveries }) => {
      conversations.put(conversationRow({ ...group, chat: '-1' }));
      messages.add(newMessage({ platformId: '5' }));
      turns.add(turnRow());
      deliveries.add(deliveryRow({ state: 'ready' }));
      deliveries.addPart(partRow({ id: 'sent', state: 'sent', ref: '6' }));
      deliveries.addPart(partRow({ id: 'preview', position: 1, ref: '7' }));
    });
    await store.commit(({ groups }) => groups.migrate('bot', '-1', '-1001'));
    expect(store.read.messages.byPlatformId('c1', '42', '5')).toBeNull();
    expect(store.read.deliveries.part('sent')?.ref).toBe('6');
    expect(store.read.deliveries.part('preview')?.ref).toBeNull();
    await store.commit(({ messages }) => messages.add(newMessage({ id: 'm2', platformId: '5' })));
    expect(store.read.messages.byPlatformId('c1', '42', '5')?.id).toBe('m2');
  });

  it('never opens a chat that the owner has closed, and never closes one by an undecided name', async () => {
    const { store } = opened;
    const cases = [
      ['always', 'off', 'off'],
      ['off', 'always', 'always'],
      ['off', 'unknown', 'off'],
      ['mention', 'unknown', 'mention'],
      ['unknown', 'mention', 'mention'],
      ['unknown', 'unknown', 'unknown'],
    ] as const;
    for (const [before, after, expected] of cases) {
      await store.commit(({ groups }) => {
        groups.put(groupRow({ chat: '-1', answer: before }));
        groups.put(groupRow({ chat: '-1001', answer: after }));
        groups.migrate('bot', '-1', '-1001');
      });
      expect(store.read.groups.ofLink('bot').map(({ chat, answer }) => [chat, answer])).toEqual([['-1001', expected]]);
    }
  });

  it('hands what waits to the conversation that is there already, and leaves the rest as history', async () => {
    const { store } = opened;
    await store.commit(({ conversations, messages, turns, deliveries }) => {
      conversations.put(
        conversationRow({ ...group, id: 'old', chat: '-1', unread: 2, pausedUntil: 900, contextNo: 1 }),
      );
      conversations.put(conversationRow({ ...group, id: 'new', chat: '-1001', unread: 1, contextNo: 3 }));
      messages.add(newMessage({ id: 'there', conversation: 'new', platformId: '5', state: 'answered' }));
      messages.add(newMessage({ id: 'done', conversation: 'old', platformId: '4', state: 'answered', turn: 'sent' }));
      messages.add(newMessage({ id: 'waits', conversation: 'old', platformId: '5' }));
      messages.add(newMessage({ id: 'kept', conversation: 'old', state: 'kept' }));
      messages.add(newMessage({ id: 'asked', conversation: 'old', state: 'answered', turn: 'unsent' }));
      messages.add(newMessage({ id: 'runs', conversation: 'old', state: 'answering', turn: 'running' }));
      turns.add(turnRow({ id: 'sent', conversation: 'old', state: 'done' }));
      turns.add(turnRow({ id: 'unsent', conversation: 'old', state: 'done' }));
      turns.add(turnRow({ id: 'running', conversation: 'old' }));
      turns.addInputs('unsent', ['asked']);
      deliveries.add(deliveryRow({ id: 'd1', turn: 'sent', conversation: 'old', state: 'sent' }));
      deliveries.add(deliveryRow({ id: 'd2', turn: 'unsent', conversation: 'old', state: 'ready', readyAt: 30 }));
      deliveries.add(deliveryRow({ id: 'd3', turn: 'running', conversation: 'old' }));
    });
    await store.commit(({ groups }) => groups.migrate('bot', '-1', '-1001'));
    const { read } = store;
    expect(ids(read.messages.page('old', 9))).toBe('done runs');
    expect(ids(read.messages.ofContext('new', 3, 9))).toBe('waits kept asked');
    expect(read.messages.conversationsWaiting()).toEqual(['new']);
    expect(read.messages.byPlatformId('new', '42', '5')?.id).toBe('there');
    expect(read.deliveries.nextReady('new')?.id).toBe('d2');
    expect(read.turns.get('unsent')).toMatchObject({ conversation: 'new', contextNo: 3 });
    expect(ids(read.turns.inputs('unsent'))).toBe('asked');
    expect(read.turns.get('running')?.conversation).toBe('old');
    expect(read.conversations.get('new')).toMatchObject({ unread: 3, pausedUntil: 900 });
    expect(read.conversations.get('old')).toMatchObject({ chat: '-1', unread: 0, pausedUntil: null });
  });

  it('can be told so twice: what a running turn left in the old chat follows with the second time', async () => {
    const { store } = opened;
    await store.commit(({ groups, conversations, turns, deliveries }) => {
      conversations.put(conversationRow({ ...group, id: 'old', chat: '-1' }));
      conversations.put(conversationRow({ ...group, id: 'new', chat: '-1001' }));
      turns.add(turnRow({ conversation: 'old' }));
      deliveries.add(deliveryRow({ conversation: 'old' }));
      groups.migrate('bot', '-1', '-1001');
    });
    expect(store.read.deliveries.get('d1')?.conversation).toBe('old');
    await store.commit(({ groups, turns, deliveries }) => {
      turns.put(turnRow({ conversation: 'old', state: 'done' }));
      deliveries.put(deliveryRow({ conversation: 'old', state: 'ready', readyAt: 30 }));
      groups.migrate('bot', '-1', '-1001');
      groups.migrate('bot', '-1001', '-1001');
    });
    expect(store.read.deliveries.nextReady('new')?.id).toBe('d1');
  });
});

describe('attachments', () => {
  it('stand in the order of the message, and those still to be fetched oldest first', async () => {
    const { store } = opened;
    const stored = attachmentRow({ state: 'stored', file: 'f1', size: 999 });
    const failed = attachmentRow({
      id: 'a3',
      state: 'failed',
      reason: { code: 'media.too-large' },
      position: 2,
      size: null,
    });
    await store.commit(({ conversations, messages, attachments }) => {
      conversations.put(conversationRow());
      messages.add(newMessage());
      messages.add(newMessage({ id: 'm2' }));
      attachments.add(attachmentRow({ id: 'a2', position: 1 }));
      attachments.add(attachmentRow());
      attachments.add(failed);
      attachments.add(attachmentRow({ id: 'b1', message: 'm2' }));
    });
    expect(ids(store.read.attachments.ofMessage('m1'))).toBe('a1 a2 a3');
    expect(ids(store.read.attachments.pending(9))).toBe('a2 a1 b1');
    expect(ids(store.read.attachments.pending(1))).toBe('a2');
    await store.commit(({ attachments }) => attachments.put(stored));
    expect(store.read.attachments.ofMessage('m1')).toEqual([stored, attachmentRow({ id: 'a2', position: 1 }), failed]);
    expect(ids(store.read.attachments.pending(9))).toBe('a2 b1');
  });
});
