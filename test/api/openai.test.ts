import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startOpenAi, type OpenAiEmulator } from '../emulators/openai/server.ts';
import { startTestHost, testToken, type TestHost } from '../lib/headless.ts';

interface Bench {
  readonly emulator: OpenAiEmulator;
  readonly test: TestHost;
  readonly client: OpenAI;
}

const shared: { bench: Bench | null } = { bench: null };
const bench = (): Bench => {
  if (shared.bench === null) throw new Error('nothing was started');
  return shared.bench;
};

beforeEach(async () => {
  const emulator = await startOpenAi({ keys: ['sk-lab'], models: ['gpt-test'] });
  const test = await startTestHost({
    provision: {
      providers: [{ id: 'lab', kind: 'openai', baseUrl: emulator.url, apiKey: 'sk-lab' }],
      models: { default: 'lab/gpt-test' },
    },
  });
  const client = new OpenAI({ apiKey: testToken, baseURL: `${test.url}v1`, maxRetries: 0 });
  shared.bench = { emulator, test, client };
});
afterEach(async () => {
  await shared.bench?.test[Symbol.asyncDispose]();
  await shared.bench?.emulator.close();
});

const isChat = (request: { readonly path: string }): boolean => request.path === '/v1/chat/completions';
const hello = { role: 'user', content: 'hello #m-1#' } as const;

