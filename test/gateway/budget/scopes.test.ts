/** Caps of one provider and of one conversation, through a whole gateway. */
import { describe, expect, it } from 'vitest';
import type { CapRow } from '../../../main/gateway/budget/rows.ts';
import { createSentences } from '../../../main/store/sentences.ts';
import type { TestGateway } from '../../lib/gateway.ts';
import { booked, cap, perToken, startPaid, startRemote, whole, wrote } from './paid.ts';

const sentences = createSentences();
const none = { dayCost: null, dayTokens: null, monthCost: null, monthTokens: null };

async function capProvider(test: TestGateway, id: string, amounts: Partial<Omit<CapRow, 'scope'>>): Promise<void> {
  expect(await test.gateway.budget.setCaps({ kind: 'provider', id }, { ...none, ...amounts })).toMatchObject({
    ok: true,
  });
}

async function capThread(test: TestGateway, chat: string, amounts: Partial<Omit<CapRow, 'scope'>>): Promise<string> {
  const { id } =
    test.read.conversations.find('window', { chat, topic: null }) ?? (await test.gateway.createThread(chat));
  const set = await test.gateway.budget.setCaps({ kind: 'conversation', id }, { ...none, ...amounts });
  expect(set).toMatchObject({ ok: true });
  return id;
}

describe('a cap of one provider', () => {
  it('is not passed by 16 turns at once, and says whose it is; a free fallback answers the rest', async () => {
    await using test = await startPaid();
    await test.gateway.budget.setPrice('lab/gpt-other', perToken);
    await capProvider(test, 'lab', { dayCost: 3 * whole + 12 });
    const gate = Promise.withResolvers<void>();
    test.openai.script(() => ({ ...wrote(100), gate: gate.promise }));
    const chats = Array.from({ length: 16 }, (_, index) => `thread ${String(index)}`);
    await Promise.all(chats.map((chat) => test.submit('hello', chat)));
    await test.asked(3);
    await test.until(() => chats.filter((chat) => test.message('hello', chat).state === 'answered').length, 13);
    expect(test.openai.chats).toHaveLength(3);
    expect(test.gateway.budget.caps()).toMatchObject([
      { name: 'lab', day: { cost: 0, reservedCost: 3 * whole, capCost: 3 * whole + 12, capTokens: null } },
    ]);
    gate.resolve();
    await test.idle();
    expect(booked(test).cost).toBe(300);
    const reason = chats.map((chat) => test.turn('hello', chat).reason).find((each) => each !== null);
    expect(reason).toEqual({ code: 'budget.provider-day', params: { id: 'lab', name: 'lab', cap: 0.0123 } });
    if (reason !== undefined)
      expect(sentences.reason(reason, 'en')).toContain('The limit that lab has for today ($0.0123)');

    await test.gateway.budget.setPrice('lab/gpt-other', null);
    test.openai.script(() => wrote(5, 'from the other'));
    test.gateway.models.choose({ fallbacks: ['lab/gpt-other'] });
    await capProvider(test, 'lab', { dayCost: 1 });
    await test.submit('again', 'thread 0');
    await test.idle();
    expect(test.messages('thread 0').at(-1)?.text).toContain('from the other');
  });

  it('holds its own provider alone: another one answers as before', async () => {
    await using test = await startRemote({ ...perToken, date: '2026-01-01' });
    await test.gateway.budget.setPrice('lab/gpt-test', perToken);
    await capProvider(test, 'lab', { monthTokens: 1 });
    test.openai.script(() => wrote(7));
    await test.submit('one');
    await test.idle();
    expect(test.turn('one', 'thread').reason).toBeNull();
    test.gateway.models.choose({ default: 'lab/gpt-test' });
    await test.submit('two');
    await test.idle();
    expect(test.turn('two', 'thread').reason).toMatchObject({
      code: 'budget.provider-month',
      params: { id: 'lab', capTokens: 1 },
    });
  });

  it('warns at 80 % and tells when it is reached, each as a card of its own beside that over everything', async () => {
    await using test = await startPaid();
    await capProvider(test, 'lab', { dayCost: 10_000 });
    cap(test, { 'budget.perDayUsd': 0.02 });
    test.openai.script(() => wrote(4000));
    const cards = (): readonly unknown[] =>
      test.gateway.cards.open().flatMap((card) => (card.kind === 'budget' ? [[card.id, card.reason.code]] : []));
    await test.submit('one');
    await test.idle();
    await test.submit('two');
    await test.idle();
    expect(cards()).toEqual([['budget:budget.provider-warned:lab', 'budget.provider-warned']]);
    expect(test.gateway.budget.alarm()?.params).toMatchObject({ name: 'lab', percent: 80, used: 0.008, cap: 0.01 });
    await test.submit('three');
    await test.idle();
    expect(test.turn('three', 'thread').reason?.code).toBe('budget.provider-day');
    expect(cards()).toEqual([['budget:budget.provider-day:lab', 'budget.provider-day']]);
    // Raised a little: what was refused says nothing of it any more.
    await capProvider(test, 'lab', { dayCost: 16_000 });
    expect(cards()).toEqual([]);
    await test.submit('four');
    await test.idle();
    expect(cards()).toEqual([]);
    await capProvider(test, 'lab', {});
    expect(test.gateway.budget.caps()).toEqual([]);
  });

  it('is not set for what is not there: a cap that nobody sees would hold nothing', async () => {
    await using test = await startPaid();
    const { budget } = test.gateway;
    for (const kind of ['provider', 'conversation'] as const) {
      expect(await budget.setCaps({ kind, id: 'nobody' }, { ...none, dayCost: 5 })).toMatchObject({
        failure: { code: 'input.not-found', params: { name: 'nobody' } },
      });
    }
    await capProvider(test, 'lab', { dayCost: 0, dayTokens: 0 });
    expect(budget.caps()).toEqual([]);
  });
});

