import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../main/gateway/model.ts';
import { createOpenAiProvider } from '../../main/models/openai/index.ts';
import { knowServer } from '../../main/models/openai/compatibility.ts';
import { counter, request } from '../contracts/model-subjects.ts';
import { startOpenAi } from '../emulators/openai/server.ts';
import type { OpenAiEmulator } from '../emulators/openai/server.ts';
import type { OpenAiOptions } from '../emulators/openai/types.ts';
import { ManualClock } from '../lib/manual-clock.ts';

function providerOf(emulator: OpenAiEmulator, compatibility: Readonly<Record<string, unknown>> = {}) {
  const seed = {
    id: 'there',
    name: 'there',
    kind: 'openai',
    baseUrl: emulator.url,
    key: 'sk-test',
    compatibility,
  } as const;
  return createOpenAiProvider({ clock: new ManualClock(), fetch, ids: counter() }, seed);
}

const { signal } = new AbortController();
const tools = [{ name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } }];

const oddities: readonly (readonly [string, OpenAiOptions, string, unknown])[] = [
  ['max_tokens', { maxTokensField: 'max_completion_tokens' }, 'maxTokensField', 'max_tokens'],
  ['stream_options', { supportsUsageInStream: false }, 'supportsUsageInStream', true],
  ['tools', { supportsTools: false }, 'supportsTools', true],
  ['the role system', { developerRole: 'only' }, 'developerRole', false],
];

