/** What every implementation of the port `Storage` must do, run over the one on files. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Reason } from '../../main/gateway/types.ts';
import { storeForEach } from '../store/each.ts';
import { conversationRow, deliveryRow, linkRow, newMessage, partRow, turnRow, usageRow } from '../store/support.ts';

const opened = storeForEach();

const late: Reason = { code: 'access.late', params: { count: 3 } };

describe('links', () => {
  it('come back as they were stored, with every nullable field and the end of time as pause', async () => {
    const full = linkRow({
      account: '7',
      handle: '@bot',
      enabled: false,
      apiRoot: 'http://127.0.0.1:1',
      language: 'en',
      linkedAt: null,
      capabilities: { rich: false, drafts: true },
      pausedUntil: Number.MAX_SAFE_INTEGER,
      fixedByFile: true,
    });
    const { store } = opened;
    await store.commit((tables) => tables.links.put(linkRow()));
    expect(store.read.links.get('bot')).toEqual(linkRow());
    await store.commit((tables) => tables.links.put(full));
    expect(store.read.links.get('bot')).toEqual(full);
    expect(store.read.links.all()).toEqual([full]);
    expect(store.read.links.get('other')).toBeNull();
  });

  it('keep a cursor per account and lose it with the link, while conversations stay', async () => {
    const { store } = opened;
    await store.commit(({ links, conversations }) => {
      links.put(linkRow());
      links.setCursor('bot', 'a', 10, 100);
      links.setCursor('bot', 'b', 20, 200);
      links.setCursor('bot', 'a', 5, 300);
      conversations.put(conversationRow());
    });
    expect(store.read.links.cursor('bot', 'a')).toEqual({ position: 5, at: 300 });
    expect(store.read.links.cursor('bot', 'b')).toEqual({ position: 20, at: 200 });
    await store.commit(({ links }) => links.remove('bot'));
    expect(store.read.links.cursor('bot', 'a')).toBeNull();
    expect(store.read.conversations.get('c1')).not.toBeNull();
  });

  it('take what waits with them when they are removed (a count of unsent replies that never ends)', async () => {
    const { store } = opened;
    await store.commit(({ links, conversations, messages, turns, deliveries }) => {
      links.put(linkRow());
      conversations.put(conversationRow());
      messages.add(newMessage({ id: 'm1' }));
      turns.add(turnRow());
      deliveries.add(deliveryRow({ state: 'ready' }));
    });
    await store.commit(({ links }) => links.remove('bot'));
    expect(store.read.messages.countWaiting()).toBe(0);
    expect(store.read.messages.get('m1')?.state).toBe('cleared');
    expect(store.read.deliveries.ready()).toEqual([]);
  });

  it('take what the cards ask about with them, so that no card asks about a link that is gone', async () => {
    const { store } = opened;
    await store.commit(({ links, conversations, messages, turns, deliveries }) => {
      links.put(linkRow());
      conversations.put(conversationRow({ pausedUntil: 9, pausedBy: { code: 'access.loop' } }));
      for (const state of ['kept', 'late', 'paused', 'held', 'answered'] as const)
        messages.add(newMessage({ id: state, state }));
      messages.add(newMessage({ id: 'elsewhere', link: 'other', state: 'kept' }));
      turns.add(turnRow());
      deliveries.add(deliveryRow({ state: 'held' }));
    });
    await store.commit(({ links }) => links.remove('bot'));
    for (const state of ['kept', 'late', 'paused', 'held'] as const) {
      expect(store.read.messages.setAside('bot', state, 9)).toEqual([]);
      expect(store.read.messages.get(state)?.state).toBe('cleared');
    }
    expect(store.read.messages.get('answered')?.state).toBe('answered');
    expect(store.read.messages.countAside('other', 'kept')).toBe(1);
    expect(store.read.deliveries.troubled(9)).toEqual([]);
    expect(store.read.conversations.pausedByItself()).toEqual([]);
    expect(store.read.conversations.get('c1')?.pausedUntil).toBeNull();
  });

  it('know an event once per link, so that a repeated update is not a second message', async () => {
    const { store } = opened;
    const seen = await store.commit(({ links }) => [
      links.addEvent('bot', 'u1', 1),
      links.addEvent('bot', 'u1', 2),
      links.addEvent('other', 'u1', 3),
    ]);
    expect(seen).toEqual([true, false, true]);
  });
});

describe('addresses', () => {
  it('are listed newest first, everyone (`*`) among them', async () => {
    const { store } = opened;
    const row = { link: 'bot', person: null, name: 'Ada', role: 'guest', origin: 'owner', lastSeenAt: null } as const;
    await store.commit(({ addresses }) => {
      addresses.put({ ...row, address: '*' });
      addresses.put({ ...row, address: '1', lastSeenAt: 10, role: 'unknown', origin: 'message' });
      addresses.put({ ...row, address: '2', lastSeenAt: 20 });
      addresses.put({ ...row, link: 'other', address: '3' });
      addresses.put({ ...row, address: '1', lastSeenAt: 30, role: 'owner' });
    });
    expect(store.read.addresses.ofLink('bot').map((found) => found.address)).toEqual(['1', '2', '*']);
    expect(store.read.addresses.get('bot', '1')).toEqual({ ...row, address: '1', lastSeenAt: 30, role: 'owner' });
    await store.commit(({ addresses }) => addresses.remove('bot', '1'));
    expect(store.read.addresses.get('bot', '1')).toBeNull();
  });
});

describe('conversations', () => {
  it('are found by link, chat and topic, and a topic is a conversation of its own', async () => {
    const { store } = opened;
    const blocked = conversationRow({ id: 'b', chat: 'x', topic: '9', undeliverable: { code: 'delivery.chat-gone' } });
    await store.commit(({ conversations }) => {
      conversations.put(conversationRow({ id: 'a', chat: 'x' }));
      conversations.put(blocked);
    });
    expect(store.read.conversations.find('bot', { chat: 'x', topic: null })?.id).toBe('a');
    expect(store.read.conversations.find('bot', { chat: 'x', topic: '9' })).toEqual(blocked);
    expect(store.read.conversations.find('bot', { chat: 'y', topic: null })).toBeNull();
  });

  it('page by last activity without losing rows of the same millisecond', async () => {
    const { store } = opened;
    await store.commit(({ conversations }) => {
      for (const id of ['a', 'b', 'c', 'd', 'e'])
        conversations.put(conversationRow({ id, lastAt: id === 'e' ? 9 : 5 }));
    });
    const first = store.read.conversations.page(2);
    expect(first.map((row) => row.id)).toEqual(['e', 'd']);
    expect(store.read.conversations.page(9, first[1]).map((row) => row.id)).toEqual(['c', 'b', 'a']);
  });

  it('page through those of one link alone', async () => {
    const { store } = opened;
    await store.commit(({ conversations }) => {
      for (const id of ['a', 'b', 'c']) conversations.put(conversationRow({ id, lastAt: 5 }));
      conversations.put(conversationRow({ id: 'x', link: 'other', lastAt: 9 }));
    });
    const first = store.read.conversations.page(1, undefined, 'bot');
    expect(first.map((row) => row.id)).toEqual(['c']);
    expect(store.read.conversations.page(9, first[0], 'bot').map((row) => row.id)).toEqual(['b', 'a']);
    expect(store.read.conversations.page(9, undefined, 'other').map((row) => row.id)).toEqual(['x']);
  });
});

describe('messages', () => {
  beforeEach(async () => {
    await opened.store.commit(({ conversations }) => {
      conversations.put(conversationRow());
      conversations.put(conversationRow({ id: 'c2' }));
    });
  });

  it('get a rising seq and come back as stored', async () => {
    const { store } = opened;
    const full = newMessage({ id: 'm2', author: null, platformId: '7', reason: late, turn: 't', model: 'lab/gpt' });
    const [first, second] = await store.commit(({ messages }) => [messages.add(newMessage()), messages.add(full)]);
    expect(second?.seq).toBeGreaterThan(first?.seq ?? Infinity);
    expect(store.read.messages.get('m2')).toEqual({ ...full, seq: second?.seq });
  });

  it('are unique per author, platform id and revision; the newest revision is found, also without an author', async () => {
    const { store } = opened;
    for (const author of ['42', null]) {
      const of = author ?? 'none';
      await store.commit(({ messages }) => {
        messages.add(newMessage({ id: `${of}-0`, author, platformId: '7' }));
        messages.add(newMessage({ id: `${of}-1`, author, platformId: '7', revision: 1 }));
      });
      await expect(
        store.commit(({ messages }) => messages.add(newMessage({ id: `${of}-x`, author, platformId: '7' }))),
      ).rejects.toThrow(/UNIQUE/);
      expect(store.read.messages.byPlatformId('c1', author, '7')?.id).toBe(`${of}-1`);
    }
  });

  it('page forwards and backwards in rising order, also when conversations are interleaved', async () => {
    const { store } = opened;
    const seqs = await store.commit(({ messages }) =>
      Array.from({ length: 10 }, (_, n) => {
        messages.add(newMessage({ id: `x${String(n)}`, conversation: 'c2' }));
        return messages.add(newMessage({ id: `m${String(n)}` })).seq;
      }),
    );
    const ids = (rows: readonly { readonly id: string }[]): string => rows.map((row) => row.id).join(' ');
    expect(ids(store.read.messages.page('c1', 3))).toBe('m7 m8 m9');
    expect(ids(store.read.messages.page('c1', 3, { beforeSeq: seqs[7] ?? 0 }))).toBe('m4 m5 m6');
    expect(ids(store.read.messages.page('c1', 3, { afterSeq: seqs[7] ?? 0 }))).toBe('m8 m9');
    expect(ids(store.read.messages.ofContext('c1', 1, 2))).toBe('m8 m9');
    expect(ids(store.read.messages.ofContext('c1', 2, 2))).toBe('');
  });

  it('changed by their author keep every earlier text with its own time, and are found by the new one only', async () => {
    const { store } = opened;
    await store.commit(({ messages }) => {
      messages.add(newMessage({ text: 'first draft', at: 10, platformId: '7' }));
      messages.add(newMessage({ id: 'other', text: 'other' }));
    });
    await store.commit(({ messages }) => messages.revise('m1', 'second', 20));
    await store.commit(({ messages }) => messages.revise('m1', 'third', 30));
    expect(store.read.messages.byPlatformId('c1', '42', '7')).toMatchObject({ text: 'third', revision: 2, at: 10 });
    expect(store.read.messages.revisions('m1')).toEqual([
      { revision: 0, text: 'first draft', at: 10 },
      { revision: 1, text: 'second', at: 20 },
    ]);
    expect(store.read.messages.revisions('other')).toEqual([]);
    expect(store.read.messages.get('other')).toMatchObject({ text: 'other', revision: 0 });
    const signal = new AbortController().signal;
    expect(await store.search('draft', 9, signal)).toEqual([]);
    expect(await store.search('third', 9, signal)).toHaveLength(1);
  });

  it('that wait for the owner are counted per link and state, and what was overheard waits for nobody', async () => {
    const { store } = opened;
    await store.commit(({ messages }) => {
      messages.add(newMessage({ id: 'k1', state: 'kept' }));
      messages.add(newMessage({ id: 'k2', state: 'kept' }));
      messages.add(newMessage({ id: 'k3', link: 'other', state: 'kept' }));
      messages.add(newMessage({ id: 'l1', state: 'late' }));
      messages.add(newMessage({ id: 'o1', state: 'overheard', reason: { code: 'access.overheard' } }));
    });
    const { messages } = store.read;
    expect([messages.countAside('bot', 'kept'), messages.countAside('bot', 'late')]).toEqual([2, 1]);
    expect(messages.countAside('bot', 'held')).toBe(0);
    expect(messages.countWaiting()).toBe(0);
    expect(messages.ofContext('c1', 1, 9).map((row) => row.state)).toContain('overheard');
  });

  it('leave the inbox and the set-aside list when they are marked, and keep their turn where none is given', async () => {
    const { store } = opened;
    await store.commit(({ messages }) => {
      messages.add(newMessage({ id: 'b', conversation: 'c2' }));
      messages.add(newMessage({ id: 'a1', turn: 'old' }));
      messages.add(newMessage({ id: 'a2' }));
    });
    expect(store.read.messages.conversationsWaiting()).toEqual(['c2', 'c1']);
    expect(store.read.messages.waiting('c1', 10).map((row) => row.id)).toEqual(['a1', 'a2']);
    await store.commit(({ messages }) => {
      messages.mark(['a1'], 'late', late);
      messages.mark(['a2'], 'answering', null, 't9');
    });
    expect(store.read.messages.waiting('c1', 10)).toEqual([]);
    expect(store.read.messages.setAside('bot', 'late', 10)).toMatchObject([{ id: 'a1', turn: 'old', reason: late }]);
    expect(store.read.messages.ofTurn('t9').map((row) => row.id)).toEqual(['a2']);
    await store.commit(({ messages }) => messages.mark(['a2'], 'waiting', null, null));
    expect(store.read.messages.ofTurn('t9')).toEqual([]);
  });
});

describe('turns', () => {
  beforeEach(async () => {
    await opened.store.commit(({ conversations, messages, turns }) => {
      conversations.put(conversationRow());
      for (const id of ['m1', 'm2']) messages.add(newMessage({ id }));
      turns.add(turnRow());
    });
  });

  it('cover a message once: a second turn for it is refused, a retry takes it over', async () => {
    const { store } = opened;
    await store.commit(({ turns }) => {
      turns.addInputs('t1', ['m2', 'm1']);
      turns.add(turnRow({ id: 't2' }));
    });
    await expect(store.commit(({ turns }) => turns.addInputs('t2', ['m1']))).rejects.toThrow(/UNIQUE/);
    expect(store.read.turns.inputs('t1').map((row) => row.id)).toEqual(['m1', 'm2']);
    await store.commit(({ turns }) => turns.moveInputs(['m1', 'm2'], 't2'));
    expect(store.read.turns.inputs('t1')).toEqual([]);
    expect(store.read.turns.inputs('t2')).toHaveLength(2);
  });

  it('that run are found after a crash, and the last reply is the one that Retry means', async () => {
    const { store } = opened;
    const done = turnRow({ id: 't2', state: 'done', model: 'lab/gpt', reason: late, endedAt: 30 });
    await store.commit(({ turns }) => {
      turns.add(turnRow({ id: 't2' }));
      turns.put(done);
      turns.add(turnRow({ id: 't3', kind: 'command' }));
    });
    expect(store.read.turns.running().map((row) => row.id)).toEqual(['t1', 't3']);
    expect(store.read.turns.lastReply('c1')).toEqual(done);
    expect(store.read.turns.get('t9')).toBeNull();
  });
});

describe('deliveries', () => {
  beforeEach(async () => {
    await opened.store.commit(({ conversations, turns }) => {
      conversations.put(conversationRow());
      for (const id of ['t1', 't2', 't3']) turns.add(turnRow({ id }));
    });
  });

  it('are one per turn', async () => {
    const { store } = opened;
    await store.commit(({ deliveries }) => deliveries.add(deliveryRow()));
    await expect(store.commit(({ deliveries }) => deliveries.add(deliveryRow({ id: 'd2' })))).rejects.toThrow(/UNIQUE/);
    expect(store.read.deliveries.ofTurn('t1')).toEqual(deliveryRow());
  });

  it('are sent in the order in which they were made, and are no longer ready once they failed', async () => {
    const { store } = opened;
    await store.commit(({ deliveries }) => {
      deliveries.add(deliveryRow({ id: 'd1', turn: 't1', state: 'ready', readyAt: 50 }));
      deliveries.add(deliveryRow({ id: 'd2', turn: 't2', link: 'other', state: 'ready', readyAt: 40 }));
      deliveries.add(deliveryRow({ id: 'd3', turn: 't3' }));
    });
    expect(store.read.deliveries.ready().map((row) => row.id)).toEqual(['d1', 'd2']);
    expect(store.read.deliveries.ready('other').map((row) => row.id)).toEqual(['d2']);
    expect(store.read.deliveries.nextReady('c1')?.id).toBe('d1');
    await store.commit(({ deliveries }) => {
      deliveries.setState('d1', 'failed', { code: 'delivery.gave-up' }, 60);
      deliveries.put(deliveryRow({ id: 'd2', turn: 't2', state: 'held', late: true }));
    });
    expect(store.read.deliveries.nextReady('c1')).toBeNull();
    expect(store.read.deliveries.troubled(9).map((row) => row.id)).toEqual(['d2', 'd1']);
    expect(store.read.deliveries.get('d1')).toMatchObject({ reason: { code: 'delivery.gave-up' }, settledAt: 60 });
  });

  it('have parts in order, and those sent again are counted', async () => {
    const { store } = opened;
    const again = partRow({ id: 'p0', state: 'sent', attempts: 3, again: 2, ref: '77', ownId: 'own', reason: late });
    await store.commit(({ deliveries }) => {
      deliveries.add(deliveryRow());
      deliveries.addPart(partRow({ position: 1 }));
      deliveries.addPart(partRow({ id: 'p0' }));
      deliveries.putPart(again);
    });
    expect(store.read.deliveries.parts('d1')).toEqual([again, partRow({ position: 1 })]);
    expect(store.read.deliveries.part('p0')).toEqual(again);
    expect(store.read.deliveries.againCount()).toBe(2);
  });

  it('keep every rung and the buttons of a part (a card without its buttons cannot be answered)', async () => {
    const { store } = opened;
    const part = {
      format: 'rich',
      text: '{"blocks":[]}',
      html: '<b>Who is this?</b>',
      plain: 'Who is this?',
      buttons: [[{ text: 'Allow', data: 'allow:1' }], [{ text: 'Ignore', data: 'ignore:1' }]],
    } as const;
    await store.commit(({ deliveries }) => {
      deliveries.add(deliveryRow());
      deliveries.addPart(partRow({ part }));
    });
    expect(store.read.deliveries.part('p1')?.part).toEqual(part);
  });

  it('count as replies from their final text on, commands and cards not, so that only answers trip the loop breaker', async () => {
    const { store } = opened;
    await store.commit(({ conversations, turns, deliveries }) => {
      conversations.put(conversationRow({ id: 'c2' }));
      turns.add(turnRow({ id: 'command', kind: 'command', state: 'done' }));
      turns.add(turnRow({ id: 'card', kind: 'card', state: 'done' }));
      turns.add(turnRow({ id: 'elsewhere', conversation: 'c2' }));
      deliveries.add(deliveryRow({ id: 'd1', turn: 't1', state: 'sent', readyAt: 49 }));
      deliveries.add(deliveryRow({ id: 'd2', turn: 't2', state: 'ready', readyAt: 50 }));
      deliveries.add(deliveryRow({ id: 'd3', turn: 't3' }));
      deliveries.add(deliveryRow({ id: 'd4', turn: 'command', readyAt: 60 }));
      deliveries.add(deliveryRow({ id: 'd5', turn: 'card', readyAt: 60 }));
      deliveries.add(deliveryRow({ id: 'd6', turn: 'elsewhere', conversation: 'c2', readyAt: 60 }));
    });
    expect(store.read.turns.get('card')?.kind).toBe('card');
    expect(store.read.deliveries.repliesSince('c1', 50)).toBe(1);
    expect(store.read.deliveries.repliesSince('c1', 49)).toBe(2);
    expect(store.read.deliveries.repliesSince('c1', 51)).toBe(0);
  });
});

describe('usage, providers and secrets', () => {
  it('sum what is known and count what is not', async () => {
    const { store } = opened;
    const last = usageRow({ id: 'u3', at: 200, cost: null, estimated: true, outcome: 'timeout' });
    await store.commit(({ usage }) => {
      usage.add(usageRow({ id: 'u0', at: 99, conversation: null, turn: null }));
      usage.add(usageRow({ id: 'u1', at: 100 }));
      usage.add(usageRow({ id: 'u2', at: 199, cost: 0 }));
      usage.add(last);
    });
    const sums = { inputTokens: 20, outputTokens: 10, cost: 7, estimated: 0 };
    expect(store.read.usage.totals(100, 200)).toEqual({ calls: 2, ...sums, unpriced: 0 });
    expect(store.read.usage.totals(200, 201)).toMatchObject({ calls: 1, cost: 0, unpriced: 1, estimated: 1 });
    expect(store.read.usage.totals(500, 600)).toMatchObject({ calls: 0, cost: 0, unpriced: 0 });
    expect(store.read.usage.lastOf('c1')).toEqual(last);
  });

  it('keep what a provider was told about its server, and secrets as sealed bytes', async () => {
    const { store } = opened;
    const provider = {
      id: 'lab',
      kind: 'openai',
      name: 'Lab',
      baseUrl: 'http://127.0.0.1:1/v1',
      compatibility: { maxTokensField: 'max_tokens', deep: { list: [1] } },
      fixedByFile: true,
      createdAt: 3,
    } as const;
    await store.commit(({ providers, secrets }) => {
      providers.put(provider);
      secrets.put('provider/lab/key', new Uint8Array([1, 2, 255]));
    });
    expect(store.read.providers.all()).toEqual([provider]);
    expect(store.read.secrets.get('provider/lab/key')).toEqual(new Uint8Array([1, 2, 255]));
    await store.commit(({ providers, secrets }) => {
      providers.remove('lab');
      secrets.remove('provider/lab/key');
    });
    expect(store.read.providers.get('lab')).toBeNull();
    expect(store.read.secrets.get('provider/lab/key')).toBeNull();
  });
});

describe('transactions', () => {
  it('undo only the writes of the work that throws, whoever shares the transaction with it', async () => {
    const { store } = opened;
    const before = store.counters.commits;
    const [first, second, third] = await Promise.allSettled([
      store.commit(({ links }) => links.put(linkRow({ id: 'a' }))),
      store.commit(({ links }) => {
        links.put(linkRow({ id: 'b' }));
        throw new Error('a bug of the caller');
      }),
      store.commit(({ links }) => links.put(linkRow({ id: 'c' }))),
    ]);
    expect([first.status, second.status, third.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(store.read.links.all().map((row) => row.id)).toEqual(['a', 'c']);
    expect(store.counters.commits - before).toBe(1);
  });

  it('share one transaction when asked for in the same tick, notes included, in the order asked', async () => {
    const { store } = opened;
    const before = store.counters;
    const order: string[] = [];
    await Promise.all([
      store.commit(() => order.push('commit 1')),
      store.note(() => order.push('note')),
      store.commit(() => order.push('commit 2')),
    ]);
    expect(order).toEqual(['commit 1', 'note', 'commit 2']);
    expect(store.counters.commits - before.commits).toBe(1);
    expect(store.counters.notes - before.notes).toBe(0);
    await store.note(({ links }) => links.put(linkRow()));
    expect(store.counters.commits - before.commits).toBe(1);
    expect(store.read.links.get('bot')).not.toBeNull();
  });

  it('refuse writing through `read`, and tables that outlive their transaction', async () => {
    const { store } = opened;
    expect(() => store.read.links.put(linkRow())).toThrow(/does not write/);
    const leaked = await store.commit((tables) => tables);
    expect(() => leaked.links.put(linkRow())).toThrow(/after it ended/);
    expect(store.read.links.all()).toEqual([]);
  });

  it('show committed rows to readers only after the transaction', async () => {
    const { store } = opened;
    const pending = store.commit(({ links }) => links.put(linkRow()));
    expect(store.read.links.all()).toEqual([]);
    await pending;
    expect(store.read.links.all()).toHaveLength(1);
  });

  it('are on disk for the next start once the promise has resolved', async () => {
    await opened.store.commit(({ links }) => links.put(linkRow()));
    await opened.reopen();
    expect(opened.store.read.links.all()).toEqual([linkRow()]);
  });
});

describe('search', () => {
  it('finds a begun last word newest first, shows the hit, and no longer finds what was aborted', async () => {
    const { store } = opened;
    await store.commit(({ conversations, messages }) => {
      conversations.put(conversationRow());
      messages.add(newMessage({ id: 'a', text: 'The porch light is on' }));
      messages.add(newMessage({ id: 'b', text: 'a lighthouse on the porch', at: 77 }));
      messages.add(newMessage({ id: 'c', text: 'nothing' }));
      messages.mark(['a'], 'answered', null);
    });
    const hits = await store.search('porch ligh', 10, new AbortController().signal);
    expect(hits.map((hit) => hit.message)).toEqual(['b', 'a']);
    expect(hits[0]).toMatchObject({
      conversation: 'c1',
      at: 77,
      excerpt: 'a \u0002lighthouse\u0003 on the \u0002porch\u0003',
    });
    expect(await store.search('  " ', 10, new AbortController().signal)).toEqual([]);
    await expect(store.search('porch', 10, AbortSignal.abort())).rejects.toThrow();
  });
});