describe('/v1 without a user', () => {
  it('answers the official client whole and streamed (a program that cannot read us)', async () => {
    const { client, emulator } = bench();
    const whole = await client.chat.completions.create({ model: 'lab/gpt-test', messages: [hello] });
    expect(whole).toMatchObject({
      object: 'chat.completion',
      model: 'lab/gpt-test',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'echo: hello #m-1#' } }],
    });
    expect(whole.usage?.total_tokens).toBe((whole.usage?.prompt_tokens ?? 0) + (whole.usage?.completion_tokens ?? 0));

    const stream = await client.chat.completions.create({
      model: 'default',
      messages: [hello],
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    const finishes: (string | null)[] = [];
    let usage = 0;
    for await (const chunk of stream) {
      expect(chunk.model).toBe('lab/gpt-test');
      text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.choices[0] !== undefined) finishes.push(chunk.choices[0].finish_reason);
      usage = chunk.usage?.total_tokens ?? usage;
    }
    expect(text).toBe('echo: hello #m-1#');
    expect(finishes.at(-1)).toBe('stop');
    expect(finishes.slice(0, -1).every((finish) => finish === null)).toBe(true);
    expect(usage).toBeGreaterThan(0);
    expect(emulator.chats).toHaveLength(2);
  });

  it('sends the messages as they are, with no word of ours, and every named parameter (a persona in an API call)', async () => {
    const { client, emulator } = bench();
    const tools = [
      { type: 'function' as const, function: { name: 'look', description: 'looks', parameters: { type: 'object' } } },
    ];
    await client.chat.completions.create({
      model: 'lab/gpt-test',
      messages: [
        { role: 'system', content: 'be kind' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'see' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
          ],
        },
      ],
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 17,
      stop: ['END'],
      tools,
      tool_choice: 'auto',
      response_format: { type: 'json_object' },
    });
    const body = emulator.chats[0]?.body as Readonly<Record<string, unknown>>;
    expect(body).toMatchObject({
      model: 'gpt-test',
      temperature: 0.5,
      top_p: 0.9,
      stop: ['END'],
      tools,
      tool_choice: 'auto',
      response_format: { type: 'json_object' },
    });
    expect(body['max_tokens'] ?? body['max_completion_tokens']).toBe(17);
    expect(body['messages']).toMatchObject([
      { role: 'system', content: 'be kind' },
      { role: 'user', content: [{ type: 'text', text: 'see' }, { type: 'image_url' }] },
    ]);
    expect(bench().test.host.store.read.conversations.page(10)).toEqual([]);
  });

  it('tells a model that thinks how much, and one that does not think nothing (a call that fails for a hint)', async () => {
    const { client, emulator } = bench();
    const ask = (reasoning_effort?: 'low' | 'high') =>
      client.chat.completions.create({
        model: 'default',
        messages: [hello],
        ...(reasoning_effort && { reasoning_effort }),
      });
    await ask('high');
    await ask();
    emulator.next({
      kind: 'status',
      status: 400,
      body: {
        error: { message: "Unrecognized request argument supplied: 'reasoning_effort'", param: 'reasoning_effort' },
      },
    });
    expect((await ask('low')).choices[0]?.message.content).toBe('echo: hello #m-1#');
    await ask('low');
    const efforts = emulator.chats.map(({ body }) => (body as { readonly reasoning_effort?: string }).reasoning_effort);
    expect(efforts).toEqual(['high', undefined, 'low', undefined, undefined]);
    const refused = client.chat.completions.create({
      model: 'default',
      messages: [hello],
      // A level that newer services have.
      reasoning_effort: 'xhigh',
    });
    await expect(refused).rejects.toMatchObject({ status: 400, param: 'reasoning_effort' });
  });

  it('gives tool calls back in both forms (an agent that never acts)', async () => {
    const { client, emulator } = bench();
    const call = { id: 'call_1', name: 'look', arguments: '{"at":"sky"}' };
    emulator.next({ kind: 'reply', toolCalls: [call] }, { kind: 'reply', toolCalls: [call] });
    const params = {
      model: 'default',
      messages: [hello],
      tools: [{ type: 'function' as const, function: { name: 'look', parameters: { type: 'object' } } }],
    };
    const whole = await client.chat.completions.create(params);
    const expected = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"sky"}' } };
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: null, tool_calls: [expected] },
    });
    const streamed = await client.chat.completions.stream({ ...params, stream: true }).finalChatCompletion();
    expect(streamed.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { tool_calls: [expected] } });
  });

  it('tells an upstream failure with a status of its own, in the shape of the client (a 200 with an error in it)', async () => {
    const { client, emulator } = bench();
    emulator.script(() => ({ kind: 'status', status: 400 }));
    for (const stream of [false, true]) {
      await expect(
        client.chat.completions.create({ model: 'default', messages: [hello], stream }),
      ).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' });
    }
    emulator.script(() => ({ kind: 'overflow' }));
    await expect(client.chat.completions.create({ model: 'default', messages: [hello] })).rejects.toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
    });
    await expect(client.chat.completions.create({ model: 'gone/model', messages: [hello] })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
    emulator.script(() => ({ kind: 'status', status: 401 }));
    await expect(client.chat.completions.create({ model: 'default', messages: [hello] })).rejects.toMatchObject({
      status: 502,
      code: 'upstream_key_refused',
    });
  });

  it('ends a torn stream with an error, never as if it were whole (half an answer taken for all)', async () => {
    const { client, emulator } = bench();
    emulator.next({ kind: 'cut', pieces: ['half ', 'an ', 'answer '], after: 3 });
    const stream = await client.chat.completions.create({ model: 'default', messages: [hello], stream: true });
    let text = '';
    await expect(
      (async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      })(),
    ).rejects.toThrow();
    expect(text.length).toBeGreaterThan(0);
  });

  it.each([true, false])(
    'aborts the model when the client goes away, stream %s (tokens for nobody)',
    async (stream) => {
      const { client, emulator } = bench();
      emulator.script(() => ({ kind: 'hang' }));
      const controller = new AbortController();
      const asked = client.chat.completions.create(
        { model: 'default', messages: [hello], stream },
        { signal: controller.signal },
      );
      const refused = expect(asked).rejects.toThrow();
      await emulator.waitFor(isChat);
      controller.abort();
      await refused;
      await emulator.waitFor((request) => request.aborted);
    },
  );

  it('lists the models with the default first, and one by its name (an empty picker)', async () => {
    const { client } = bench();
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual(['default', 'practice/practice', 'lab/gpt-test']);
    expect(await client.models.retrieve('lab/gpt-test')).toMatchObject({
      id: 'lab/gpt-test',
      object: 'model',
      owned_by: 'lab',
    });
    await expect(client.models.retrieve('lab/none')).rejects.toMatchObject({ status: 404 });
  });
});

