import { describe, expect, it } from 'vitest';
import { createSentences } from '../../../main/store/sentences.ts';
import { ownerChat, type TestGateway } from '../../lib/gateway.ts';
import { booked, cap, startPaid, startRemote, whole, wrote } from './paid.ts';

const sentences = createSentences();
const hour = 3_600_000;
const day = 24 * hour;

/** Asks in a thread of the window and waits for what came of it. */
async function ask(test: TestGateway, text: string, chat = 'thread'): Promise<string> {
  await test.submit(text, chat);
  await test.becomes(text, 'answered', chat);
  await test.idle();
  return test.turn(text, chat).reason?.code ?? 'answered';
}

/** Sets the wall clock to a moment after the present one. */
function until(test: TestGateway, at: string): void {
  test.sleep(Date.parse(at) - test.clock.now());
}

describe('an alarm', () => {
  it('comes at 80 %, then at the call that no longer fits, each with its numbers', async () => {
    await using test = await startPaid({ settings: { 'models.maxOutputTokens': 1000 } });
    cap(test, { 'budget.perDayUsd': 0.01 });
    const { budget } = test.gateway;
    test.openai.script(() => wrote(790));
    for (let call = 1; call <= 10; call++) expect(await ask(test, `call ${String(call)}`)).toBe('answered');
    expect(budget.alarm()).toBeNull();
    test.openai.script(() => wrote(100));
    await ask(test, 'call 11');
    const warned = { code: 'budget.warned', params: { percent: 80, used: 0.008, cap: 0.01 } } as const;
    expect(budget.alarm()).toEqual(warned);
    expect(sentences.reason(warned, null)).toMatch(/^80 % of a limit is used up: \$0.008 of \$0.01\./);

    test.openai.script(() => wrote(1000));
    await ask(test, 'call 12');
    expect(budget.alarm()).toMatchObject({ code: 'budget.warned', params: { percent: 90 } });
    await ask(test, 'call 13');
    const reached = { code: 'budget.day-cost', params: { cap: 0.01 } } as const;
    expect(budget.alarm()).toEqual(reached);
    expect(await ask(test, 'call 14')).toBe('budget.day-cost');
    expect(test.messages('thread').at(-1)?.text).toBe(sentences.reason(reached, null));
    expect(sentences.reason(reached, null)).toBe(
      'The limit of $0.01 for today leaves no room for another request, so none was made. Your message is kept; raise the limit, or try again tomorrow.',
    );
  });

  it('of a cap that has room left, but not for one more call, says that it is reached: nothing is asked any more', async () => {
    await using test = await startPaid();
    cap(test, { 'budget.perDayUsd': (whole + 10) / 1_000_000 });
    test.openai.script(() => wrote(100));
    expect(await ask(test, 'one')).toBe('answered');
    expect(test.gateway.budget.alarm()).toBeNull();
    expect(await ask(test, 'two')).toBe('budget.day-cost');
    expect(test.gateway.budget.alarm()?.code).toBe('budget.day-cost');
  });

  it('is not raised by calls under way: what they do not use is given back', async () => {
    await using test = await startPaid();
    cap(test, { 'budget.perDayUsd': (whole + 10) / 1_000_000 });
    const gate = Promise.withResolvers<void>();
    test.openai.script(() => ({ ...wrote(1), gate: gate.promise }));
    await test.submit('one', 'a');
    await test.asked(1);
    await test.submit('two', 'b');
    await test.becomes('two', 'answered', 'b');
    expect(test.turn('two', 'b').reason?.code).toBe('budget.day-cost');
    expect(test.gateway.budget.alarm()).toBeNull();
    gate.resolve();
    await test.idle();
    expect(await ask(test, 'three')).toBe('answered');
  });

  it('in tokens is told in tokens', async () => {
    await using test = await startPaid();
    cap(test, { 'budget.perMonthTokens': 5000 });
    test.openai.script(() => wrote(4490));
    await ask(test, 'one');
    const warned = { code: 'budget.warned', params: { percent: 90, usedTokens: 4500, capTokens: 5000 } } as const;
    expect(test.gateway.budget.alarm()).toEqual(warned);
    expect(sentences.reason(warned, null)).toContain(': 4,500 of 5,000 tokens.');
  });
});

