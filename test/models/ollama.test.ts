import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../main/gateway/model.ts';
import { LineWatch } from '../../main/models/ollama/lines.ts';
import { createOllamaProvider } from '../../main/models/ollama/index.ts';
import { counter, request } from '../contracts/model-subjects.ts';
import { gate } from '../emulators/lib/gate.ts';
import { startOllama } from '../emulators/ollama/server.ts';
import type { OllamaEmulator } from '../emulators/ollama/server.ts';
import type { OllamaOptions } from '../emulators/ollama/types.ts';
import { ManualClock } from '../lib/manual-clock.ts';

const { signal } = new AbortController();

function providerOf(emulator: OllamaEmulator, compatibility: Readonly<Record<string, unknown>> = {}) {
  const clock = new ManualClock();
  const seed = {
    id: 'home',
    name: 'home',
    kind: 'ollama',
    baseUrl: emulator.url,
    key: 'never-sent',
    compatibility,
  } as const;
  return { clock, provider: createOllamaProvider({ clock, fetch, ids: counter() }, seed) };
}

const models: OllamaOptions['models'] = [
  { name: 'small:1b', contextLength: 2048, capabilities: ['completion'], size: 7 },
  { name: 'large:70b', contextLength: 131_072, capabilities: ['completion', 'tools', 'vision'] },
];

describe('the ollama adapter', () => {
  it('asks for the window that the model has, at most 32k, or the server would drop the beginning unsaid', async () => {
    await using emulator = await startOllama({ models });
    const { provider } = providerOf(emulator);
    const long = 'word '.repeat(20_000);
    await provider.stream(request('small:1b', 'short'), signal).result();
    await provider.stream(request('large:70b', long), signal).result();
    const sent = emulator.chats.map(({ body }) => (body as { options: { num_ctx: number } }).options.num_ctx);
    expect(sent).toEqual([2048, 32_768]);
    expect(emulator.chats.map(({ truncated }) => truncated)).toEqual([0, 0]);
    expect(await provider.contextTokens('small:1b', signal)).toBe(2048);
    expect(await provider.contextTokens('large:70b', signal)).toBe(32_768);
  });

  it('takes the larger window the owner allows, and shows the same number', async () => {
    await using emulator = await startOllama({ models });
    const { provider } = providerOf(emulator, { maxContextTokens: 65_536 });
    expect(await provider.contextTokens('large:70b', signal)).toBe(65_536);
    await provider.stream(request('large:70b', 'hello'), signal).result();
    expect(emulator.chats[0]?.body).toMatchObject({ options: { num_ctx: 65_536, num_predict: 100_000 } });
  });

  it('asks each model once what it can do, or a list of forty would be asked for with every message', async () => {
    await using emulator = await startOllama({ models });
    const { provider } = providerOf(emulator);
    expect(await provider.list(signal)).toMatchObject({
      ok: true,
      value: [
        { name: 'small:1b', contextTokens: 2048, sees: false, tools: false, sizeBytes: 7 },
        { name: 'large:70b', contextTokens: 32_768, sees: true, tools: true },
      ],
    });
    await provider.list(signal);
    await provider.stream(request('small:1b', 'hello'), signal).result();
    expect(emulator.requests.filter(({ path }) => path === '/api/show')).toHaveLength(2);
  });

  it('sees a model that was pulled a moment ago, or a person would have to start again', async () => {
    await using emulator = await startOllama({ models: [], library: [{ name: 'new:1b' }] });
    const { provider } = providerOf(emulator);
    expect(await provider.stream(request('new:1b', 'hello'), signal).result()).toMatchObject({
      end: { usage: null, failure: { class: 'model-missing' } },
    });
    await fetch(`${emulator.url}/api/pull`, {
      method: 'POST',
      body: JSON.stringify({ model: 'new:1b', stream: false }),
    });
    expect(await provider.stream(request('new:1b', 'hello'), signal).result()).toMatchObject({ end: { stop: 'stop' } });
  });

  it('sends no key and no tools to a model without them, or the server would refuse the call', async () => {
    await using emulator = await startOllama({ models });
    const { provider } = providerOf(emulator);
    const tools = [{ name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } }];
    const reply = await provider.stream(request('small:1b', 'hello', { tools }), signal).result();
    expect(reply.end.stop).toBe('stop');
    expect(emulator.chats[0]?.body).not.toHaveProperty('tools');
    await provider.stream(request('large:70b', 'hello', { tools }), signal).result();
    expect(emulator.chats[1]?.body).toHaveProperty('tools');
    expect(JSON.stringify(emulator.requests.map(({ headers }) => headers))).not.toContain('never-sent');
  });

  it('sends pictures as bytes and refuses addresses, or a path in a message would open a file of ours', async () => {
    await using emulator = await startOllama({ models });
    const { provider } = providerOf(emulator);
    const looking = (url: string): ModelRequest =>
      request('large:70b', '', {
        messages: [
          {
            role: 'user',
            content: [
              { kind: 'text', text: 'look' },
              { kind: 'image', url },
            ],
          },
        ],
      });
    await provider.stream(looking('data:image/png;base64,iVBORw0KGgo='), signal).result();
    expect(emulator.chats[0]?.body).toMatchObject({ messages: [{ images: ['iVBORw0KGgo='] }] });
    for (const url of ['https://example.com/a.png', '/etc/passwd', 'file:///etc/passwd']) {
      const reply = await provider.stream(looking(url), signal).result();
      expect(reply.end).toMatchObject({ failure: { class: 'invalid-request' }, usage: null });
    }
    expect(emulator.chats).toHaveLength(1);
  });

  it('tells a model that thinks whether to, one with levels how much, and any other nothing, or calls are refused', async () => {
    const thinking = ['completion', 'thinking'];
    await using emulator = await startOllama({
      models: [
        { name: 'plain:1b', capabilities: ['completion'] },
        { name: 'qwen3:8b', capabilities: thinking },
        { name: 'gpt-oss:20b', capabilities: thinking, architecture: 'gptoss' },
      ],
    });
    const { provider } = providerOf(emulator);
    const told = async (model: string, level: ModelRequest['thinking']): Promise<unknown> => {
      const reply = await provider
        .stream(request(model, 'hello', level === undefined ? {} : { thinking: level }), signal)
        .result();
      expect(reply.end).toMatchObject({ stop: 'stop' });
      return (emulator.chats.at(-1)?.body as { think?: unknown }).think;
    };
    expect(await told('plain:1b', 'high')).toBeUndefined();
    expect(await told('qwen3:8b', undefined)).toBeUndefined();
    expect(await told('qwen3:8b', 'off')).toBe(false);
    expect(await told('qwen3:8b', 'low')).toBe(true);
    expect(await told('gpt-oss:20b', 'medium')).toBe('medium');
    expect(await told('gpt-oss:20b', 'off')).toBe('low');
    const list = await provider.list(signal);
    expect(list.ok && list.value.map(({ thinks }) => thinks)).toEqual([false, true, true]);
  });

  it('asks a model of an old server once more without the tools it refuses, or each question would fail', async () => {
    await using emulator = await startOllama({ models });
    const old: typeof fetch = async (url, init) => {
      const response = await fetch(url, init);
      if (emulator.requests.at(-1)?.path !== '/api/show') return response;
      return Response.json({ ...((await response.json()) as object), capabilities: undefined });
    };
    const seed = {
      id: 'home',
      name: 'home',
      kind: 'ollama',
      baseUrl: emulator.url,
      key: null,
      compatibility: {},
    } as const;
    const provider = createOllamaProvider({ clock: new ManualClock(), fetch: old, ids: counter() }, seed);
    const tools = [{ name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } }];
    for (let times = 0; times < 2; times++) {
      const reply = await provider.stream(request('small:1b', 'hello', { tools }), signal).result();
      expect(reply).toMatchObject({ text: 'echo: hello', end: { stop: 'stop' } });
    }
    expect(emulator.chats.map(({ status }) => status)).toEqual([400, 200, 200]);
  });

  it('takes a count of tokens that no model can have for none, or sums with it could not be read any more', async () => {
    await using emulator = await startOllama({ models });
    emulator.next({
      kind: 'reply',
      text: 'well',
      usage: { promptTokens: Number.MAX_SAFE_INTEGER, completionTokens: 1 },
    });
    const reply = await providerOf(emulator).provider.stream(request('small:1b', 'hello'), signal).result();
    expect(reply).toMatchObject({ text: 'well', end: { stop: 'stop', usage: { estimated: true } } });
  });

  it('waits for a cold load as long as the request says, or every first answer of the day would fail', async () => {
    const loaded = gate();
    await using emulator = await startOllama({ models: [{ name: 'cold:1b', loadGate: loaded.promise }] });
    const { provider, clock } = providerOf(emulator);
    const timeouts = { connect: 10_000, firstToken: 300_000, betweenTokens: 60_000 };
    const result = provider.stream(request('cold:1b', 'hello', { timeouts }), signal).result();
    await emulator.waitFor(({ path }) => path === '/api/chat');
    await clock.elapse(299_000);
    loaded.open();
    expect(await result).toMatchObject({ text: 'echo: hello', end: { stop: 'stop' } });
  });
});