describe('/v1 with a user', () => {
  it('keeps a conversation of its own, so that only the newest message is sent in (a history told twice)', async () => {
    const { client, emulator, test } = bench();
    const first = await client.chat.completions.create({ model: 'default', user: 'ada', messages: [hello] });
    expect(first.choices[0]?.message.content).toBe('echo: hello #m-1#');
    expect(first.usage?.total_tokens).toBeGreaterThan(0);
    await client.chat.completions.create({
      model: 'default',
      user: 'ada',
      messages: [{ role: 'user', content: 'and then?' }],
    });
    await client.chat.completions.create({
      model: 'default',
      user: 'bob',
      messages: [{ role: 'user', content: 'I am Bob' }],
    });
    const sent = emulator.chats.map(({ body }) => JSON.stringify(body));
    expect(sent[1]).toContain('hello #m-1#');
    expect(sent[2]).not.toContain('hello #m-1#');
    const rows = test.host.store.read.conversations.page(10);
    expect(rows.map(({ link, chat }) => `${link}:${chat}`).toSorted()).toEqual(['api:ada', 'api:bob']);
  });

  it('thinks as much as was said last in this conversation, and others as they come', async () => {
    const { client, emulator } = bench();
    const ask = (user: string, reasoning_effort?: 'high') =>
      client.chat.completions.create({
        model: 'default',
        user,
        messages: [hello],
        ...(reasoning_effort && { reasoning_effort }),
      });
    await ask('ada', 'high');
    await ask('ada');
    await ask('bob');
    const efforts = emulator.chats.map(({ body }) => (body as { readonly reasoning_effort?: string }).reasoning_effort);
    expect(efforts).toEqual(['high', 'high', undefined]);
  });

  it('streams it, and the pieces are the answer (a text that is torn or doubled)', async () => {
    const { client } = bench();
    const runner = client.chat.completions.stream({ model: 'default', user: 'ada', messages: [hello] });
    expect((await runner.finalChatCompletion()).choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'echo: hello #m-1#' },
    });
  });

  it('answers a repeated Idempotency-Key with the one answer, also at once, and refuses it for another text', async () => {
    const { client, emulator, test } = bench();
    const params = { model: 'default', user: 'ada', messages: [hello] };
    const again = { headers: { 'Idempotency-Key': 'k-1' } };
    const answers = await Promise.all([1, 2, 3].map(() => client.chat.completions.create(params, again)));
    answers.push(await client.chat.completions.create(params, again));
    expect(new Set(answers.map(({ id, choices }) => id + (choices[0]?.message.content ?? ''))).size).toBe(1);
    expect(emulator.chats).toHaveLength(1);
    await expect(
      client.chat.completions.create({ ...params, messages: [{ role: 'user', content: 'other' }] }, again),
    ).rejects.toMatchObject({ status: 422 });
    await client.chat.completions.create({ ...params, user: 'bob' }, again);
    const conversations = test.host.store.read.conversations.page(10);
    expect(conversations).toHaveLength(2);
  });

  it('gives a client that lost its connection the answer when it asks again with its key (an answer lost for ever)', async () => {
    const { client, emulator } = bench();
    const params = { model: 'default', user: 'ada', messages: [hello] };
    const again = { headers: { 'Idempotency-Key': 'k-2' } };
    const gate = Promise.withResolvers<void>();
    emulator.script(async () => {
      await gate.promise;
      return { kind: 'reply', text: 'late but whole' };
    });
    const controller = new AbortController();
    const lost = expect(
      client.chat.completions.create(params, { ...again, signal: controller.signal }),
    ).rejects.toThrow();
    await emulator.waitFor(isChat);
    controller.abort();
    await lost;
    const asked = client.chat.completions.create(params, again);
    gate.resolve();
    expect((await asked).choices[0]?.message.content).toBe('late but whole');
    expect(emulator.chats).toHaveLength(1);
  });

  it('stops the turn of a client that goes away without a key (a turn for nobody)', async () => {
    const { client, emulator } = bench();
    emulator.script(() => ({ kind: 'hang' }));
    const controller = new AbortController();
    const lost = expect(
      client.chat.completions.create(
        { model: 'default', user: 'ada', messages: [hello] },
        { signal: controller.signal },
      ),
    ).rejects.toThrow();
    await emulator.waitFor(isChat);
    controller.abort();
    await lost;
    await emulator.waitFor((request) => request.aborted);
    emulator.script(() => ({ kind: 'reply', text: 'next' }));
    const next = await client.chat.completions.create({
      model: 'default',
      user: 'ada',
      messages: [{ role: 'user', content: 'again' }],
    });
    expect(next.choices[0]?.message.content).toBe('next');
  });

  it('tells a failed turn with a status (a failure that looks like an answer)', async () => {
    const { client, emulator } = bench();
    emulator.script(() => ({ kind: 'status', status: 400 }));
    await expect(
      client.chat.completions.create({ model: 'default', user: 'ada', messages: [hello] }),
    ).rejects.toMatchObject({ status: 502, code: 'model.invalid-request' });
  });

  it('refuses what cannot become a message (a silent empty turn)', async () => {
    const { client } = bench();
    for (const messages of [[{ role: 'system' as const, content: 'x' }], [{ role: 'user' as const, content: '  ' }]]) {
      await expect(client.chat.completions.create({ model: 'default', user: 'ada', messages })).rejects.toMatchObject({
        status: 400,
      });
    }
    await expect(
      client.chat.completions.create({ model: 'none/x', user: 'ada', messages: [hello] }),
    ).rejects.toMatchObject({ status: 404 });
  });
});