describe('compatibility', () => {
  it.each(oddities)('learns from a refusal of %s and asks once more, that one time only', async (_name, options) => {
    await using emulator = await startOpenAi(options);
    const provider = providerOf(emulator);
    const asked = request('gpt-test', 'hello', { tools });
    expect(await provider.stream(asked, signal).result()).toMatchObject({ text: 'echo: hello', end: { stop: 'stop' } });
    expect(emulator.chats.map(({ status }) => status)).toEqual([400, 200]);
    expect(await provider.stream(asked, signal).result()).toMatchObject({ end: { stop: 'stop' } });
    expect(emulator.chats.map(({ status }) => status)).toEqual([400, 200, 200]);
  });

  it('learns several things from one call, or a strict old server would need a Retry for each', async () => {
    await using emulator = await startOpenAi({ supportsUsageInStream: false, supportsTools: false });
    const asked = request('gpt-test', 'hello', { tools });
    const reply = await providerOf(emulator).stream(asked, signal).result();
    expect(reply).toMatchObject({ text: 'echo: hello', end: { stop: 'stop', usage: { estimated: true } } });
    expect(emulator.chats).toHaveLength(3);
  });

  it.each(oddities)('does not touch what the owner set about %s, or a setting would not hold', async (...row) => {
    const [, options, fact, set] = row;
    await using emulator = await startOpenAi(options);
    const asked = request('gpt-test', 'hello', { tools });
    const reply = await providerOf(emulator, { [fact]: set })
      .stream(asked, signal)
      .result();
    expect(reply.end).toMatchObject({ stop: 'error', failure: { class: 'invalid-request' } });
    expect(emulator.chats).toHaveLength(1);
  });

  it('sends only what the owner said the server knows', async () => {
    await using emulator = await startOpenAi();
    const facts = { maxTokensField: 'max_completion_tokens', supportsUsageInStream: false, developerRole: true };
    const provider = providerOf(emulator, { ...facts, supportsTools: false });
    await provider.stream(request('gpt-test', 'hello', { tools }), signal).result();
    const body = emulator.chats[0]?.body;
    expect(body).toMatchObject({ max_completion_tokens: 100_000, messages: [{ role: 'developer' }, { role: 'user' }] });
    expect(body).not.toHaveProperty('max_tokens');
    expect(body).not.toHaveProperty('stream_options');
    expect(body).not.toHaveProperty('tools');
  });

  it('does not mistake a value that is too large for a field that is unknown, or it would flip for ever', () => {
    const server = knowServer('http://127.0.0.1:1/v1', {});
    const answer = (message: string, param: string | null = null) => ({
      status: 400,
      headers: new Headers(),
      body: JSON.stringify({ error: { message, param, type: 'invalid_request_error', code: null } }),
    });
    const sent = { model: 'gpt-test', tools: true, effort: null };
    expect(
      server.learn(answer('max_tokens is too large: 9. This model supports at most 8', 'max_tokens'), sent),
    ).toBeNull();
    expect(server.learn(answer('Invalid request.'), sent)).toBeNull();
    const unsupported = answer("Unsupported parameter: 'max_tokens' is not supported", 'max_tokens');
    expect(server.learn(unsupported, sent)).toBe('maxTokensField');
    expect(server.now.maxTokensField).toBe('max_completion_tokens');
    const other = answer("Unsupported parameter: 'max_completion_tokens'", 'max_completion_tokens');
    expect(server.learn(other, sent)).toBeNull();
  });

  it('knows the words of FastAPI, vLLM, llama.cpp and Ollama for what they do not know', () => {
    const sent = { model: 'gpt-test', tools: true, effort: 'low' } as const;
    const learn = (status: number, body: unknown) => {
      const server = knowServer('http://127.0.0.1:1/v1', {});
      return server.learn({ status, headers: new Headers(), body: JSON.stringify(body) }, sent);
    };
    const extra = { loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' };
    expect(learn(422, { detail: [extra] })).toBe('supportsUsageInStream');
    expect(learn(400, { message: '"auto" tool choice requires --enable-auto-tool-choice' })).toBe('supportsTools');
    expect(learn(500, { error: { message: 'tools param requires --jinja flag' } })).toBe('supportsTools');
    expect(learn(400, { error: { message: 'registry.ollama.ai/library/x does not support tools' } })).toBe(
      'supportsTools',
    );
    expect(learn(500, { error: { message: 'unknown fault in stream_options' } })).toBeNull();
    const effort = { loc: ['body', 'reasoning_effort'], msg: "Input should be 'low' or 'high'", type: 'literal_error' };
    expect(learn(422, { detail: [effort] })).toBe('effort');
    expect(learn(400, { error: { message: '"llama3:8b" does not support thinking' } })).toBe('effort');
    expect(learn(400, { error: 'Argument not supported on this model: reasoningEffort' })).toBe('effort');
  });

  it('learns of each model which level of thinking it does not know, or one model would speak for all of them', async () => {
    await using emulator = await startOpenAi({ models: ['gpt-test', 'gpt-other'], efforts: ['low', 'high'] });
    const provider = providerOf(emulator);
    const ask = async (model: string, thinking: ModelRequest['thinking']): Promise<void> => {
      const reply = await provider
        .stream(request(model, 'hello', thinking === undefined ? {} : { thinking }), signal)
        .result();
      expect(reply.end).toMatchObject({ stop: 'stop' });
    };
    const sent = (): readonly unknown[] =>
      emulator.chats.map(({ body }) => (body as { reasoning_effort?: string }).reasoning_effort);
    await ask('gpt-test', undefined);
    await ask('gpt-test', 'high');
    expect(sent()).toEqual([undefined, 'high']);
    await ask('gpt-test', 'off');
    await ask('gpt-test', 'off');
    expect(sent().slice(2)).toEqual(['none', undefined, undefined]);
    await ask('gpt-test', 'low');
    await ask('gpt-other', 'off');
    expect(sent().slice(5)).toEqual(['low', 'none', undefined]);
  });

  it('learns of each model whether it knows tools, or a small one would take them from all the others', async () => {
    await using emulator = await startOpenAi({ models: ['gpt-test', 'gpt-other'] });
    const has = (body: unknown): boolean => Object.hasOwn(Object(body) as object, 'tools');
    const message = '`tool calling` is not supported with this model';
    emulator.script(({ model, body }) =>
      model === 'gpt-other' && has(body)
        ? { kind: 'status', status: 400, body: { error: { message } } }
        : { kind: 'reply', text: 'well' },
    );
    const provider = providerOf(emulator);
    for (const model of ['gpt-test', 'gpt-other', 'gpt-other', 'gpt-test']) {
      const reply = await provider.stream(request(model, 'hello', { tools }), signal).result();
      expect(reply).toMatchObject({ text: 'well' });
    }
    expect(emulator.chats.map(({ body }) => has(body))).toEqual([true, true, false, false, true]);
  });

  it.each([
    [500, 'Failed to parse tool call arguments as JSON: syntax error, unexpected end of input'],
    [400, "Unexpected role 'tool' after role 'user'"],
  ])('does not take a fault with one call for a model without tools: %i %s', (status, message) => {
    const server = knowServer('http://127.0.0.1:1/v1', {});
    const answer = { status, headers: new Headers(), body: JSON.stringify({ error: { message } }) };
    expect(server.learn(answer, { model: 'gpt-test', tools: true, effort: null })).toBeNull();
  });

  it('asks a model that does not think once more without it, and holds to what the owner said', async () => {
    await using emulator = await startOpenAi({ efforts: [] });
    const asked = request('gpt-test', 'hello', { thinking: 'medium' });
    expect(await providerOf(emulator).stream(asked, signal).result()).toMatchObject({ text: 'echo: hello' });
    expect(emulator.chats.map(({ status }) => status)).toEqual([400, 200]);
    const told = providerOf(emulator, { supportsThinking: true });
    expect(await told.stream(asked, signal).result()).toMatchObject({ end: { failure: { class: 'invalid-request' } } });
    await providerOf(emulator, { supportsThinking: false }).stream(asked, signal).result();
    expect(emulator.chats.slice(2).map(({ status }) => status)).toEqual([400, 200]);
    expect(emulator.chats.at(-1)?.body).not.toHaveProperty('reasoning_effort');
  });

  it('starts with the newer field at OpenAI itself, or its newer models would refuse every first call', () => {
    expect(knowServer('https://api.openai.com/v1', {}).now.maxTokensField).toBe('max_completion_tokens');
    expect(knowServer('http://localhost:8000/v1', {}).now.maxTokensField).toBe('max_tokens');
  });
});
