import { spawn } from 'node:child_process';
import { once } from 'node:events';
import OpenAI, { APIError } from 'openai';
import { expect, test } from 'vitest';
import { gate } from './lib/gate.ts';
import { base, clientOf, post, refusalOf } from './openai/client.ts';
import { startOpenAi } from './openai/server.ts';
import type { OpenAiEmulator } from './openai/server.ts';

test('the real client lists models, streams the echo with its marker, and gets the usage in the last chunk', async () => {
  await using emulator = await startOpenAi({ models: ['gpt-test', 'other'] });
  const client = clientOf(emulator);
  expect((await client.models.list()).data.map((model) => model.id)).toEqual(['gpt-test', 'other']);
  const stream = await client.chat.completions.create({
    model: 'other',
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: 'system', content: 's' },
      { role: 'user', content: 'well #m-17#' },
    ],
  });
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('echo: well #m-17#');
  expect(chunks.length).toBeGreaterThan(5);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) as unknown } });
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
  const plain = await client.chat.completions.create({
    model: 'gpt-test',
    messages: [{ role: 'user', content: 'one two' }],
    max_tokens: 2,
  });
  expect(plain.choices[0]).toMatchObject({ message: { content: 'echo: on' }, finish_reason: 'length' });
  expect(emulator.requests.map((request) => [request.number, request.path, request.status, request.aborted])).toEqual([
    [1, '/v1/models', 200, false],
    [2, '/v1/chat/completions', 200, false],
    [3, '/v1/chat/completions', 200, false],
  ]);
});

test('the real client puts streamed tool call fragments together again', async () => {
  await using emulator = await startOpenAi();
  emulator.next({
    kind: 'reply',
    text: '',
    toolCalls: [
      { name: 'look', arguments: '{"at":"sky"}', fragments: ['{"at"', ':"sk', 'y"}'] },
      { id: 'call_x', name: 'wait', arguments: '{}' },
    ],
  });
  const message = await clientOf(emulator)
    .chat.completions.stream({ model: 'gpt-test', messages: [{ role: 'user', content: 'x' }] })
    .finalMessage();
  expect(message.tool_calls).toMatchObject([
    { id: 'call_0', function: { name: 'look', arguments: '{"at":"sky"}' } },
    { id: 'call_x', function: { name: 'wait', arguments: '{}' } },
  ]);
});

test('the script sees counts per key and per model, and queued behaviours come before it', async () => {
  await using emulator = await startOpenAi({ keys: ['sk-a', 'sk-b'], models: ['m', 'n'] });
  emulator.next({ kind: 'status', status: 500 });
  emulator.script((call) => ({
    kind: 'reply',
    text: [call.number, call.key, call.ofKey, call.model, call.ofModel].join(' '),
  }));
  const ask = async (key: string, model: string) =>
    (await clientOf(emulator, key).chat.completions.create({ model, messages: [{ role: 'user', content: 'x' }] }))
      .choices[0]?.message.content;
  await expect(ask('sk-a', 'm')).rejects.toThrow('The server had an error');
  expect([await ask('sk-a', 'n'), await ask('sk-b', 'm'), await ask('sk-b', 'm')]).toEqual([
    '2 sk-a 2 n 1',
    '3 sk-b 1 m 2',
    '4 sk-b 2 m 3',
  ]);
});