describe('a chat', () => {
  // A guest's: the owner's own chat hears of an alarm besides.
  it('is told once a day that a limit is reached; later messages are marked and say nothing', async () => {
    await using test = await startPaid({ telegram: true, role: 'guest' });
    cap(test, { 'budget.perDayUsd': 0.001 });
    test.say('one');
    const [said = ''] = await test.replies(1);
    expect(said).toContain('The limit of $0.001 for today leaves no room');
    test.say('two');
    await test.becomes('two', 'answered');
    test.say('three');
    await test.becomes('three', 'answered');
    await test.idle();
    expect(test.sent()).toHaveLength(1);
    const last = test.turn('three');
    expect(last).toMatchObject({ state: 'failed', reason: { code: 'budget.day-cost' } });
    expect(test.messages().at(-1)).toMatchObject({ kind: 'notice', reason: { code: 'budget.day-cost' } });
    expect(test.read.deliveries.ofTurn(last.id)?.state).toBe('cancelled');

    await test.gateway.people.setRole('bot', '99', 'guest', 'owner');
    test.say('me too', 99);
    expect(await test.replies(1, 99)).toEqual([said]);
    expect(test.openai.chats).toHaveLength(0);
  });

  it('is told again on the next day, after a restart not again on the same one, and at once about another limit', async () => {
    await using test = await startPaid({ telegram: true, role: 'guest' });
    cap(test, { 'budget.perDayUsd': 0.001 });
    test.say('one');
    await test.replies(1);
    await test.stop();
    await test.open();
    await test.linkIs('up');
    test.say('two');
    await test.becomes('two', 'answered');
    expect(test.sent()).toHaveLength(1);
    cap(test, { 'budget.perDayUsd': 0.002 });
    test.say('three');
    expect((await test.replies(2)).at(-1)).toContain('$0.002');
    test.sleep(day);
    test.say('four');
    expect((await test.replies(3)).at(-1)).toContain('$0.002');
  });

  it('that is forgotten leaves no note of what it was told', async () => {
    await using test = await startPaid({ telegram: true, role: 'guest' });
    cap(test, { 'budget.perDayUsd': 0.001 });
    test.say('one');
    await test.replies(1);
    await test.idle();
    expect(test.read.facts.all('budget.told/')).toHaveLength(1);
    await test.gateway.people.forget('bot', String(ownerChat));
    expect(test.read.facts.all('budget.told/')).toEqual([]);
  });

  it('hears of a missing price once a day as well', async () => {
    await using test = await startRemote(null, { telegram: true });
    test.say('one');
    await test.replies(1);
    test.say('two');
    await test.becomes('two', 'answered');
    await test.idle();
    expect(test.sent()).toHaveLength(1);
    expect(test.turn('two').reason?.code).toBe('budget.no-price');
  });
});

describe('a new day', () => {
  it('begins at midnight of the time zone that is set, and the month goes on', async () => {
    await using test = await startPaid();
    until(test, '2025-06-15T23:00:00Z');
    cap(test, { 'budget.perDayUsd': (whole + 10) / 1_000_000, 'budget.perMonthUsd': (whole + 250) / 1_000_000 });
    test.openai.script(() => wrote(100));
    expect(await ask(test, 'one')).toBe('answered');
    expect(await ask(test, 'two')).toBe('budget.day-cost');
    until(test, '2025-06-15T23:59:59Z');
    expect(await ask(test, 'three')).toBe('budget.day-cost');
    until(test, '2025-06-16T00:00:00Z');
    expect(test.gateway.budget.alarm()).toBeNull();
    expect(await ask(test, 'four')).toBe('answered');
    const { day: today, month } = test.gateway.budget.periods();
    expect([today.from, today.cost, month.from, month.cost]).toEqual([
      Date.parse('2025-06-16'),
      100,
      Date.parse('2025-06-01'),
      200,
    ]);
    until(test, '2025-06-17T08:00:00Z');
    expect(await ask(test, 'five')).toBe('answered');
    until(test, '2025-06-30T23:00:00Z');
    expect(await ask(test, 'six')).toBe('budget.month-cost');
    until(test, '2025-07-01T00:00:00Z');
    expect(await ask(test, 'seven')).toBe('answered');
    expect(booked(test)).toMatchObject({ calls: 4, cost: 400 });
  });

  it('comes with a change of the time zone, and with the clock set back it is the old one again', async () => {
    await using test = await startPaid();
    until(test, '2025-06-16T09:00:00Z');
    cap(test, { 'budget.perDayUsd': (whole + 10) / 1_000_000 });
    test.openai.script(() => wrote(100));
    expect(await ask(test, 'one')).toBe('answered');
    until(test, '2025-06-16T10:30:00Z');
    expect(await ask(test, 'two')).toBe('budget.day-cost');
    const set = test.ports.settings.set('timeZone', 'Pacific/Kiritimati');
    expect(set.ok).toBe(true);
    expect(test.gateway.budget.periods().day).toMatchObject({ from: Date.parse('2025-06-16T10:00:00Z'), cost: 0 });
    expect(await ask(test, 'three')).toBe('answered');
    until(test, '2025-06-16T09:30:00Z');
    expect(test.gateway.budget.periods().day).toMatchObject({ from: Date.parse('2025-06-15T10:00:00Z'), cost: 100 });
  });

  it('is announced, so that a window that is open does not show yesterday', async () => {
    await using test = await startPaid();
    const before = test.events.items.length;
    await test.clock.elapse(9 * hour);
    const kinds = test.events.items.slice(before).map(({ kind }) => kind);
    expect(kinds).toContain('usage');
  });

  it('does not take a call over that began before it: it counts where it began', async () => {
    await using test = await startPaid();
    until(test, '2025-06-15T23:59:00Z');
    const gate = Promise.withResolvers<void>();
    test.openai.next({ ...wrote(100), gate: gate.promise });
    await test.submit('one');
    await test.asked(1);
    until(test, '2025-06-16T00:01:00Z');
    const { day: today, month } = test.gateway.budget.periods();
    expect([today.reservedCost, month.reservedCost]).toEqual([0, whole]);
    gate.resolve();
    await test.becomes('one', 'answered', 'thread');
    await test.idle();
    const { day: after, month: all } = test.gateway.budget.periods();
    expect([after.cost, all.cost, all.reservedCost]).toEqual([0, 100, 0]);
  });

  it('that the setting makes no sense of is the one of the system: a file edited by hand must not stop every reply', async () => {
    await using test = await startPaid({ settings: { timeZone: 'Mars/Base' } });
    cap(test, { 'budget.perDayUsd': 1 });
    expect(await ask(test, 'one')).toBe('answered');
    expect(test.gateway.budget.periods().day.from).toBe(Date.parse('2025-06-15'));
  });
});
