/** The owner decides about one call of a step while another of its calls is still being made. */
import { describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../../lib/gateway.ts';
import { askedAbout, asksFor, callsFor, resultsIn, says, tool, toolsOf } from './tools.ts';

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
