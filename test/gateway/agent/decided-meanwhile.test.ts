/** The owner decides about one call of a step while another of its calls is still being made. */
import { describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../../lib/gateway.ts';
import { askedAbout, asksFor, callsFor, resultsIn, says, tool, toolsOf, type ScriptedTool } from './tools.ts';

const window = { telegram: false } as const;

/** A turn whose step looks (which takes until `let go`), asks about `send`, and changes something after that. */
async function looking(play: (scene: { test: TestGateway; card: string; letGo: () => void }) => Promise<void>) {
  const gate = Promise.withResolvers<undefined>();
  const look = tool('look', async () => {
    await gate.promise;
    return { ok: true, text: 'seen' };
  });
  const send = tool('send', 'sent', { sideEffects: true, permission: 'ask' });
  const change = tool('change', 'changed', { sideEffects: true });
  await using test = await startGateway({ ...window, tools: toolsOf(look, send, change) });
  asksFor(test, ['look'], ['send'], ['change']);
  says(test, 'All of it.');
  await test.submit('go');
  const [card = ''] = await askedAbout(test, 1);
  await test.until(() => look.runs.length, 1);
  await play({ test, card, letGo: () => gate.resolve(undefined) });
}

describe('a decision that comes while another call of the step is made', () => {
  it.each([
    { answer: 'once', state: 'done', told: 'sent' },
    { answer: 'ignore', state: 'refused', told: expect.stringMatching(/^Refused: the owner/) as string },
  ] as const)('"$answer": the turn goes on (it ended as interrupted)', async ({ answer, state, told }) => {
    await looking(async ({ test, card, letGo }) => {
      expect(await test.gateway.cards.answer(card, answer)).toMatchObject({ ok: true });
      letGo();
      await test.becomes('go', 'answered', 'thread');
      expect(callsFor(test, 'go').map((call) => call.state)).toEqual(['done', state, 'done']);
      expect(resultsIn(test, 1)).toEqual(['seen', told, 'changed']);
      expect(test.turn('go', 'thread')).toMatchObject({ state: 'done', reason: null });
      expect(test.messages('thread').at(-1)?.text).toBe('All of it.');
    });
  });
});

describe('what the owner permits is changed while an earlier change of the step is made', () => {
  /** `first` takes until the permission of `second`, which comes behind it, was changed. */
  async function changed(to: 'never' | 'ask', play: (test: TestGateway, second: ScriptedTool) => Promise<void>) {
    const gate = Promise.withResolvers<undefined>();
    const wait = async () => {
      await gate.promise;
      return { ok: true, text: 'one' };
    };
    const first = tool('first', wait, { sideEffects: true });
    const second = tool('second', 'two', { sideEffects: true });
    await using test = await startGateway({ ...window, tools: toolsOf(first, second) });
    asksFor(test, ['first'], ['second']);
    says(test, 'As far as I may.');
    await test.submit('go');
    await test.until(() => first.runs.length, 1);
    await test.gateway.tools.setPermission('second', to);
    gate.resolve(undefined);
    await play(test, second);
  }

  it('"never" holds for what has not begun (the rest of the step was made all the same)', async () => {
    await changed('never', async (test, second) => {
      await test.becomes('go', 'answered', 'thread');
      expect(second.runs).toEqual([]);
      expect(callsFor(test, 'go').map(({ state }) => state)).toEqual(['done', 'refused']);
      expect(resultsIn(test, 1)).toEqual(['one', expect.stringMatching(/does not permit/)]);
    });
  });

  it('"ask" asks about what has not begun, and his answer lets it run', async () => {
    await changed('ask', async (test, second) => {
      const [card = ''] = await askedAbout(test, 1);
      expect(second.runs).toEqual([]);
      await test.gateway.cards.answer(card, 'once');
      await test.becomes('go', 'answered', 'thread');
      expect(resultsIn(test, 1)).toEqual(['one', 'two']);
    });
  });
});
