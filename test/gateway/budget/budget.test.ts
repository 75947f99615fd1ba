import { describe, expect, it } from 'vitest';
import type { ReplyEvent } from '../../../main/gateway/model.ts';
import { createSentences } from '../../../main/store/sentences.ts';
import { startGateway } from '../../lib/gateway.ts';
import { booked, cap, perToken, startPaid, startRemote, whole, wrote } from './paid.ts';
import { deaf, scriptedProvider } from '../scripted.ts';

const sentences = createSentences();
const open = new AbortController().signal;

describe('a cap', () => {
  it('is not passed by 16 turns at once: only as many calls go out as it can pay for in full', async () => {
    await using test = await startPaid();
    // Three whole calls and a little.
    cap(test, { 'budget.perDayUsd': (3 * whole + 12) / 1_000_000 });
    const gate = Promise.withResolvers<void>();
    test.openai.script(() => ({ ...wrote(100), gate: gate.promise }));
    const chats = Array.from({ length: 16 }, (_, index) => `thread ${String(index)}`);
    await Promise.all(chats.map((chat) => test.submit('hello', chat)));
    await test.asked(3);
    const states = (): readonly string[] => chats.map((chat) => test.message('hello', chat).state);
    await test.until(() => states().filter((state) => state === 'answered').length, 13);
    expect(test.openai.chats).toHaveLength(3);
    expect(test.gateway.budget.periods().day).toMatchObject({ cost: 0, reservedCost: 3 * whole, capCost: 12_300 });
    expect(test.read.reservations.all().map(({ cost }) => cost)).toEqual([whole, whole, whole]);

    gate.resolve();
    await test.idle();
    expect(test.openai.chats).toHaveLength(3);
    expect(booked(test)).toEqual({ calls: 3, cost: 300, tokens: 330 });
    expect(test.read.reservations.all()).toEqual([]);
    expect(test.gateway.budget.periods().day).toMatchObject({ cost: 300, tokens: 330, reservedCost: 0 });
    const reasons = chats.map((chat) => test.turn('hello', chat).reason);
    expect(reasons.filter((reason) => reason === null)).toHaveLength(3);
    expect(reasons.filter((reason) => reason?.code === 'budget.day-cost')).toHaveLength(13);
  });

  it('in tokens holds in the same way, estimated prompt and longest answer together', async () => {
    await using test = await startPaid();
    cap(test, { 'budget.perDayTokens': 2 * whole });
    const gate = Promise.withResolvers<void>();
    test.openai.script(() => ({ ...wrote(100), gate: gate.promise }));
    await Promise.all([test.submit('one', 'a'), test.submit('two', 'b')]);
    await test.until(() => test.gateway.health().runningTurns, 1);
    await test.asked(1);
    const reason = { code: 'budget.day-tokens', params: { cap: 2 * whole } };
    expect([test.turn('one', 'a').reason, test.turn('two', 'b').reason]).toEqual([null, reason]);
    gate.resolve();
    await test.idle();
    expect(booked(test).tokens).toBe(110);
  });

  it('that is raised lets the next message through at once', async () => {
    await using test = await startPaid();
    cap(test, { 'budget.perDayUsd': 0.001 });
    await test.submit('one');
    await test.becomes('one', 'answered', 'thread');
    expect(test.openai.chats).toHaveLength(0);
    expect(test.gateway.budget.alarm()).toEqual({ code: 'budget.day-cost', params: { cap: 0.001 } });
    const before = test.events.items.length;
    cap(test, { 'budget.perDayUsd': 5 });
    expect(test.gateway.budget.alarm()).toBeNull();
    expect(test.events.items.slice(before).map(({ kind }) => kind)).toContain('usage');
    await test.submit('two');
    await test.becomes('two', 'answered', 'thread');
    expect(test.turn('two', 'thread').state).toBe('done');
  });

  it('of the month holds when that of the day is higher, and is named', async () => {
    await using test = await startPaid();
    cap(test, { 'budget.perDayUsd': 5, 'budget.perMonthUsd': 0.001 });
    await test.submit('one');
    await test.becomes('one', 'answered', 'thread');
    expect(test.turn('one', 'thread').reason?.code).toBe('budget.month-cost');
  });
});

