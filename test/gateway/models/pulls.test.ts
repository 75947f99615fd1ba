import { describe, expect, it } from 'vitest';
import type { PullStatus } from '../../../main/gateway/model.ts';
import { gate } from '../../emulators/lib/gate.ts';
import { startOllama } from '../../emulators/ollama/server.ts';
import type { OllamaEmulator } from '../../emulators/ollama/server.ts';
import { startGateway } from '../../lib/gateway.ts';
import type { TestGateway } from '../../lib/gateway.ts';

const library = [{ name: 'new:1b', size: 1000 }];

async function withOllama(test: TestGateway, { url }: Pick<OllamaEmulator, 'url'>): Promise<void> {
  const draft = { id: 'home', kind: 'ollama', name: 'Home', baseUrl: url, key: undefined, fixedByFile: false } as const;
  await test.gateway.models.saveProvider(draft);
}

function states(test: TestGateway): readonly (readonly [string, PullStatus['state']])[] {
  return test.gateway.models.pulls.all().map(({ model, state }) => [model, state] as const);
}

function told(test: TestGateway): readonly PullStatus[] {
  return test.events.items.flatMap((event) => (event.kind === 'pull' && event.status !== null ? [event.status] : []));
}

describe('models that are loaded', () => {
  it('come with progress and speed a few times a second, and are there (a window that is flooded, or told nothing)', async () => {
    await using test = await startGateway({ telegram: false });
    const gates = [gate(), gate(), gate(), gate()];
    await using emulator = await startOllama({ models: [], library });
    emulator.gatePulls([undefined, ...gates.map(({ promise }) => promise)]);
    await withOllama(test, emulator);
    const { pulls } = test.gateway.models;
    expect(await pulls.start('home', 'new:1b')).toMatchObject({ ok: true, value: { state: 'running' } });
    const came = async (completed: number): Promise<void> => {
      await test.until(() => pulls.all()[0]?.progress.completed, completed);
      await test.clock.elapse(1000);
    };
    await test.until(() => pulls.all()[0]?.progress.phase, 'loading');
    await came(0);
    for (const [index, { open }] of gates.slice(0, 3).entries()) {
      open();
      await came((index + 1) * 250);
    }
    expect(told(test).map(({ progress, speed }) => [progress.completed, speed])).toEqual([
      [0, null],
      [250, expect.closeTo(200, 0)],
      [500, expect.closeTo(222, 0)],
      [750, expect.closeTo(231, 0)],
    ]);
    gates[3]?.open();
    await test.until(() => states(test), [['new:1b', 'done']]);
    expect(told(test).at(-1)).toMatchObject({ state: 'done', reason: null });
    expect(await test.gateway.models.list('home', new AbortController().signal)).toMatchObject({
      value: [{ name: 'new:1b' }],
    });
  });

  it('stop, stay in the list over a restart of the program, and go on from there (an evening of loading for nothing)', async () => {
    await using test = await startGateway({ telegram: false });
    await using emulator = await startOllama({ models: [], library });
    const never = gate();
    emulator.gatePulls([undefined, undefined, never.promise]);
    await withOllama(test, emulator);
    await test.gateway.models.pulls.start('home', 'new:1b');
    await test.until(() => test.gateway.models.pulls.all()[0]?.progress.completed, 250);
    expect(await test.gateway.models.pulls.cancel('home', 'new:1b')).toMatchObject({ ok: true });
    expect(states(test)).toEqual([['new:1b', 'stopped']]);
    await test.stop();
    await test.open();
    expect(states(test)).toEqual([['new:1b', 'stopped']]);
    emulator.gatePulls([]);
    await test.gateway.models.pulls.start('home', 'new:1b');
    await test.until(() => states(test), [['new:1b', 'done']]);
    expect(test.gateway.models.pulls.all()[0]?.progress).toMatchObject({ completed: 1000, kept: 250 });
    await test.stop();
    await test.open();
    expect(states(test)).toEqual([]);
  });

  it('end with the program, at the server too, and wait to be resumed (a stop that hangs for an hour)', async () => {
    await using test = await startGateway({ telegram: false });
    await using emulator = await startOllama({ models: [], library });
    const never = gate();
    emulator.gatePulls([undefined, never.promise]);
    await withOllama(test, emulator);
    await test.gateway.models.pulls.start('home', 'new:1b');
    await emulator.waitFor(({ path }) => path === '/api/pull');
    await test.stop();
    await emulator.waitFor(({ path, aborted }) => path === '/api/pull' && aborted);
    await test.open();
    expect(states(test)).toEqual([['new:1b', 'stopped']]);
    expect(await test.gateway.models.pulls.cancel('home', 'new:1b')).toMatchObject({ ok: true });
    expect(states(test)).toEqual([]);
  });

  it('are one, however often they are asked for; one that failed says why and can be dismissed', async () => {
    await using test = await startGateway({ telegram: false });
    await using emulator = await startOllama({ models: [], library });
    const open = gate();
    emulator.gatePulls([open.promise]);
    emulator.failPulls({ kind: 'broken', afterSteps: 2, error: 'no space left on device' });
    await withOllama(test, emulator);
    const { pulls } = test.gateway.models;
    await Promise.all([pulls.start('home', 'new:1b'), pulls.start('home', 'new:1b')]);
    open.open();
    await test.until(() => states(test), [['new:1b', 'failed']]);
    expect(pulls.all()[0]?.reason).toEqual({
      code: 'model.no-space',
      params: { provider: 'Home', model: 'new:1b' },
    });
    expect(emulator.requests.filter(({ path }) => path === '/api/pull')).toHaveLength(1);
    await pulls.cancel('home', 'new:1b');
    expect(pulls.all()).toEqual([]);
    expect(await pulls.cancel('home', 'new:1b')).toMatchObject({ failure: { code: 'input.not-found' } });
  });

  it('are only for servers that can, and only for those that there are', async () => {
    await using test = await startGateway({ telegram: false });
    const { models } = test.gateway;
    expect(await models.pulls.start('gone', 'x')).toMatchObject({ failure: { code: 'input.not-found' } });
    expect(await models.pulls.start('lab', 'x')).toMatchObject({ failure: { code: 'model.pull-unsupported' } });
    const { signal } = new AbortController();
    expect(await models.remove('lab/gpt-test', signal)).toMatchObject({ failure: { code: 'model.pull-unsupported' } });
    expect(await models.remove('gone/x', signal)).toMatchObject({ failure: { code: 'input.model-unknown' } });
  });
});
