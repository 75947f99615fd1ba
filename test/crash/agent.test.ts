/**
 * Killed with -9 in the middle of a call that changes something: no call is made twice whatever was on disk by then, and
 * the turn goes on to its answer.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenAiEmulator } from '../emulators/openai/server.ts';
import { startOpenAi } from '../emulators/openai/server.ts';
import { RpcClient } from '../lib/headless.ts';
import { runsIn } from './lib/counting-tool.ts';
import type { Point } from './lib/entry-config.ts';
import { Workplace } from './lib/host-process.ts';

const question = 'Count, please';

interface Life {
  readonly model: OpenAiEmulator;
  readonly dataDir: string;
  readonly counted: string;
  readonly provision: string;
  readonly conversation: string;
}

describe('killed with -9 in the middle of a call', () => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = new Workplace();
  });
  afterAll(() => workplace[Symbol.dispose]());

  /** A turn calls `tool`, and its host dies at `point`. */
  async function dying(point: Point, tool: string, then: (life: Life) => Promise<void>): Promise<void> {
    await using model = await startOpenAi();
    model.script((call) =>
      call.messages.some(({ role }) => role === 'tool')
        ? { kind: 'reply', text: 'All is counted.' }
        : { kind: 'reply', text: '', toolCalls: [{ name: tool, arguments: '{}' }] },
    );
    const provider = { id: 'lab', kind: 'openai', baseUrl: model.url, apiKey: 'sk-test' };
    const provision = JSON.stringify({ providers: [provider], models: { default: 'lab/gpt-test' } });
    const dataDir = workplace.newDataDir();
    const counted = join(workplace.path, `runs-${point}`);
    await using host = workplace.startEntry(dataDir, { provision, counted, death: { point, marker: question } });
    const ready = await host.ready();
    using window = await new RpcClient(ready.url, ready.token).opened();
    const { id: conversation } = await window.value('conversations.create', {});
    // It may die before it has answered.
    await Promise.race([window.value('messages.send', { conversation, text: question, key: 'k' }), host.ended]);
    expect(await host.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    await then({ model, dataDir, counted, provision, conversation });
  }

  /** The next life: the turn ends with its answer. Gives back the state of its one call, and its result for the model. */
  async function goesOn(
    { model, dataDir, counted, provision, conversation }: Life,
    meanwhile: (window: RpcClient) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<{ readonly state: string | undefined; readonly told: string | undefined }> {
    await using host = workplace.startEntry(dataDir, { provision, counted });
    const ready = await host.ready();
    using window = await new RpcClient(ready.url, ready.token).opened();
    await meanwhile(window);
    const thread = async () => window.value('conversations.thread', { conversation, limit: 10 });
    await expect.poll(async () => (await thread()).messages.at(-1)?.text, { timeout: 60_000 }).toBe('All is counted.');
    const turn = (await thread()).messages.at(-1)?.turn ?? '';
    const [step] = await window.value('turns.steps', { turn });
    expect(await host.stop()).toMatchObject({ code: 0 });
    const body = model.chats.at(-1)?.body as { readonly messages: readonly { role: string; content: string }[] };
    return { state: step?.calls[0]?.state, told: body.messages.findLast(({ role }) => role === 'tool')?.content };
  }

  it('after the step was stored: the call is made, once', async () => {
    await dying('step-stored', 'count', async (life) => {
      expect(runsIn(life.counted)).toBe(0);
      expect(await goesOn(life)).toEqual({ state: 'done', told: 'counted' });
      expect(runsIn(life.counted)).toBe(1);
      expect(life.model.chats, 'asked for the calls, and for the answer').toHaveLength(2);
    });
  });

  it('after it was noted as begun: it is not made, and the model hears that nobody knows', async () => {
    await dying('tool-begun', 'count', async (life) => {
      expect(runsIn(life.counted)).toBe(0);
      const unsure = expect.stringContaining('Nobody knows whether it took effect') as string;
      expect(await goesOn(life)).toEqual({ state: 'unsure', told: unsure });
      expect(runsIn(life.counted)).toBe(0);
    });
  });

  it('after it took effect and before anybody knew: it is not made again', async () => {
    await dying('tool-ran', 'count', async (life) => {
      expect(runsIn(life.counted)).toBe(1);
      expect((await goesOn(life)).state).toBe('unsure');
      expect(runsIn(life.counted)).toBe(1);
    });
  });

  it('after its result was stored: the result is told, and it is not made again', async () => {
    await dying('tool-noted', 'count', async (life) => {
      expect(runsIn(life.counted)).toBe(1);
      expect(await goesOn(life)).toEqual({ state: 'done', told: 'counted' });
      expect(runsIn(life.counted)).toBe(1);
    });
  });

  it('while the owner is asked: he is still asked, and it is made once when he allows it', async () => {
    await dying('asking', 'count_asked', async (life) => {
      const allow = async (window: RpcClient): Promise<void> => {
        const [card, ...more] = await window.value('cards.list', {});
        expect(more).toEqual([]);
        expect(card).toMatchObject({ kind: 'tool', name: 'count_asked', text: '{}' });
        expect(runsIn(life.counted)).toBe(0);
        await window.value('cards.answer', { card: card?.id ?? '', answer: 'once' });
      };
      expect(await goesOn(life, allow)).toEqual({ state: 'done', told: 'counted' });
      expect(runsIn(life.counted)).toBe(1);
    });
  });
});