describe('each call', () => {
  it('is in the store before its server hears of it, every retry and every fallback too', async () => {
    await using test = await startPaid();
    await test.gateway.budget.setPrice('lab/gpt-other', { input: 0, output: 2_000_000 });
    test.gateway.models.choose({ fallbacks: ['lab/gpt-other'] });
    const stored: (readonly string[])[] = [];
    const under: number[] = [];
    test.openai.onRequest(({ path }) => {
      if (!path.endsWith('/chat/completions')) return;
      stored.push(test.read.reservations.all().map(({ model }) => model));
      under.push(test.gateway.budget.periods().day.reservedCost);
    });
    test.openai.next(...[1, 2, 3].map(() => ({ kind: 'status', status: 503 }) as const), wrote(50));
    await test.submit('one');
    await test.drive(test.becomes('one', 'answered', 'thread'));
    const [first, other] = ['lab/gpt-test', 'lab/gpt-other'];
    expect(stored).toEqual([[first], [first, first], [first, first, first], [first, first, first, other]]);
    // What failed before it is settled already: only the one that is under way is set aside.
    expect(under).toEqual([whole, whole, whole, 2 * whole]);
    expect(booked(test)).toMatchObject({ calls: 4, cost: 100 });
    expect(test.read.reservations.all()).toEqual([]);
  });

  it('that was under way when the process died is charged in full at the next start, and once', async () => {
    await using test = await startPaid();
    test.openai.next({ kind: 'stall', after: 1, pieces: ['half', 'whole'] });
    await test.submit('one');
    await test.until(() => test.gateway.turns.status(test.conversation('thread').id)?.text, 'half');
    await test.crash();
    test.openai.script(() => wrote(7));
    await test.open();
    await test.becomes('one', 'answered', 'thread');
    await test.idle();
    // The turn went on at the start, and was charged for that as well.
    expect(booked(test)).toMatchObject({ calls: 2, cost: whole + 7 });
    expect(test.read.usage.charged(0, Number.MAX_SAFE_INTEGER).cost).toBe(whole + 7);
    expect(test.gateway.budget.periods().day).toMatchObject({ cost: whole + 7, reservedCost: 0 });
    expect(test.read.reservations.all()).toEqual([]);
    await test.stop();
    await test.open();
    expect(booked(test).calls).toBe(2);
  });

  it('that died says so in its row, and keeps to whom it belonged', async () => {
    await using test = await startPaid({ settings: { 'turns.parallel': 1 } });
    test.openai.script(() => ({ kind: 'stall', after: 1, pieces: ['half', 'whole'] }));
    await test.submit('one');
    await test.until(() => test.gateway.turns.status(test.conversation('thread').id)?.text, 'half');
    const { id, conversation } = test.turn('one', 'thread');
    const [reserved] = test.read.reservations.all();
    await test.crash();
    await test.open();
    const row = test.read.usage.lastOf(conversation);
    expect(row).toMatchObject({ turn: id, link: 'window', outcome: 'process-died', estimated: true, local: false });
    expect(row).toMatchObject({
      at: reserved?.at,
      outputTokens: whole,
      inputTokens: reserved?.inputTokens,
      cost: whole,
    });
  });

  it('that never came back after its turn was given up is charged in full', async () => {
    await using test = await startPaid({
      settings: { 'turns.deadlineSeconds': 60 },
      wrap: (ports) => ({ ...ports, createProvider: async () => scriptedProvider(deaf('half')) }),
    });
    await test.submit('one');
    await test.until(() => test.gateway.turns.status(test.conversation('thread').id)?.text, 'half');
    await test.clock.elapse(65_000);
    await test.becomes('one', 'answered', 'thread');
    await test.until(() => booked(test).cost, whole);
    expect(test.read.usage.lastOf(test.conversation('thread').id)).toMatchObject({
      outcome: 'aborted',
      estimated: true,
    });
    expect(test.read.reservations.all()).toEqual([]);
    expect(test.gateway.budget.periods().day).toMatchObject({ cost: whole, reservedCost: 0 });
  });

  it('that an orderly end cuts is settled by what it used, not in full', async () => {
    await using test = await startPaid();
    test.openai.next({ kind: 'stall', after: 1, pieces: ['half', 'whole'] });
    await test.submit('one');
    await test.until(() => test.gateway.turns.status(test.conversation('thread').id)?.text, 'half');
    await test.stop();
    test.openai.script(() => wrote(7));
    await test.open();
    await test.becomes('one', 'answered', 'thread');
    await test.idle();
    const { cost } = booked(test);
    expect([cost > 7, cost < whole]).toEqual([true, true]);
  });
});

