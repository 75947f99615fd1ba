import { scheduler } from '../../main/gateway/schedule/types.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rpcMaxFrame } from '../../preload/contract/bridge.ts';
import { cardView, cardViews, personView } from '../../main/api/people-views.ts';
import { troubledViews } from '../../main/api/troubled.ts';
import { messageView } from '../../main/api/views.ts';
import type { Card } from '../../main/gateway/cards/types.ts';
import type { AttachmentRow } from '../../main/gateway/types.ts';
import {
  conversationRow,
  deliveryRow,
  linkRow,
  newMessage,
  openTestStore,
  partRow,
  TemporaryDirectory,
  turnRow,
  type TestStore,
} from '../store/support.ts';

let directory: TemporaryDirectory;
let opened: TestStore;

beforeEach(async () => {
  directory = new TemporaryDirectory();
  opened = await openTestStore(directory.path);
  await opened.store.commit((tables) => {
    tables.links.put(linkRow());
    tables.conversations.put(conversationRow({ title: 'Ada' }));
  });
});
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

const photo: AttachmentRow = {
  id: 'a1',
  message: 'm1',
  position: 0,
  kind: 'photo',
  platformRef: 'secret-place-at-the-platform',
  name: 'cat.jpg',
  type: 'image/jpeg',
  size: 3,
  seconds: null,
  state: 'stored',
  file: 'f1',
  reason: null,
};

describe('a message in the window', () => {
  it('shows its files, but not where the platform keeps them (an address that is as good as a key)', async () => {
    const { store } = opened;
    const row = await store.commit((tables) => {
      const message = tables.messages.add(newMessage());
      tables.attachments.add(photo);
      return message;
    });
    const view = messageView(store.read, row);
    expect(view.attachments).toEqual([
      {
        id: 'a1',
        kind: 'photo',
        name: 'cat.jpg',
        type: 'image/jpeg',
        size: 3,
        state: 'stored',
        file: 'f1',
        reason: null,
        heard: null,
      },
    ]);
    expect(JSON.stringify(view)).not.toContain('secret-place');
  });

  it('says of what was passed on that it was (words of others that looked like his own)', async () => {
    const { store } = opened;
    const rows = await store.commit(({ messages }) => [
      messages.add(newMessage({ id: 'm1', forwarded: true })),
      messages.add(newMessage({ id: 'm2' })),
    ]);
    expect(rows.map((row) => messageView(store.read, row).forwarded)).toEqual([true, false]);
  });

  it('counts every sending once more of every part (a count that says one where it were three)', async () => {
    const { store } = opened;
    const row = await store.commit((tables) => {
      tables.turns.add(turnRow({ state: 'done' }));
      tables.deliveries.add(deliveryRow({ state: 'sent' }));
      tables.deliveries.addPart(partRow({ id: 'p1', again: 2, state: 'sent' }));
      tables.deliveries.addPart(partRow({ id: 'p2', position: 1, again: 1, state: 'sent' }));
      return tables.messages.add(newMessage({ kind: 'assistant', author: null, turn: 't1' }));
    });
    expect(messageView(store.read, row).delivery).toMatchObject({ parts: 2, sentParts: 2, again: 3 });
  });
});

describe('a message that a schedule asked', () => {
  it('tells of the schedule, and that it is gone when it is; nobody else passes for one by calling himself so', async () => {
    const { store } = opened;
    const timing = { kind: 'every', everyMs: 60_000, from: 0 } as const;
    const about = { prompt: 'x', conversation: 'c1', timing, quiet: null, pausedUntil: null } as const;
    const rows = await store.commit(({ messages, schedules }) => {
      schedules.put({ id: 's1', name: 'Bees', ...about, catchUp: 'skip', handled: 0, origin: 'window', createdAt: 0 });
      const run = { slotKey: 's1@1', schedule: 's1', slot: 1, at: 1, late: false, missed: 0, reason: null } as const;
      schedules.addRun({ ...run, message: 'm1' });
      return [
        messages.add(newMessage({ id: 'm1', author: scheduler })),
        messages.add(newMessage({ id: 'm2', author: scheduler })),
        messages.add(newMessage({ id: 'm3', author: 's1', authorName: 'Schedule' })),
      ];
    });
    expect(rows.map((row) => messageView(store.read, row).scheduled)).toEqual([
      { id: 's1', name: 'Bees' },
      { id: null, name: '' },
      null,
    ]);
  });
});