describe('a cap of one conversation', () => {
  it('is not passed by 16 conversations at once, each with its own, and leaves all others alone', async () => {
    await using test = await startPaid();
    const gate = Promise.withResolvers<void>();
    test.openai.script(() => ({ ...wrote(100), gate: gate.promise }));
    const chats = Array.from({ length: 16 }, (_, index) => `thread ${String(index)}`);
    for (const [index, chat] of chats.entries()) {
      if (index % 2 === 0) await capThread(test, chat, { dayCost: whole - 1 });
    }
    await Promise.all(chats.map((chat) => test.submit('hello', chat)));
    await test.asked(8);
    await test.until(() => chats.filter((chat) => test.message('hello', chat).state === 'answered').length, 8);
    gate.resolve();
    await test.idle();
    expect(test.openai.chats).toHaveLength(8);
    const codes = chats.map((chat) => test.turn('hello', chat).reason?.code ?? null);
    expect(codes).toEqual(chats.map((_, index) => (index % 2 === 0 ? 'budget.conversation-day' : null)));
  });

  it('counts what was spent before it was set, after a restart too, and names the conversation', async () => {
    await using test = await startPaid();
    test.openai.script(() => wrote(1000));
    await test.submit('hello', 'a');
    await test.idle();
    const id = await capThread(test, 'a', { monthCost: whole + 1000 });
    await test.submit('two', 'a');
    await test.idle();
    expect(test.turn('two', 'a').reason).toBeNull();
    await test.stop();
    await test.open();
    expect(test.gateway.budget.caps()).toMatchObject([{ name: 'hello', month: { cost: 2000, reservedCost: 0 } }]);
    await test.submit('three', 'a');
    await test.idle();
    const params = { id, name: 'hello', cap: (whole + 1000) / 1_000_000 };
    expect(test.turn('three', 'a').reason).toEqual({ code: 'budget.conversation-month', params });
    expect(test.read.usage.ofConversation(id, 0)).toMatchObject({ calls: 2, cost: 2000 });
  });

  it('that was under way when the process died is charged to it', async () => {
    await using test = await startPaid();
    await capThread(test, 'a', { dayCost: whole + 10 });
    test.openai.script(() => ({ kind: 'hang' }));
    await test.submit('one', 'a');
    await test.asked(1);
    await test.crash();
    test.openai.script(() => wrote(5));
    await test.open();
    await test.idle();
    expect(test.gateway.budget.caps()).toMatchObject([{ day: { cost: whole } }]);
    expect(test.turn('one', 'a').reason?.code).toBe('budget.conversation-day');
    expect(test.openai.chats).toHaveLength(1);
  });

  it('goes with its conversation', async () => {
    await using test = await startPaid();
    const id = await capThread(test, 'a', { dayTokens: 1 });
    await test.submit('one', 'a');
    await test.idle();
    expect(test.gateway.cards.open()).toHaveLength(1);
    await test.gateway.removeThread(id);
    expect(test.gateway.budget.caps()).toEqual([]);
    expect(test.gateway.cards.open()).toEqual([]);
  });

  it('lets nothing of unknown price pass where it is the only one, and is in dollars', async () => {
    await using test = await startRemote(null);
    cap(test, { 'budget.perDayUsd': 0, 'budget.perMonthUsd': 0 });
    await capThread(test, 'a', { dayCost: 1_000_000 });
    await Promise.all([test.submit('one', 'a'), test.submit('two', 'b')]);
    await test.idle();
    expect(test.turn('one', 'a').reason?.code).toBe('budget.no-price');
    expect(test.turn('two', 'b').reason).toBeNull();
  });
});