describe('a local model', () => {
  it('stays free: nothing is set aside, and no cap stops it', async () => {
    await using test = await startGateway({ telegram: false });
    cap(test, { 'budget.perDayUsd': 0.000_001, 'budget.perDayTokens': 1, 'budget.perMonthTokens': 1 });
    let reserved = -1;
    test.openai.onRequest(() => (reserved = test.read.reservations.all().length));
    await test.submit('one');
    await test.becomes('one', 'answered', 'thread');
    expect(reserved).toBe(0);
    expect(test.read.usage.lastOf(test.conversation('thread').id)).toMatchObject({ local: true, cost: 0 });
    expect(test.read.usage.charged(0, Number.MAX_SAFE_INTEGER)).toEqual({ tokens: 0, cost: 0 });
    const { day, month } = test.gateway.budget.periods();
    expect([day.cost, day.tokens, month.cost, month.tokens]).toEqual([0, 0, 0, 0]);
    expect(test.gateway.budget.price('lab/gpt-test')).toEqual({ input: 0, output: 0, source: 'local', date: null });
    expect(test.gateway.budget.alarm()).toBeNull();
  });

  it('for which the owner entered a price is charged like any other, until he takes it away', async () => {
    await using test = await startPaid();
    expect(test.gateway.budget.price('lab/gpt-test')).toEqual({ ...perToken, source: 'owner', date: '2025-06-15' });
    test.openai.script(() => wrote(20));
    await test.submit('one');
    await test.becomes('one', 'answered', 'thread');
    expect(test.read.usage.lastOf(test.conversation('thread').id)).toMatchObject({ local: false, cost: 20 });
    await test.gateway.budget.setPrice('lab/gpt-test', null);
    await test.submit('two');
    await test.becomes('two', 'answered', 'thread');
    expect(test.read.usage.lastOf(test.conversation('thread').id)).toMatchObject({ local: true, cost: 0 });
    expect(booked(test)).toMatchObject({ calls: 2, cost: 20 });
  });

  it('answers for nothing when the chosen one is over its cap, which is no fault of that model', async () => {
    await using test = await startRemote({ ...perToken, date: '2025-06-01' });
    test.gateway.models.choose({ fallbacks: ['lab/gpt-other'] });
    cap(test, { 'budget.perDayUsd': 0.001 });
    await test.submit('one');
    await test.becomes('one', 'answered', 'thread');
    expect(test.messages('thread').at(-1)).toMatchObject({ text: 'echo: one', model: 'lab/gpt-other' });
    expect(test.gateway.models.cooldownUntil('far/gpt-test')).toBeNull();
    expect(test.openai.chats).toHaveLength(1);
    cap(test, { 'budget.perDayUsd': 1 });
    await test.submit('two');
    await test.becomes('two', 'answered', 'thread');
    expect(test.messages('thread').at(-1)?.model).toBe('far/gpt-test');
  });
});

describe('a price', () => {
  it('of the file is taken for a remote model, the owner’s wins, and it outlives a restart', async () => {
    await using test = await startRemote({ input: 1, output: 2_000_000, date: '2025-06-01' });
    const { budget } = test.gateway;
    expect(budget.price('far/gpt-test')).toEqual({ input: 1, output: 2_000_000, source: 'file', date: '2025-06-01' });
    expect([budget.price('far/gpt-other'), budget.price('gone/m'), budget.price('nonsense')]).toEqual([
      null,
      null,
      null,
    ]);
    await budget.setPrice('far/gpt-test', perToken);
    await test.stop();
    await test.open();
    expect(test.gateway.budget.price('far/gpt-test')).toMatchObject({ ...perToken, source: 'owner' });
    await test.gateway.budget.setPrice('far/gpt-test', null);
    expect(test.gateway.budget.price('far/gpt-test')?.source).toBe('file');
  });

  it('that is none is refused: a typing error must not make a model free or a fortune', async () => {
    await using test = await startRemote(null);
    const { budget } = test.gateway;
    const wrong = [
      { input: -1, output: 0 },
      { input: 0.5, output: 0 },
      { input: Number.NaN, output: 0 },
      { input: 0, output: 1e13 },
    ];
    for (const price of wrong) {
      expect(await budget.setPrice('far/gpt-test', price)).toMatchObject({ failure: { code: 'input.malformed' } });
    }
    const unknown = await budget.setPrice('gone/model', perToken);
    expect(unknown).toEqual({ ok: false, failure: { code: 'input.model-unknown', params: { model: 'gone/model' } } });
    expect(test.read.prices.all()).toEqual([]);
  });
});