describe('what did not get through', () => {
  it('is listed newest first: replies that failed or are held, and questions that were given up', async () => {
    const { store } = opened;
    await store.commit(({ turns, deliveries, messages }) => {
      turns.add(turnRow({ id: 't1', state: 'done' }));
      deliveries.add(
        deliveryRow({ id: 'd1', turn: 't1', state: 'failed', settledAt: 100, reason: { code: 'delivery.gave-up' } }),
      );
      messages.add(newMessage({ id: 'q1', turn: 't1' }));
      messages.add(newMessage({ id: 'r1', kind: 'assistant', author: null, turn: 't1', text: '**The** answer' }));
      turns.add(turnRow({ id: 't2', state: 'dead', endedAt: 300, reason: { code: 'turn.dead-letter' } }));
      messages.add(newMessage({ id: 'q2', turn: 't2', text: 'poison', state: 'answered' }));
      turns.addInputs('t2', ['q2']);
      turns.add(turnRow({ id: 't3', state: 'done' }));
      deliveries.add(deliveryRow({ id: 'd3', turn: 't3', state: 'held', readyAt: 200 }));
      turns.add(turnRow({ id: 't4', state: 'done' }));
      deliveries.add(deliveryRow({ id: 'd4', turn: 't4', state: 'sent', settledAt: 400 }));
    });
    const all = troubledViews(store.read, 10);
    expect(all).toMatchObject([
      { kind: 'dead-letter', turn: 't2', title: 'Ada', text: 'poison', message: 'q2', at: 300 },
      { kind: 'held', turn: 't3', text: '', message: null, at: 200 },
      { kind: 'delivery', turn: 't1', text: 'The answer', reason: { code: 'delivery.gave-up' }, at: 100 },
    ]);
    expect(troubledViews(store.read, 2)).toEqual(all.slice(0, 2));
  });

  it('leaves out a dead letter that was asked again (a button for what is under way)', async () => {
    const { store } = opened;
    await store.commit(({ turns, messages }) => {
      turns.add(turnRow({ id: 't1', state: 'dead', endedAt: 1 }));
      messages.add(newMessage({ id: 'q1' }));
      turns.addInputs('t1', ['q1']);
      turns.add(turnRow({ id: 't2' }));
      turns.moveInputs(['q1'], 't2');
    });
    expect(troubledViews(store.read, 10)).toEqual([]);
  });
});

describe('people in the window', () => {
  it('lead to the private conversation that was used last, never to a group that is called the same', async () => {
    const { store } = opened;
    const row = { link: 'bot', address: '7', person: null, name: 'Ada', role: 'guest', origin: 'owner' } as const;
    const person = { ...row, lastSeenAt: null };
    expect(personView(store.read, person).conversation).toBeNull();
    await store.commit(({ conversations }) => {
      conversations.put(conversationRow({ id: 'old', chat: '7', topic: '1', lastAt: 5 }));
      conversations.put(conversationRow({ id: 'new', chat: '7', topic: '2', lastAt: 9 }));
      conversations.put(conversationRow({ id: 'group', chat: '7', topic: '3', kind: 'group', lastAt: 10 }));
    });
    expect(personView(store.read, person)).toMatchObject({ name: 'Ada', role: 'guest', conversation: 'new' });
  });

  it('wait on a card with what was written last on one line (a wall of text between two buttons)', async () => {
    const { store } = opened;
    const last = await store.commit(({ messages }) => messages.add(newMessage({ text: `one\n\n${'x'.repeat(1000)}` })));
    const card = cardView(store.read, {
      id: 'p:bot:42',
      kind: 'person',
      at: 5,
      answers: ['allow', 'once', 'ignore'],
      link: 'bot',
      address: '42',
      name: 'Ada',
      messages: 3,
      last,
    });
    expect(card).toMatchObject({ link: 'bot', name: 'Ada', address: '42', messages: 3, conversation: 'c1' });
    expect(card.text).toMatch(/^one x+…$/);
    expect(card.text.length).toBeLessThanOrEqual(140);
  });

  it('have a paused conversation on a card with the reason for it (a pause that nobody can explain)', async () => {
    const { store } = opened;
    const pausedBy = { code: 'access.loop', params: { count: 12 } } as const;
    await store.commit(({ conversations }) => conversations.put(conversationRow({ pausedUntil: 9e15, pausedBy })));
    const loop = { id: 'loop:c1', kind: 'loop', at: 1, answers: ['resume', 'leave'], link: 'bot' } as const;
    expect(cardView(store.read, { ...loop, conversation: 'c1', title: 'Ada' })).toMatchObject({
      name: 'Ada',
      conversation: 'c1',
      reason: pausedBy,
    });
  });
});

describe('tools that wait for a word', () => {
  const asking = (calls: readonly string[]): readonly Card[] =>
    calls.map((given, position) => ({
      id: `tool:k${String(position)}`,
      call: `k${String(position)}`,
      kind: 'tool',
      at: 5,
      answers: ['once', 'ignore'],
      link: 'bot',
      conversation: 'c1',
      turn: 't1',
      until: 605,
      tool: 'send',
      arguments: given,
      where: null,
      reason: null,
    }));

  it('tell what they would be given as it was written, until when, and of which turn (a card cut at 200 signs)', () => {
    const given = JSON.stringify({ to: 'Ada', text: `${'x'.repeat(4_000)}\n` });
    const [card] = cardViews(opened.store.read, asking([given]));
    expect(card).toMatchObject({ until: 605, turn: 't1', given: { text: given, length: given.length } });
  });

  it('say how much there was when it is too much, and end within no character', () => {
    const [card] = cardViews(opened.store.read, asking([`${'x'.repeat(8_191)}😀`]));
    expect(card?.given).toEqual({ text: 'x'.repeat(8_191), length: 8_193 });
  });

  it('fit into one frame, however many there are (a list that never came)', () => {
    const cards = asking(Array.from({ length: 60 }, () => '€'.repeat(9_000)));
    const views = cardViews(opened.store.read, cards);
    expect(Buffer.byteLength(JSON.stringify(views))).toBeLessThan(rpcMaxFrame);
    expect(views.map(({ given }) => given?.length)).toEqual(cards.map(() => 9_000));
    expect(views[0]?.given?.text).toHaveLength(8_192);
    expect(views.at(-1)?.given?.text).toBe('');
  });
});