test('statuses carry the service’s body and the headers asked for, a proxy page is HTML', async () => {
  await using emulator = await startOpenAi();
  emulator.next(
    { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
    { kind: 'quota' },
    { kind: 'html', status: 502 },
    { kind: 'status', status: 418, body: 'tea' },
  );
  const limited = await post(emulator, base);
  expect([limited.status, limited.headers.get('retry-after'), limited.text]).toEqual([
    429,
    '7',
    expect.stringContaining('rate_limit_exceeded'),
  ]);
  expect(await refusalOf(emulator, base)).toMatchObject({ status: 429, code: 'insufficient_quota' });
  const page = await post(emulator, base);
  expect([page.status, page.headers.get('content-type'), page.text]).toEqual([
    502,
    'text/html',
    expect.stringContaining('<h1>502 Bad Gateway</h1>'),
  ]);
  expect(await post(emulator, base)).toMatchObject({ status: 418, text: 'tea' });
});

test.each([
  ['openai', 'context_length_exceeded'],
  ['llama.cpp', 'exceed_context_size_error'],
  ['vllm', 'BadRequestError'],
] as const)('an overflow in the words of %s is a 400 the real client can read', async (flavour, mark) => {
  await using emulator = await startOpenAi();
  emulator.next({ kind: 'overflow', flavour, limit: 100, tokens: 150 });
  const { status, text } = await post(emulator, base);
  expect([status, text]).toEqual([400, expect.stringContaining(mark)]);
});

test('gates hold back the headers, the first token and each piece, and nothing else', async () => {
  await using emulator = await startOpenAi();
  const [whole, first, second] = [gate(), gate(), gate()];
  emulator.next(
    { kind: 'reply', text: 'late', gate: whole.promise },
    { kind: 'reply', pieces: ['a', 'b'], firstTokenGate: first.promise, gate: [undefined, second.promise] },
  );
  const headers = post(emulator, base);
  await emulator.waitFor((request) => request.played === 'reply' || request.number === 1);
  expect(emulator.requests[0]?.status).toBeUndefined();
  whole.open();
  expect((await headers).text).toContain('late');
  const stream = await clientOf(emulator).chat.completions.create({
    model: 'gpt-test',
    stream: true,
    messages: [{ role: 'user', content: 'x' }],
  });
  first.open();
  const seen: string[] = [];
  for await (const chunk of stream) {
    const text = chunk.choices[0]?.delta.content ?? '';
    if (text !== '') seen.push(text);
    if (text === 'a') {
      expect(emulator.requests[1]?.overAt).toBeUndefined();
      second.open();
    }
  }
  expect(seen).toEqual(['a', 'b']);
});

async function streamed(emulator: OpenAiEmulator) {
  const seen: string[] = [];
  try {
    const stream = await clientOf(emulator).chat.completions.create({
      model: 'gpt-test',
      stream: true,
      messages: [{ role: 'user', content: 'x' }],
    });
    for await (const chunk of stream) seen.push(chunk.choices[0]?.delta.content ?? '');
  } catch (error) {
    return { text: seen.join(''), error };
  }
  return { text: seen.join(''), error: undefined };
}

test('streams can be cut, ended early, broken or carry an error, each after the pieces asked for', async () => {
  await using emulator = await startOpenAi();
  const pieces = ['a', 'b', 'c'];
  emulator.next(
    { kind: 'cut', after: 2, pieces },
    { kind: 'close-early', after: 2, pieces },
    { kind: 'malformed', after: 1, pieces },
    { kind: 'error-in-stream', after: 1, message: 'boom' },
    { kind: 'drop' },
  );
  expect(await streamed(emulator)).toMatchObject({ text: 'ab', error: expect.anything() as unknown });
  expect(await streamed(emulator)).toEqual({ text: 'ab', error: undefined });
  expect(await streamed(emulator)).toMatchObject({ text: 'a', error: expect.any(SyntaxError) as unknown });
  expect(await streamed(emulator)).toMatchObject({ error: expect.any(APIError) as unknown });
  expect(await streamed(emulator)).toMatchObject({ text: '', error: expect.anything() as unknown });
  expect(emulator.chats.map((request) => request.aborted)).toEqual([false, false, false, false, false]);
});

test.each(['hang', 'hang-after-headers', 'stall'] as const)(
  'a client that gives up on a call that does %s is recorded as aborted',
  async (kind) => {
    await using emulator = await startOpenAi();
    emulator.next(kind === 'stall' ? { kind, after: 1 } : { kind });
    const abort = new AbortController();
    const answer = fetch(`${emulator.url}/chat/completions`, {
      method: 'POST',
      signal: abort.signal,
      headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
      body: JSON.stringify({ ...base, stream: true }),
    }).then((response) => response.text());
    await emulator.waitFor((request) => request.number === 1);
    abort.abort();
    await expect(answer).rejects.toThrow('aborted');
    expect(await emulator.waitFor((request) => request.aborted)).toMatchObject({ number: 1 });
  },
);

test('closing ends a hanging call at once and fails the waits, so that no test waits for a dead emulator', async () => {
  const emulator = await startOpenAi();
  emulator.next({ kind: 'hang' });
  const answer = post(emulator, base);
  await emulator.waitFor((request) => request.number === 1);
  const wait = emulator.waitFor((request) => request.number === 99);
  const ended = Promise.all([expect(answer).rejects.toThrow('fetch failed'), expect(wait).rejects.toThrow('closed')]);
  await emulator.close();
  await ended;
  await expect(emulator.waitFor(() => false, { timeoutMs: 1 })).rejects.toThrow(
    'No request matched within 1 ms (1 recorded).',
  );
});

test('runs as a process of its own that a bench can drive, and ends when its standard input closes', async () => {
  const child = spawn(process.execPath, ['test/emulators/openai/main.ts', '--delay-first-ms', '20', '--key', 'sk-b'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  const origin = new URL(url).origin;
  await fetch(`${origin}/__control/next`, {
    method: 'POST',
    body: JSON.stringify({ behaviours: [{ kind: 'reply', text: 'told' }] }),
  });
  const client = new OpenAI({ baseURL: url, apiKey: 'sk-b', maxRetries: 0, logLevel: 'off' });
  const ask = async () =>
    (await client.chat.completions.create({ model: 'gpt-test', messages: [{ role: 'user', content: 'x' }] })).choices[0]
      ?.message.content;
  expect([await ask(), await ask()]).toEqual(['told', 'echo: x']);
  const { requests } = (await (await fetch(`${origin}/__control/requests?since=1`)).json()) as { requests: unknown[] };
  expect(requests).toMatchObject([{ number: 2, key: 'sk-b', status: 200 }]);
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