describe('the lines of a streamed chat', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const words = (passed: Uint8Array) => new TextDecoder().decode(passed);

  it('come through whole wherever the network cuts them, or a character would break', () => {
    const whole = bytes(`{"message":{"content":"naïve 😀"}}\n{"done":true}\n`);
    for (let cut = 0; cut <= whole.length; cut++) {
      const watch = new LineWatch();
      const parts = [whole.subarray(0, cut), whole.subarray(cut), null].map((part) => words(watch.pass(part)));
      expect(parts.join('')).toBe(new TextDecoder().decode(whole));
      expect(watch.fault()).toBeNull();
      expect(watch.ended).toBe(true);
    }
  });

  it('end with one that has no end, or it would fill the memory', () => {
    const watch = new LineWatch();
    const piece = bytes('x'.repeat(1024 * 1024));
    for (let pieces = 0; pieces < 9; pieces++) expect(words(watch.pass(piece))).toBe('');
    expect(watch.fault()?.message).toMatch(/does not end/);
  });

  it('stop at the first that is no object, and what came before it is kept', () => {
    const watch = new LineWatch();
    expect(words(watch.pass(bytes('{"a":1}\n{"b":\n{"c":1}\n')))).toBe('{"a":1}\n');
    expect(watch.fault()?.message).toMatch(/no JSON object/);
  });
});
