import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { ChunkReader } from '../../main/models/openai/chunks.ts';
import { createOpenAiProvider } from '../../main/models/openai/index.ts';
import { counter, request } from '../contracts/model-subjects.ts';
import { gate } from '../emulators/lib/gate.ts';
import { startOpenAi } from '../emulators/openai/server.ts';
import { ManualClock } from '../lib/manual-clock.ts';

const { signal } = new AbortController();

function providerAt(baseUrl: string, more: { readonly clock?: ManualClock; readonly key?: string | null } = {}) {
  const { clock = new ManualClock(), key = 'sk-test' } = more;
  const seed = { id: 'there', name: 'there', kind: 'openai', baseUrl, key, compatibility: {} } as const;
  return createOpenAiProvider({ clock, fetch, ids: counter() }, seed);
}

async function listen<S extends Server>(server: S): Promise<S & AsyncDisposable & { readonly port: number }> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return Object.assign(server, { port, [Symbol.asyncDispose]: close });
}

/** A server with one answer, for shapes the emulator does not have. */
function answering(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer((asked, response) => {
    asked.resume().once('end', () => answer(asked, response.setHeader('connection', 'close')));
  });
  return listen(server);
}

describe('the openai adapter', () => {
  it('sends its key and no more about itself, whatever the environment says, or secrets of others would travel', async () => {
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:1/elsewhere');
    vi.stubEnv('OPENAI_API_KEY', 'sk-of-somebody-else');
    vi.stubEnv('OPENAI_ORG_ID', 'org-private');
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-private: yes');
    await using emulator = await startOpenAi({ keys: [] });
    await providerAt(emulator.url).stream(request('gpt-test', 'hello'), signal).result();
    await providerAt(emulator.url, { key: null }).stream(request('gpt-test', 'hello'), signal).result();
    const [keyed, keyless] = emulator.chats.map(({ headers }) => headers);
    expect(keyed).toMatchObject({ authorization: 'Bearer sk-test', 'user-agent': 'Porchlight' });
    expect(keyless).not.toHaveProperty('authorization');
    const names = Object.keys(keyed ?? {});
    expect(names.filter((name) => /stainless|openai|private/.test(name))).toEqual([]);
  });

  it('keeps its connection, or each call to a distant server would begin with a handshake', async () => {
    let connections = 0;
    const chunk = { choices: [{ index: 0, delta: { content: 'word' }, finish_reason: 'stop' }] };
    const server = createServer((asked, response) => {
      asked.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      // The end of the body comes in a packet of its own, after the library has stopped reading.
      response.write(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, () => setImmediate(() => response.end()));
    }).on('connection', () => (connections += 1));
    await using listening = await listen(server);
    const clock = new ManualClock();
    const provider = providerAt(`http://127.0.0.1:${String(listening.port)}/v1`, { clock });
    for (let call = 0; call < 5; call++) {
      expect(await provider.stream(request('gpt-test', 'hello'), signal).result()).toMatchObject({ text: 'word' });
      await expect.poll(() => clock.pending, { interval: 1 }).toBe(0);
    }
    expect(connections).toBe(1);
    server.closeAllConnections();
  });

  it('gives up a connection that is not made in time, and says so, or a dead host would take a minute', async () => {
    // A server that accepts and never speaks: the TLS handshake hangs.
    await using mute = await listen(createTcpServer());
    const connected = new Promise<Socket>((resolve) => void mute.once('connection', resolve));
    const clock = new ManualClock();
    const provider = providerAt(`https://127.0.0.1:${String(mute.port)}/v1`, { clock });
    const result = provider.stream(request('gpt-test', 'hello'), signal).result();
    const socket = await connected;
    await clock.elapse(9_900);
    expect(clock.pending).toBe(1);
    await clock.elapse(200);
    expect(await result).toMatchObject({
      end: { failure: { class: 'timeout', detail: 'time-out: connect' }, usage: null },
    });
    expect(clock.pending).toBe(0);
    socket.destroy();
  });

  it('says that a certificate or the protocol is wrong, not that the network is down', async () => {
    await using emulator = await startOpenAi();
    const reply = await providerAt(emulator.url.replace('http:', 'https:')).check('gpt-test', signal);
    expect(reply).toMatchObject({ failure: { class: 'network', reason: { code: 'model.tls' } } });
  });

  it('does not follow a redirect with the key in its hand', async () => {
    await using emulator = await startOpenAi();
    await using server = await answering((_asked, response) => {
      response.writeHead(307, { location: `${emulator.url}/chat/completions` }).end();
    });
    const reply = await providerAt(`http://127.0.0.1:${String(server.port)}/v1`).check('gpt-test', signal);
    expect(reply).toMatchObject({ failure: { reason: { code: 'model.wrong-path' } } });
    expect(emulator.requests).toEqual([]);
  });

  it('understands a server that does not stream, or its answers would count as empty', async () => {
    await using server = await answering((_asked, response) => {
      const choices = [{ index: 0, message: { role: 'assistant', content: 'all at\nonce' }, finish_reason: 'stop' }];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ choices, usage: { prompt_tokens: 2, completion_tokens: 3 } }, null, 2));
    });
    const provider = providerAt(`http://127.0.0.1:${String(server.port)}/v1`);
    expect(await provider.stream(request('gpt-test', 'hello'), signal).result()).toMatchObject({
      text: 'all at\nonce',
      end: { stop: 'stop', usage: { inputTokens: 2, outputTokens: 3, estimated: false } },
    });
  });

  it('takes an error object with status 200 for what it says (LM Studio, a full window)', async () => {
    await using server = await answering((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        `event: error\ndata: ${JSON.stringify({ error: { message: 'Context size has been exceeded.' } })}\n\n`,
      );
    });
    const reply = await providerAt(`http://127.0.0.1:${String(server.port)}/v1`).check('gpt-test', signal);
    expect(reply).toMatchObject({ failure: { class: 'context-overflow' } });
  });

  it('accepts a stream that breaks after its last word, or a whole answer would be thrown away', async () => {
    await using server = await answering((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const chunk = { choices: [{ index: 0, delta: { content: 'whole' }, finish_reason: 'stop' }] };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`, () => setImmediate(() => response.destroy()));
    });
    const provider = providerAt(`http://127.0.0.1:${String(server.port)}/v1`);
    expect(await provider.stream(request('gpt-test', 'hello'), signal).result()).toMatchObject({
      text: 'whole',
      end: { stop: 'stop', usage: { estimated: true } },
    });
  });

  it('tells thoughts from words in each form that servers have, or one would be taken for the other or be lost', async () => {
    const deltas = [
      { reasoning_content: 'a ' },
      { reasoning: 'b ' },
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'c' }] }] },
      { content: [{ type: 'text', text: 'said' }] },
      { content: ' aloud' },
    ];
    await using server = await answering((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const delta of deltas) response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`);
      const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
      response.end(`data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`);
    });
    const told = { reasoning: '', text: '' };
    const provider = providerAt(`http://127.0.0.1:${String(server.port)}/v1`);
    for await (const event of provider.stream(request('gpt-test', 'hello'), signal)) {
      if (event.kind === 'reasoning' || event.kind === 'text') told[event.kind] += event.text;
    }
    expect(told).toEqual({ reasoning: 'a b c', text: 'said aloud' });
  });

  it.each([
    ['one index for all', { index: 0, id: 'c1' }, { index: 0, id: 'c2' }],
    ['one index and no ids', { index: 0 }, { index: 0, id: '' }],
    ['no index and no ids', {}, {}],
  ])('keeps calls of tools apart that come with %s, or both would be lost', async (_name, first, second) => {
    const deltas = [
      { ...first, function: { name: 'look', arguments: '{"at":' } },
      { ...first, id: undefined, function: { arguments: '1}' } },
      { ...second, function: { name: 'look', arguments: '{"at":2}' } },
    ];
    await using server = await answering((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const chunks = [
        ...deltas.map((call) => ({ delta: { tool_calls: [call] } })),
        { delta: {}, finish_reason: 'tool_calls' },
      ];
      for (const chunk of chunks) response.write(`data: ${JSON.stringify({ choices: [{ index: 0, ...chunk }] })}\n\n`);
      response.end('data: [DONE]\n\n');
    });
    const provider = providerAt(`http://127.0.0.1:${String(server.port)}/v1`);
    const reply = await provider.stream(request('gpt-test', 'hello'), signal).result();
    expect(reply.toolCalls.map(({ name, arguments: written }) => `${name} ${written}`)).toEqual([
      'look {"at":1}',
      'look {"at":2}',
    ]);
    expect(new Set(reply.toolCalls.map(({ id }) => id)).size).toBe(2);
  });

  it('takes one call whose id changes with each fragment for one (vLLM)', async () => {
    const reader = new ChunkReader(counter());
    const call = (id: string, named: object) => ({
      choices: [{ delta: { tool_calls: [{ index: 0, id, function: named }] } }],
    });
    reader.read(call('a', { name: 'look', arguments: '' }));
    reader.read(call('b', { arguments: '{"at":' }));
    reader.read(call('c', { arguments: '1}' }));
    expect(reader.toolCalls()).toEqual([{ id: 'a', name: 'look', arguments: '{"at":1}' }]);
  });

  it('takes a count of tokens that no model can have for none, or sums with it could not be read any more', async () => {
    await using emulator = await startOpenAi();
    emulator.next({
      kind: 'reply',
      text: 'well',
      usage: { promptTokens: Number.MAX_SAFE_INTEGER, completionTokens: 1 },
    });
    const reply = await providerAt(emulator.url).stream(request('gpt-test', 'hello'), signal).result();
    expect(reply).toMatchObject({ text: 'well', end: { stop: 'stop', usage: { estimated: true } } });
  });

  it.each([
    [
      'thoughts beside the words (xAI)',
      { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135 },
      [32, 103, false],
    ],
    [
      'thoughts among them (OpenAI)',
      { prompt_tokens: 32, completion_tokens: 103, total_tokens: 135 },
      [32, 103, false],
    ],
    ['no total', { prompt_tokens: 32, completion_tokens: 9 }, [32, 9, false]],
    ['nothing but zeros', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, [12, 1, true]],
  ])(
    'counts what is charged where the server tells %s, or a cap would let several times as much pass',
    async (...row) => {
      const [, usage, expected] = row;
      await using server = await answering((_asked, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ choices: [{ message: { content: 'well' }, finish_reason: 'stop' }], usage }));
      });
      const provider = providerAt(`http://127.0.0.1:${String(server.port)}/v1`);
      const { end } = await provider.stream(request('gpt-test', 'x'), signal).result();
      expect([end.usage?.inputTokens, end.usage?.outputTokens, end.usage?.estimated]).toEqual(expected);
    },
  );

  it('charges a sound for no longer than a day, whatever its server says that it heard', async () => {
    await using emulator = await startOpenAi();
    emulator.hear = () => ({ kind: 'heard', text: 'well', seconds: 1e15 });
    const timeouts = { connect: 10_000, firstToken: 60_000, betweenTokens: 60_000 };
    const sound = {
      model: 'gpt-test',
      bytes: new Uint8Array(3_000),
      name: '',
      type: 'audio/ogg',
      seconds: 7,
      timeouts,
    };
    const heard = await providerAt(emulator.url).transcribe?.(sound, signal);
    expect(heard).toMatchObject({ text: 'well', usage: { sound: { seconds: 7 } } });
  });

  it('does not cut a long answer after pictures were refused, by the limit of the first call', async () => {
    await using emulator = await startOpenAi();
    const [second, third] = [gate(), gate()];
    const message = 'Model does not support images.';
    emulator.next({ kind: 'status', status: 400, body: { error: { message } } });
    const pieces = ['one ', 'two ', 'three'];
    emulator.next({ kind: 'reply', pieces, gate: [undefined, second.promise, third.promise] });
    const clock = new ManualClock();
    const image = { kind: 'image', url: 'data:image/png;base64,AA==' } as const;
    const messages = [{ role: 'user', content: [image] }] as const;
    const asked = request('gpt-test', '', { messages, insteadOfPictures: '[left out]' });
    const texts: string[] = [];
    for await (const event of providerAt(emulator.url, { clock }).stream(asked, signal)) {
      if (event.kind === 'end') texts.push('failure' in event.end ? event.end.failure.detail : event.end.stop);
      if (event.kind !== 'text') continue;
      texts.push(event.text);
      await clock.elapse(40_000);
      (texts.length === 1 ? second : third).open();
    }
    expect(texts).toEqual([...pieces, 'stop']);
    expect(clock.pending).toBe(0);
  });

  it('calls a filtered reply filtered, and a test whose model only thought a good one', async () => {
    await using emulator = await startOpenAi();
    const provider = providerAt(emulator.url);
    emulator.next({ kind: 'reply', text: 'I ca', finish: 'content_filter' });
    expect(await provider.stream(request('gpt-test', 'hello'), signal).result()).toMatchObject({
      end: { failure: { class: 'content-filter' } },
    });
    emulator.next({ kind: 'reply', text: '', reasoning: ['Well, '], finish: 'length' });
    expect(await provider.check('gpt-test', signal)).toMatchObject({ ok: true, value: { said: '' } });
  });

  it('reads the window where servers write it, and the owner’s own number first', async () => {
    const data = [
      { id: 'vllm', max_model_len: 4096 },
      { id: 'router', context_length: 128_000, architecture: { input_modalities: ['text', 'image'] } },
      { id: 'groq', context_window: 8192 },
      { id: 'llama', meta: { n_ctx_train: 131_072, n_ctx: 16_384 } },
      { id: 'plain' },
    ];
    let asked = 0;
    await using server = await answering((_asked, response) => {
      asked += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data }));
    });
    const baseUrl = `http://127.0.0.1:${String(server.port)}/v1`;
    const provider = providerAt(baseUrl);
    const windows = await Promise.all(data.map(({ id }) => provider.contextTokens(id, signal)));
    expect(windows).toEqual([4096, 128_000, 8192, 16_384, null]);
    expect(asked).toBe(1);
    const seed = {
      id: 'there',
      name: 'there',
      kind: 'openai',
      baseUrl,
      key: null,
      compatibility: { contextTokens: 999 },
    } as const;
    const entered = createOpenAiProvider({ clock: new ManualClock(), fetch, ids: counter() }, seed);
    expect(await entered.contextTokens('plain', signal)).toBe(999);
    expect(asked).toBe(1);
    expect(await provider.list(signal)).toMatchObject({ value: [{ sees: null }, { sees: true }, {}, {}, {}] });
  });

  it('says that the path is wrong when something answers there that has no such API', async () => {
    await using emulator = await startOpenAi();
    const reply = await providerAt(`${emulator.url}/v2`).check('gpt-test', signal);
    expect(reply).toMatchObject({ failure: { reason: { code: 'model.wrong-path' } } });
  });
});
