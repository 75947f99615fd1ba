import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Ollama } from 'ollama';
import type { ChatResponse } from 'ollama';
import { expect, test } from 'vitest';
import { gate } from './lib/gate.ts';
import { startOllama } from './ollama/server.ts';
import type { OllamaEmulator } from './ollama/server.ts';
import type { OllamaOptions } from './ollama/types.ts';

const user = (content: unknown) => ({ role: 'user', content });
const base = { model: 'qwen3:8b', messages: [user('hi')] };
const plain = {
  models: [
    { name: 'llama3', capabilities: ['completion'] },
    { name: 'embed', capabilities: ['embedding'] },
  ],
};

async function post(emulator: OllamaEmulator, path: string, body: unknown) {
  const response = await fetch(`${emulator.url}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

async function collect(stream: AsyncIterable<ChatResponse>) {
  const seen: ChatResponse[] = [];
  for await (const part of stream) seen.push(part);
  return { seen, text: seen.map((part) => part.message.content).join(''), last: seen.at(-1) };
}

const refused: readonly (readonly [string, string, unknown, OllamaOptions, number, string])[] = [
  ['an empty body', '/api/chat', '', {}, 400, 'missing request body'],
  ['no model', '/api/chat', { messages: [user('x')] }, {}, 400, 'model is required'],
  [
    'an unknown model',
    '/api/chat',
    { ...base, model: 'gone' },
    {},
    404,
    'model "gone" not found, try pulling it first',
  ],
  [
    'an unknown model, as newer servers say it',
    '/api/chat',
    { ...base, model: 'gone' },
    { notFound: 'plain' },
    404,
    "model 'gone' not found",
  ],
  ['to show an unknown model', '/api/show', { model: 'gone' }, {}, 404, "model 'gone' not found"],
  [
    'messages that are a string',
    '/api/chat',
    { ...base, messages: 'hi' },
    {},
    400,
    'json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message',
  ],
  [
    'content in parts',
    '/api/chat',
    { ...base, messages: [user([{ type: 'text', text: 'x' }])] },
    {},
    400,
    'json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string',
  ],
  [
    'tool arguments as text',
    '/api/chat',
    { ...base, messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'a', arguments: '{}' } }] }] },
    {},
    400,
    'json: cannot unmarshal string into Go struct field ChatRequest.messages.tool_calls.function.arguments of type api.ToolCallFunctionArguments',
  ],
  [
    'a num_ctx that is text',
    '/api/chat',
    { ...base, options: { num_ctx: '8k' } },
    {},
    400,
    'option "num_ctx" must be of type integer',
  ],
  [
    'tools of a model without',
    '/api/chat',
    { model: 'llama3', messages: [user('x')], tools: [{ type: 'function', function: { name: 'a' } }] },
    plain,
    400,
    'registry.ollama.ai/library/llama3:latest does not support tools',
  ],
  [
    'thinking of a model without',
    '/api/chat',
    { model: 'llama3', messages: [user('x')], think: true },
    plain,
    400,
    '"llama3" does not support thinking',
  ],
  [
    'a chat with a model for embeddings',
    '/api/chat',
    { model: 'embed', messages: [user('x')] },
    plain,
    400,
    '"embed" does not support chat',
  ],
];

test.each(refused)('refuses %s (%s) in the service’s own words', async (_name, path, body, options, status, error) => {
  await using emulator = await startOllama(options);
  const answer = await post(emulator, path, body);
  expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { error }]);
});

test('tells unknown paths from wrong methods, and greets', async () => {
  await using emulator = await startOllama();
  const get = async (path: string) => {
    const response = await fetch(emulator.url + path);
    return [response.status, await response.text()];
  };
  expect([await get('/'), await get('/api/nope'), await get('/api/chat')]).toEqual([
    [200, 'Ollama is running'],
    [404, '404 page not found'],
    [405, '405 method not allowed'],
  ]);
});

test('the real client lists and shows models with their own window, and sees what is loaded', async () => {
  await using emulator = await startOllama({
    models: [
      { name: 'qwen3:8b', contextLength: 40_960, capabilities: ['completion', 'thinking'] },
      { name: 'me/tiny', parameters: 'num_ctx 2048' },
    ],
  });
  const client = new Ollama({ host: emulator.url });
  expect((await client.version()).version).toMatch(/^\d+\.\d+\.\d+$/);
  expect((await client.list()).models.map((model) => model.name)).toEqual(['qwen3:8b', 'me/tiny:latest']);
  const shown = await client.show({ model: 'qwen3:8b' });
  expect(shown).toMatchObject({
    capabilities: ['completion', 'thinking'],
    model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 40_960 },
  });
  expect((await client.ps()).models).toEqual([]);
  await client.chat({ model: 'me/tiny', messages: [{ role: 'user', content: 'x' }] });
  expect((await client.ps()).models).toMatchObject([{ name: 'me/tiny:latest', context_length: 2048 }]);
  await client.chat({ model: 'me/tiny', messages: [], keep_alive: 0 });
  expect((await client.ps()).models).toEqual([]);
});

test('the real client streams the echo, with thinking apart and the counts in the last line', async () => {
  await using emulator = await startOllama();
  const client = new Ollama({ host: emulator.url });
  const { seen, text, last } = await collect(
    await client.chat({ ...base, messages: [{ role: 'user', content: 'well #m-3#' }], stream: true }),
  );
  expect(text).toBe('echo: well #m-3#');
  expect(seen.map((part) => part.message.thinking ?? '').join('')).toBe('Let me think.');
  expect(last).toMatchObject({
    done: true,
    done_reason: 'stop',
    prompt_eval_count: expect.any(Number) as unknown,
    eval_count: expect.any(Number) as unknown,
  });
  const whole = await client.chat({
    ...base,
    messages: [{ role: 'user', content: 'one two' }],
    think: false,
    options: { num_predict: 2 },
  });
  expect(whole).toMatchObject({ done: true, done_reason: 'length', message: { content: 'echo: on' } });
  expect(whole.message.thinking).toBeUndefined();
});

test('tool calls come as objects, not as text', async () => {
  await using emulator = await startOllama();
  emulator.next({ kind: 'reply', text: '', toolCalls: [{ name: 'look', arguments: '{"at":"sky"}' }] });
  const client = new Ollama({ host: emulator.url });
  const { seen } = await collect(
    await client.chat({
      model: 'qwen3:8b',
      stream: true,
      messages: [{ role: 'user', content: 'x' }],
      tools: [{ type: 'function', function: { name: 'look' } }],
    }),
  );
  expect(seen.flatMap((part) => part.message.tool_calls ?? [])).toEqual([
    { function: { name: 'look', arguments: { at: 'sky' } } },
  ]);
});

test('a prompt longer than num_ctx loses its oldest messages without a word, which is why a client must set it', async () => {
  await using emulator = await startOllama();
  emulator.script((call) => ({
    kind: 'reply',
    text: `${call.messages.map((message) => message.content[0]).join('')} ${String(call.promptTokens)}`,
  }));
  const client = new Ollama({ host: emulator.url });
  const messages = ['s', 'a', 'b', 'c'].map((letter, index) => ({
    role: index === 0 ? 'system' : 'user',
    content: letter.repeat(400),
  }));
  const ask = async (numCtx?: number) =>
    (
      await client.chat({
        model: 'qwen3:8b',
        messages,
        ...(numCtx === undefined ? {} : { options: { num_ctx: numCtx } }),
      })
    ).message.content;
  expect([await ask(), await ask(250), await ask(50)]).toEqual(['sabc 412', 'sc 206', 'sc 50']);
  expect(emulator.chats.map((request) => request.truncated)).toEqual([0, 206, 362]);
});

test('a cold model answers nothing until it is loaded, a warm one at once', async () => {
  const cold = gate();
  await using emulator = await startOllama({ models: [{ name: 'big', loadGate: cold.promise }] });
  const first = post(emulator, '/api/chat', { model: 'big', messages: [user('x')] });
  await emulator.waitFor((request) => request.number === 1);
  expect(emulator.requests[0]?.status).toBeUndefined();
  expect(await (await fetch(`${emulator.url}/api/ps`)).json()).toEqual({ models: [] });
  cold.open();
  expect((await first).status).toBe(200);
  expect((await post(emulator, '/api/chat', { model: 'big', messages: [user('x')] })).status).toBe(200);
});

test('a pull reports progress, can be held back, and adds the model; an unknown one fails in its stream', async () => {
  await using emulator = await startOllama({ models: [], library: [{ name: 'tiny', size: 1000 }] });
  const client = new Ollama({ host: emulator.url });
  const half = gate();
  emulator.gatePulls([undefined, undefined, half.promise]);
  const seen: (number | string)[] = [];
  for await (const part of await client.pull({ model: 'tiny', stream: true })) {
    seen.push(part.completed || part.status);
    if (part.completed === 250) {
      expect((await client.list()).models).toEqual([]);
      half.open();
    }
  }
  expect(seen).toEqual([
    'pulling manifest',
    expect.stringMatching(/^pulling [0-9a-f]{12}$/),
    250,
    500,
    750,
    1000,
    'verifying sha256 digest',
    'writing manifest',
    'success',
  ]);
  expect((await client.list()).models.map((model) => model.name)).toEqual(['tiny:latest']);
  const unknown = (async () => {
    for await (const part of await client.pull({ model: 'nope', stream: true })) seen.push(part.status);
  })();
  await expect(unknown).rejects.toThrow('pull model manifest: file does not exist');
});

test('streams can carry an error, be cut, end early or be broken, and statuses have their body', async () => {
  await using emulator = await startOllama();
  const client = new Ollama({ host: emulator.url });
  const pieces = ['a', 'b', 'c'];
  const ask = async () =>
    collect(await client.chat({ ...base, messages: [{ role: 'user', content: 'x' }], stream: true })).then(
      ({ text }) => text,
      (error: unknown) => String(error),
    );
  emulator.next(
    { kind: 'error-in-stream', after: 1, message: 'out of memory' },
    { kind: 'cut', after: 2, pieces },
    { kind: 'close-early', after: 2, pieces },
  );
  expect(await ask()).toBe('Error: out of memory');
  expect(await ask()).toBe('TypeError: terminated');
  expect(await ask()).toBe('Error: Did not receive done or success response in stream.');
  emulator.next(
    { kind: 'malformed', after: 1, pieces },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 500 },
    { kind: 'html', status: 502 },
    { kind: 'error-in-stream', after: 0, message: 'boom' },
  );
  expect((await post(emulator, '/api/chat', base)).text).toMatch(/\{"model":"broken","message":\{\n$/);
  expect(await post(emulator, '/api/chat', base)).toMatchObject({
    status: 503,
    text: expect.stringContaining('server busy') as unknown,
  });
  expect(await post(emulator, '/api/chat', base)).toMatchObject({
    status: 500,
    text: expect.stringContaining('llama runner process') as unknown,
  });
  expect(await post(emulator, '/api/chat', base)).toMatchObject({
    status: 502,
    text: expect.stringContaining('<html>') as unknown,
  });
  expect(await post(emulator, '/api/chat', { ...base, stream: false })).toEqual({
    status: 500,
    text: '{"error":"boom"}',
  });
});

test.each(['hang', 'hang-after-headers', 'stall'] as const)(
  'a client that gives up on a call that does %s is recorded as aborted',
  async (kind) => {
    await using emulator = await startOllama();
    emulator.next(kind === 'stall' ? { kind, after: 1 } : { kind });
    const abort = new AbortController();
    const answer = fetch(`${emulator.url}/api/chat`, {
      method: 'POST',
      signal: abort.signal,
      body: JSON.stringify(base),
    }).then((response) => response.text());
    await emulator.waitFor((request) => request.number === 1);
    abort.abort();
    await expect(answer).rejects.toThrow('aborted');
    expect(await emulator.waitFor((request) => request.aborted)).toMatchObject({ path: '/api/chat' });
  },
);

test('runs as a process of its own that a bench can drive, and ends when its standard input closes', async () => {
  const child = spawn(process.execPath, ['test/emulators/ollama/main.ts', '--model', 'tiny'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  await fetch(`${url}/__control/next`, {
    method: 'POST',
    body: JSON.stringify({ behaviours: [{ kind: 'reply', text: 'told' }] }),
  });
  const client = new Ollama({ host: url });
  const ask = async () =>
    (await client.chat({ model: 'tiny', messages: [{ role: 'user', content: 'x' }] })).message.content;
  expect([await ask(), await ask()]).toEqual(['told', 'echo: x']);
  expect(await (await fetch(`${url}/__control/requests?since=1`)).json()).toMatchObject({
    requests: [{ number: 2, path: '/api/chat', status: 200 }],
  });
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
