/**
 * The built host is killed with -9 while the owner decides about a tool. What he allowed is made once, what he refused or
 * did not answer is not made, and the model hears which of them it was.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sentences from '../../resources/i18n/en.json' with { type: 'json' };
import { startTelegram } from '../emulators/telegram/server.ts';
import type { Sent } from '../emulators/telegram/types.ts';
import { openCalls, openSends, storedCalls } from './lib/ledger.ts';
import { settled } from './lib/lives.ts';
import { answer, checkPrompts, ToolBench, write, type Plan, type Scene, type ToolLife } from './lib/tool-bench.ts';
import { telegramProvision, telegramToken } from './lib/ways.ts';

const holds = (text: string): string => expect.stringContaining(text) as string;
/** Longer than a card waits. */
const ahead = 11 * 60_000;

function writing(key: string, more: Readonly<Record<string, unknown>> = {}): Plan {
  return [[{ name: write, arguments: JSON.stringify({ key, ...more }) }]];
}

describe.concurrent('the built host, killed with -9 while the owner is asked', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = new ToolBench();
    await bench.prepare();
  });
  afterAll(() => bench[Symbol.dispose]());

  /** The tool is asked about, the question asked; the card is there. The host lives. */
  async function asked(scene: Scene, life: ToolLife): Promise<string> {
    await life.window.value('tools.setPermission', { name: write, permission: 'ask' });
    await scene.ask(life);
    const card = await scene.card(life);
    await scene.states(life, ['asking']);
    return card;
  }

  /** His press; the host may die of it. */
  async function press({ host, window }: ToolLife, card: string, said: 'once' | 'ignore'): Promise<void> {
    await Promise.race([window.value('cards.answer', { card, answer: said }), host.ended]);
  }

  const dieWhen = (state: string) => ({ kind: 'commit', table: 'tool_call', words: [state, write] }) as const;

  it('as the card is listed, and between his permission and the call: it is made once, and he is asked once', async () => {
    await bench.scene(writing('granted'), async (scene) => {
      await using first = await scene.begin();
      const card = await asked(scene, first);
      await first.host.kill();
      await using second = await scene.begin({ dieAt: dieWhen('allowed') });
      expect(await scene.card(second), 'the same card').toBe(card);
      await press(second, card, 'once');
      await second.died();
      expect(scene.lines('granted')).toBe(0);
      expect(await scene.end()).toMatchObject({ states: ['done'], told: [holds('written granted')] });
      expect(scene.lines('granted')).toBe(1);
      expect(scene.model.chats, 'asked for the call, and for the answer').toHaveLength(2);
    });
  });

  it('while what he allowed is being done: it is not done again, and he is not asked again', async () => {
    await bench.scene(writing('under-way', { hold: true }), async (scene) => {
      await using life = await scene.begin();
      await press(life, await asked(scene, life), 'once');
      await scene.written('under-way');
      await life.host.kill();
      expect(await scene.end()).toMatchObject({ states: ['unsure'], told: [holds('Nobody knows')] });
      expect(scene.lines('under-way')).toBe(1);
    });
  });

  it('after he refused and before the model heard it: it is not made, and the model hears that he refused', async () => {
    await bench.scene(writing('refused'), async (scene) => {
      await using life = await scene.begin({ dieAt: dieWhen('refused') });
      await press(life, await asked(scene, life), 'ignore');
      await life.died();
      const { calls, told } = await scene.end();
      expect(calls).toMatchObject([{ state: 'refused', reason: { code: 'tool.refused' } }]);
      expect(told).toEqual([holds('did not allow this call')]);
      expect(scene.lines('refused')).toBe(0);
    });
  });

  it('while nobody answered, and when that was noted: it is not made, and the model hears that nobody answered', async () => {
    await bench.scene(writing('unanswered'), async (scene) => {
      await using first = await scene.begin();
      await asked(scene, first);
      await first.host.kill();
      await using second = scene.start({ time: { ahead }, dieAt: dieWhen('refused') });
      expect(await second.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
      const { calls, told } = await scene.end({ time: { ahead } });
      expect(calls).toMatchObject([{ state: 'refused', reason: { code: 'tool.unanswered' } }]);
      expect(told).toEqual([holds('nobody answered in time')]);
      expect(scene.lines('unanswered')).toBe(0);
    });
  });

  it.for([
    { button: 'card.answer.tool-once', noted: 'allowed', ends: 'done', lines: 1 },
    { button: 'card.answer.tool-ignore', noted: 'refused', ends: 'refused', lines: 0 },
  ] as const)(
    'by a press in his own chat ($noted): it counts once, and the chat gets one answer',
    async (row, { expect: expectHere }) => {
      const owner = 1;
      const key = `chat-${row.noted}`;
      await using telegram = await startTelegram({ token: telegramToken });
      const { bot } = telegram;
      const people = [{ link: 'bot', address: String(owner), role: 'owner' }];
      const isCard = ({ kind, buttons }: Sent): boolean => kind === 'message' && buttons.length > 0;
      const play = async (scene: Scene): Promise<void> => {
        await using life = await scene.begin({ dieAt: dieWhen(row.noted) });
        await life.window.value('tools.setPermission', { name: write, permission: 'ask' });
        await telegram.waitFor(({ apiMethod }) => apiMethod === 'getUpdates');
        bot.say({ chatId: owner, text: 'Do it, please' });
        const { messageId = 0 } = await bot.waitForSend(isCard);
        // That it was sent is to be known, else it may come a second time, which has its own test.
        await expectHere.poll(() => openSends(scene.dataDir), { timeout: 60_000 }).toEqual([]);
        bot.press(owner, messageId, sentences[row.button]);
        await life.died();
        expect(scene.lines(key)).toBe(0);
        await using next = await scene.begin();
        const isAnswer = ({ kind, text }: Sent): boolean => kind === 'message' && text === answer;
        await bot.waitForSend(isAnswer);
        await bot.waitForSend(({ kind, messageId: edited }) => kind === 'edit' && edited === messageId);
        expect(await settled(await next.host.ready(), next.window), 'nothing was sent again').toBe(0);
        expect(await next.host.stop()).toMatchObject({ code: 0 });
        expect(storedCalls(scene.dataDir).map(({ state }) => state)).toEqual([row.ends]);
        expect(openCalls(scene.dataDir)).toEqual([]);
        expect([bot.sent.filter(isCard), bot.sent.filter(isAnswer)].map(({ length }) => length)).toEqual([1, 1]);
        expect(scene.lines(key)).toBe(row.lines);
        checkPrompts(scene.model);
      };
      await bench.scene(writing(key), play, { ...telegramProvision(telegram.url), people });
    },
  );
});