describe('a remote model without a price', () => {
  it('is not asked where only dollars are limited, and the sentence offers both ways out', async () => {
    await using test = await startRemote(null, { telegram: true });
    test.say('hello');
    expect(await test.replies(1)).toEqual([
      'Nobody knows what far/gpt-test costs, so no request was made. Your message is kept; enter its price under Usage, or set a limit in tokens.',
    ]);
    expect(test.openai.chats).toHaveLength(0);
    expect(test.turn('hello')).toMatchObject({ state: 'failed', reason: { code: 'budget.no-price' } });
  });

  it('is asked where a cap in tokens holds it, and its cost is unknown and not zero', async () => {
    await using test = await startRemote(null);
    cap(test, { 'budget.perMonthTokens': 5000 });
    test.openai.script(() => wrote(20));
    await test.submit('one');
    await test.becomes('one', 'answered', 'thread');
    expect(test.read.usage.lastOf(test.conversation('thread').id)).toMatchObject({ cost: null, local: false });
    expect(test.gateway.budget.periods().month).toMatchObject({ cost: 0, tokens: 30, capTokens: 5000 });
    cap(test, { 'budget.perMonthTokens': 4000 });
    await test.submit('two');
    await test.becomes('two', 'answered', 'thread');
    expect(test.turn('two', 'thread').reason?.code).toBe('budget.month-tokens');
  });

  it('is asked where nothing is limited, and a crash does not invent its cost', async () => {
    await using test = await startRemote(null);
    cap(test, { 'budget.perDayUsd': 0, 'budget.perMonthUsd': 0 });
    test.openai.next({ kind: 'stall', after: 1, pieces: ['half', 'whole'] });
    await test.submit('one');
    await test.until(() => test.gateway.turns.status(test.conversation('thread').id)?.text, 'half');
    await test.crash();
    await test.open();
    await test.becomes('one', 'answered', 'thread');
    await test.idle();
    expect(test.read.usage.totals(0, Number.MAX_SAFE_INTEGER)).toMatchObject({ calls: 2, unpriced: 2, cost: 0 });
  });

  it('is asked once the owner has entered its price', async () => {
    await using test = await startRemote(null);
    await test.gateway.budget.setPrice('far/gpt-test', perToken);
    test.openai.script(() => wrote(20));
    await test.submit('one');
    await test.becomes('one', 'answered', 'thread');
    expect(booked(test)).toMatchObject({ calls: 1, cost: 20 });
  });
});

describe('a stateless call', () => {
  const request = {
    messages: [{ role: 'user', content: [{ kind: 'text', text: 'hi' }] }],
    maxOutputTokens: 500,
  } as const;

  it('is held by the caps like a turn, and told in the same words', async () => {
    await using test = await startPaid();
    cap(test, { 'budget.perDayUsd': 0.0005 });
    const refused = await test.gateway.models
      .stateless(null, { ...request, maxOutputTokens: 501 }, open)
      .stream.result();
    const reason = { code: 'budget.day-cost', params: { cap: 0.0005 } } as const;
    expect(refused.end).toMatchObject({ stop: 'error', failure: { class: 'quota', reason }, usage: null });
    expect(sentences.reason(reason, null)).toContain('The limit of $0.0005 for today leaves no room');
    test.openai.script(() => wrote(33));
    const { end } = await test.gateway.models.stateless(null, request, open).stream.result();
    expect(end).toMatchObject({ stop: 'stop' });
    await test.until(() => booked(test), { calls: 1, cost: 33, tokens: 43 });
    expect(test.read.reservations.all()).toEqual([]);
    expect(test.gateway.budget.periods().day).toMatchObject({ cost: 33, reservedCost: 0 });
  });

  it('whose reader leaves in the middle is charged in full: nobody hears any more what it used', async () => {
    await using test = await startPaid();
    test.openai.next({ kind: 'stall', after: 1, pieces: ['half', 'whole'] });
    const seen: ReplyEvent[] = [];
    for await (const event of test.gateway.models.stateless(null, request, open).stream) {
      seen.push(event);
      break;
    }
    expect(seen).toEqual([{ kind: 'text', text: 'half' }]);
    await test.until(() => booked(test).cost, 500);
    expect(test.read.reservations.all()).toEqual([]);
  });

  it('under way when the process died is charged to the link of programs', async () => {
    await using test = await startPaid();
    const gate = Promise.withResolvers<void>();
    test.openai.next({ ...wrote(1), gate: gate.promise });
    const call = test.gateway.models.stateless(null, request, open).stream.result();
    await test.asked(1);
    await test.crash();
    gate.resolve();
    await call;
    await test.open();
    expect(booked(test)).toMatchObject({ calls: 1, cost: 500 });
    expect(test.gateway.budget.periods().month.cost).toBe(500);
  });
});
