import { describe, expect, it } from 'vitest';
import type { PullProgress } from '../../main/gateway/model.ts';
import { createOllamaProvider } from '../../main/models/ollama/index.ts';
import { counter } from '../contracts/model-subjects.ts';
import { gate } from '../emulators/lib/gate.ts';
import { startOllama } from '../emulators/ollama/server.ts';
import type { OllamaEmulator } from '../emulators/ollama/server.ts';
import type { PullFault } from '../emulators/ollama/types.ts';
import { ManualClock } from '../lib/manual-clock.ts';

const { signal } = new AbortController();
const library = [{ name: 'new:1b', size: 1000 }];

function providerOf({ url }: Pick<OllamaEmulator, 'url'>) {
  const seed = { id: 'home', name: 'Home', kind: 'ollama', baseUrl: url, key: null, compatibility: {} } as const;
  const clock = new ManualClock();
  return { clock, provider: createOllamaProvider({ clock, fetch, ids: counter() }, seed) };
}

describe('loading a model onto an ollama server', () => {
  it('tells how far it is and ends when the model is there (a bar that says nothing for an hour)', async () => {
    await using emulator = await startOllama({ models: [], library });
    const { provider, clock } = providerOf(emulator);
    const seen: PullProgress[] = [];
    expect(await provider.pull?.('new:1b', (progress) => seen.push(progress), signal)).toEqual({
      ok: true,
      value: undefined,
    });
    expect(seen.map(({ phase, completed, total }) => [phase, completed, total])).toEqual([
      ['asking', 0, null],
      ...[0, 250, 500, 750, 1000].map((completed) => ['loading', completed, 1000]),
      ...['checking', 'checking', 'checking'].map((phase) => [phase, 1000, 1000]),
    ]);
    expect(await provider.list(signal)).toMatchObject({ value: [{ name: 'new:1b', sizeBytes: 1000 }] });
    expect(clock.pending).toBe(0);
  });

  it('ends at the server when it is stopped here, and goes on from there (gigabytes loaded twice)', async () => {
    await using emulator = await startOllama({ models: [], library });
    const { provider } = providerOf(emulator);
    const never = gate();
    emulator.gatePulls([undefined, undefined, undefined, never.promise]);
    const control = new AbortController();
    const stopped = await provider.pull?.(
      'new:1b',
      ({ completed }) => {
        if (completed === 500) control.abort();
      },
      control.signal,
    );
    expect(stopped).toMatchObject({ failure: { reason: { code: 'model.aborted' } } });
    const request = await emulator.waitFor(({ path, aborted }) => path === '/api/pull' && aborted);
    expect(request.aborted).toBe(true);
    emulator.gatePulls([]);
    const seen: PullProgress[] = [];
    expect(await provider.pull?.('new:1b', (progress) => seen.push(progress), signal)).toMatchObject({ ok: true });
    expect(seen[1]).toEqual({ phase: 'loading', completed: 500, total: 1000, kept: 500 });
    expect(seen.at(-1)).toMatchObject({ completed: 1000, kept: 500 });
  });

  const faults: readonly (readonly [what: string, fault: PullFault, code: string])[] = [
    [
      'a full disk',
      {
        kind: 'broken',
        afterSteps: 2,
        error: 'write /root/.ollama/models/blobs/sha256-1-partial: no space left on device',
      },
      'model.no-space',
    ],
    [
      'a library that the machine cannot reach',
      {
        kind: 'refused',
        error:
          'pull model manifest: Get "https://registry.ollama.ai/v2/library/new/manifests/1b": dial tcp: lookup registry.ollama.ai: no such host',
      },
      'model.library-unreachable',
    ],
    [
      'a line that breaks in the middle',
      { kind: 'broken', afterSteps: 3, error: 'max retries exceeded: unexpected EOF' },
      'model.library-unreachable',
    ],
    [
      'a server that is too old for the model',
      {
        kind: 'refused',
        error:
          'pull model manifest: 412: The model you are attempting to pull requires a newer version of Ollama. Please download the latest version.',
      },
      'model.server-old',
    ],
    ['words that nobody knows', { kind: 'refused', error: 'the moon is full' }, 'model.pull-refused'],
    ['a connection that is gone', { kind: 'cut', afterSteps: 1 }, 'model.cut'],
  ];
  for (const [what, fault, code] of faults) {
    it(`says ${what} for what it is, and goes on from there the next time`, async () => {
      await using emulator = await startOllama({ models: [], library });
      const { provider, clock } = providerOf(emulator);
      emulator.failPulls(fault);
      const failed = await provider.pull?.('new:1b', () => undefined, signal);
      expect(failed).toMatchObject({ failure: { reason: { code, params: { provider: 'Home', model: 'new:1b' } } } });
      expect(await provider.list(signal)).toEqual({ ok: true, value: [] });
      expect(await provider.pull?.('new:1b', () => undefined, signal)).toMatchObject({ ok: true });
      expect(await provider.list(signal)).toMatchObject({ value: [{ name: 'new:1b' }] });
      expect(clock.pending).toBe(0);
    });
  }

  it('says a name that the library does not know (a person who misspelt it would look for the network)', async () => {
    await using emulator = await startOllama({ models: [], library });
    const { provider } = providerOf(emulator);
    expect(await provider.pull?.('nope', () => undefined, signal)).toMatchObject({
      failure: { reason: { code: 'model.name-unknown' } },
    });
  });

  it('says a server that is not running', async () => {
    const { provider } = providerOf({ url: 'http://127.0.0.1:9' });
    expect(await provider.pull?.('new:1b', () => undefined, signal)).toMatchObject({
      failure: { reason: { code: 'model.network' } },
    });
  });

  it('deletes a model from the disk, and says one that is not there', async () => {
    await using emulator = await startOllama({ models: [{ name: 'old:1b' }] });
    const { provider } = providerOf(emulator);
    expect(await provider.remove?.('old:1b', signal)).toMatchObject({ ok: true });
    expect(await provider.list(signal)).toEqual({ ok: true, value: [] });
    expect(await provider.remove?.('old:1b', signal)).toMatchObject({
      failure: { reason: { code: 'model.missing' } },
    });
  });
});
