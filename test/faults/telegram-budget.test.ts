/* Limits on money, in the words of the chats and of the window. The model stands at a host that costs. */
import { describe, expect, it } from 'vitest';
import { reasonText } from '../../renderer/i18n.ts';
import { cap, perToken, startRemote, wrote } from '../gateway/budget/paid.ts';
import { guest, owner, startTelegramWorld, type TelegramWorld } from './telegram-world.ts';

const priced = { ...perToken, date: '2025-06-01' };

/** The alarm, and the card for it, as the window says them. */
async function alarm({ window }: TelegramWorld): Promise<string | null> {
  const { alarm: reason } = await window.value('budget.get', {});
  return reason === null ? null : reasonText(reason);
}

describe('a limit', () => {
  it('of a day that is reached is said once in each chat and then shown in the window alone, until it is raised', async () => {
    await using world = await startTelegramWorld(startRemote(priced, { telegram: true }));
    const { test, window } = world;
    cap(test, { 'budget.perDayUsd': 0.001 });
    const says =
      'The limit of $0.001 for today leaves no room for another request, so none was made. Your message is kept; raise the limit, or try again tomorrow.';
    expect(await world.ask('one')).toBe(says);
    test.say('two', guest);
    await test.becomes('two', 'answered', guest);
    await test.idle();
    expect(test.sent(guest)).toEqual([says]);
    const shown = (await world.thread()).messages.filter(({ kind }) => kind === 'notice');
    expect(shown.map(({ text, reason, delivery }) => [text, reasonText(reason), delivery?.state])).toEqual([
      [says, says, 'sent'],
      [says, says, 'cancelled'],
    ]);
    expect(await alarm(world)).toBe(says);
    expect(await world.cards()).toEqual([{ kind: 'budget', words: says, buttons: [] }]);
    expect(test.openai.chats).toEqual([]);

    await window.value('settings.set', { key: 'budget.perDayUsd', value: 1 });
    expect(await alarm(world)).toBeNull();
    expect(await world.cards()).toEqual([]);
    expect(await Promise.all([world.ask('three'), world.ask('and I', owner)])).toEqual(['echo: three', 'echo: and I']);
  });

  it('that is used up by 80 % is said to the owner, once, in the window and in his chat; nobody else hears of it', async () => {
    const dear = { input: 0, output: 1_000_000_000, date: '2025-06-01' };
    await using world = await startTelegramWorld(startRemote(dear, { telegram: true }));
    const { test, bot } = world;
    cap(test, { 'budget.perDayUsd': 5 });
    test.openai.next(wrote(1, 'good morning'), wrote(3999, 'a long answer'));
    expect(await world.ask('hello', owner)).toBe('good morning');
    await test.idle();
    expect(await alarm(world)).toBeNull();
    expect(await world.ask('one')).toBe('a long answer');
    const says =
      '80 % of a limit is used up: $4.00 of $5.00. At 100 % no more requests are made; raise the limit if you need more.';
    await bot.waitForSend(({ text, chatId }) => text === says && chatId === owner);
    await test.idle();
    expect(await alarm(world)).toBe(says);
    expect(await world.cards()).toEqual([{ kind: 'budget', words: says, buttons: [] }]);

    const reached =
      'The limit of $5.00 for today leaves no room for another request, so none was made. Your message is kept; raise the limit, or try again tomorrow.';
    expect(await world.ask('two')).toBe(reached);
    expect(await alarm(world)).toBe(reached);
    await test.idle();
    // At most one message in ten minutes about the same kind of card.
    expect(test.sent(owner)).toEqual(['good morning', says]);
    await world.passCalmly(10 * 60_000);
    expect(await test.replies(3, owner)).toEqual(['good morning', says, reached]);
    expect(test.sent(guest)).toEqual(['a long answer', reached]);
  });
});

describe('a model whose price nobody knows', () => {
  it('is not asked, and the sentence offers both ways out; with a price it answers', async () => {
    await using world = await startTelegramWorld(startRemote(null, { telegram: true }));
    const { test, window } = world;
    const says =
      'Nobody knows what far/gpt-test costs, so no request was made. Your message is kept; enter its price under Usage, or set a limit in tokens.';
    expect(await world.ask('one')).toBe(says);
    const shown = (await world.thread()).messages.at(-1);
    expect([shown?.text, reasonText(shown?.reason ?? null)]).toEqual([says, says]);
    test.say('two', guest);
    await test.becomes('two', 'answered', guest);
    await test.idle();
    expect(test.sent(guest)).toEqual([says]);
    expect(test.openai.chats).toEqual([]);
    const prices = await window.value('prices.list', {});
    expect(prices).toMatchObject([{ model: 'far/gpt-test', input: null, output: null, source: 'none' }]);
    await window.value('prices.set', { model: 'far/gpt-test', price: { input: 0, output: 1_000_000 } });
    expect(await world.ask('three')).toBe('echo: three');
  });
});
