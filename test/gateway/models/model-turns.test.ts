import { describe, expect, it } from 'vitest';
import type { Play } from '../scripted.ts';
import { deaf, fails, failure, hangs, says, scriptedProvider } from '../scripted.ts';
import type { GatewayPorts } from '../../../main/gateway/gateway.ts';
import { gate } from '../../emulators/lib/gate.ts';
import { startOllama } from '../../emulators/ollama/server.ts';
import { soon, startGateway, type TestGateway } from '../../lib/gateway.ts';

/** The provider `lab` plays a script in place of a server. */
const playing =
  (...script: readonly Play[]) =>
  (ports: GatewayPorts): GatewayPorts => ({ ...ports, createProvider: async () => scriptedProvider(...script) });

const outcomes = (test: TestGateway): readonly string[] => {
  const { calls, estimated } = test.read.usage.totals(0, Number.MAX_SAFE_INTEGER);
  return [`${String(calls)} calls`, `${String(estimated)} estimated`];
};

describe('a turn whose model takes too long', () => {
  it('is cut at its deadline with a sentence, and the next message works', async () => {
    const settings = { 'turns.deadlineSeconds': 120 };
    await using test = await startGateway({ telegram: false, settings, wrap: playing(hangs, says('well')) });
    await test.submit('one');
    await test.until(() => test.gateway.turns.status(test.conversation('thread').id)?.model, 'lab/gpt-test');
    await test.clock.elapse(119_999);
    expect(test.turn('one', 'thread').state).toBe('running');
    await test.clock.elapse(1);
    await test.becomes('one', 'answered', 'thread');
    const reason = { code: 'turn.deadline', params: { minutes: 2 } } as const;
    expect(test.turn('one', 'thread')).toMatchObject({ state: 'failed', reason });
    expect(test.messages('thread').at(-1)?.text).toBe(test.ports.sentences.reason(reason, null));
    await test.submit('two');
    await test.becomes('two', 'answered', 'thread');
    expect(test.messages('thread').at(-1)?.text).toBe('well');
  });

  it('gives its lane back five seconds later though the model does not obey, and what comes then is void', async () => {
    const settings = { 'turns.deadlineSeconds': 60 };
    await using test = await startGateway({ telegram: false, settings, wrap: playing(deaf('half an '), says('well')) });
    await test.submit('one');
    await test.until(() => test.gateway.turns.status(test.conversation('thread').id)?.text, 'half an ');
    await test.clock.elapse(60_000);
    await test.clock.elapse(4_999);
    expect(test.turn('one', 'thread').state).toBe('running');
    await test.clock.elapse(1);
    await test.becomes('one', 'answered', 'thread');
    expect(test.messages('thread').at(-1)).toMatchObject({ text: 'half an ', reason: { code: 'turn.deadline' } });
    await test.submit('two');
    await test.becomes('two', 'answered', 'thread');
  });

  it('gives its lane back after a stop that the model does not obey', async () => {
    await using test = await startGateway({ telegram: false, wrap: playing(deaf(), says('well')) });
    await test.submit('one');
    await test.until(() => test.gateway.turns.status(test.conversation('thread').id)?.model, 'lab/gpt-test');
    await test.gateway.turns.stop(test.conversation('thread').id);
    await test.submit('two');
    await test.drive(test.becomes('two', 'answered', 'thread'));
    expect(test.turn('one', 'thread').state).toBe('stopped');
  });

  it('does not hold up the end of the program', async () => {
    await using test = await startGateway({ telegram: false, wrap: playing(deaf(), says('well')) });
    await test.submit('one');
    await test.until(() => test.gateway.turns.status(test.conversation('thread').id)?.model, 'lab/gpt-test');
    const from = test.clock.monotonic();
    await test.stop(10_000);
    expect(test.clock.monotonic() - from).toBeLessThanOrEqual(10_000);
  });

  it('says after twenty seconds what is waited for, over all tries together, and no longer once it speaks', async () => {
    const slow: Play = async function* (signal) {
      yield* hangs(signal);
    };
    await using test = await startGateway({
      telegram: false,
      wrap: playing(fails(failure('rate-limit', 15_000)), slow),
    });
    await test.submit('one');
    const conversation = test.conversation('thread').id;
    const waiting = (): string | null | undefined => test.gateway.turns.status(conversation)?.waitingFor?.code;
    await test.until(() => test.gateway.turns.status(conversation)?.attempt, 1);
    await test.clock.elapse(19_999);
    expect(test.gateway.turns.status(conversation)?.attempt).toBe(2);
    expect(waiting()).toBeUndefined();
    await test.clock.elapse(1);
    expect(waiting()).toBe('model.waiting-first-token');
    await test.gateway.turns.stop(conversation);
    await test.idle();
  });
});

describe('usage', () => {
  it('counts every call that reached a server, the failed and the repeated ones too', async () => {
    await using test = await startGateway();
    test.openai.next(
      { kind: 'status', status: 500 },
      { kind: 'cut', after: 1, pieces: ['half', 'whole'] },
      { kind: 'reply', text: 'well', usage: { promptTokens: 100, completionTokens: 7 } },
    );
    test.say('hello');
    await test.drive(test.replies(1));
    await test.idle();
    expect(outcomes(test)).toEqual(['3 calls', '1 estimated']);
    const { inputTokens, outputTokens, unpriced } = test.read.usage.totals(0, Number.MAX_SAFE_INTEGER);
    expect(inputTokens).toBeGreaterThan(100);
    expect(outputTokens).toBeGreaterThanOrEqual(7);
    expect(unpriced).toBe(0);
  });

  it('of a call that was stopped is counted as well', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'stall', after: 1, pieces: ['half', 'whole'] });
    test.say('hello');
    await test.until(() => test.gateway.turns.status(test.conversation().id)?.text, 'half');
    test.say('/stop');
    await test.replies(1);
    await test.idle();
    expect(outcomes(test)).toEqual(['1 calls', '1 estimated']);
  });

  it('of stateless calls is counted on the link of programs', async () => {
    await using test = await startGateway({ telegram: false });
    const request = {
      messages: [{ role: 'user', content: [{ kind: 'text', text: 'hi' }] }],
      maxOutputTokens: 5,
    } as const;
    const { stream, model } = test.gateway.models.stateless(null, request, new AbortController().signal);
    const reply = await stream.result();
    expect(reply).toMatchObject({ text: 'echo: hi', end: { stop: 'stop' } });
    expect(await model).toBe('lab/gpt-test');
    await test.until(() => outcomes(test), ['1 calls', '0 estimated']);
    expect(test.read.conversations.page(10)).toEqual([]);
  });
});

describe('models of a gateway', () => {
  it('with a refused key answer at once and without a call, in words that name the provider, until it is changed', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'status', status: 401 });
    test.say('one');
    await test.replies(1);
    test.say('two');
    await test.replies(2);
    expect(test.openai.chats).toHaveLength(1);
    expect(test.sent()[1]).toContain('lab');
    const key = 'sk-test';
    await test.gateway.models.saveProvider({
      id: 'lab',
      kind: 'openai',
      name: null,
      baseUrl: test.openai.url,
      key,
      fixedByFile: false,
    });
    test.say('three');
    expect((await test.replies(3)).at(-1)).toBe('echo: three');
  });

  it('keep the new key when the call that is under way with the old one is refused', async () => {
    await using test = await startGateway({ telegram: false, openai: { keys: [] } });
    const held = gate();
    test.openai.script(async ({ headers }) => {
      if (headers.authorization === 'Bearer sk-new') return { kind: 'reply', text: 'well' };
      await held.promise;
      return { kind: 'status', status: 401 };
    });
    await test.submit('one');
    await test.asked(1);
    const lab = { id: 'lab', kind: 'openai', name: null, baseUrl: test.openai.url, fixedByFile: false } as const;
    await test.gateway.models.saveProvider({ ...lab, key: 'sk-new' });
    held.open();
    await test.becomes('one', 'answered', 'thread');
    expect(test.gateway.models.providers().find(({ id }) => id === 'lab')).toMatchObject({ keyRefused: false });
    await test.submit('two');
    await test.becomes('two', 'answered', 'thread');
    expect(test.messages('thread').at(-1)?.text).toBe('well');
  });

  it('rest for 15 s after one short trouble, however many turns met it at once', async () => {
    await using test = await startGateway({ telegram: false });
    test.openai.script(() => ({ kind: 'status', status: 503 }));
    const chats = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(chats.map((chat) => test.submit('hello', chat)));
    await test.drive(Promise.all(chats.map((chat) => test.becomes('hello', 'answered', chat))));
    const left = (test.gateway.models.cooldownUntil('lab/gpt-test') ?? Infinity) - test.clock.now();
    expect(left).toBeLessThanOrEqual(15_000);
  });

  it('of Ollama take a larger window as soon as the owner allows it, not only after the next start', async () => {
    await using test = await startGateway({ telegram: false });
    await using ollama = await startOllama({ models: [{ name: 'large:70b', contextLength: 131_072 }] });
    const home = { id: 'home', kind: 'ollama', name: null, baseUrl: ollama.url, key: undefined } as const;
    await test.gateway.models.saveProvider({ ...home, fixedByFile: false });
    test.gateway.models.choose({ default: 'home/large:70b' });
    for (const [text, window] of [
      ['one', 32_768],
      ['two', 65_536],
    ] as const) {
      test.ports.settings.set('ollama.maxContextTokens', window);
      await test.submit(text);
      await test.becomes(text, 'answered', 'thread');
      expect(ollama.chats.at(-1)?.body).toMatchObject({ options: { num_ctx: window } });
    }
  });

  it('are forgiven a refused key by a good test', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'status', status: 401 });
    test.say('one');
    await test.replies(1);
    const health = await test.gateway.models.check('lab/gpt-test', new AbortController().signal);
    expect(health.ok).toBe(true);
    test.say('two');
    expect((await test.replies(2)).at(-1)).toBe('echo: two');
  });

  it('see a message that is too long for all of them as a sentence with numbers, and no call is made', async () => {
    await using test = await startGateway({ telegram: false });
    await test.submit('word '.repeat(20_000));
    await test.drive(test.until(() => test.messages('thread').at(-1)?.reason?.code, 'model.message-too-long'));
    expect(test.openai.chats).toEqual([]);
  });
});

describe('an answer that a program waits for', () => {
  const never = new AbortController().signal;

  it('comes piece by piece and then whole', async () => {
    await using test = await startGateway({ telegram: false });
    test.openai.next({ kind: 'reply', pieces: ['One, ', 'two'] });
    const message = await test.ask('count');
    const pieces: string[] = [];
    const answer = await test.gateway.turns.answer(message.id, (_, text) => void pieces.push(text), never);
    expect(answer).toEqual({ kind: 'answered', text: 'One, two', model: 'lab/gpt-test' });
    expect(pieces.join('')).toBe('One, two');
    expect(await test.gateway.turns.answer(message.id, () => undefined, never)).toEqual(answer);
  });

  it('says why there is none', async () => {
    await using test = await startGateway({ telegram: false });
    test.openai.next({ kind: 'status', status: 401 });
    const message = await test.ask('hello');
    const answer = await test.gateway.turns.answer(message.id, () => undefined, never);
    expect(answer).toMatchObject({ kind: 'failed', reason: { code: 'model.key-refused' } });
  });

  it('is given up when its message is set aside', async () => {
    await using test = await startGateway({ telegram: false });
    test.openai.next({ kind: 'hang' });
    await test.ask('one');
    await test.asked(1);
    const waiting = await test.ask('two');
    const answer = test.gateway.turns.answer(waiting.id, () => undefined, never);
    await test.gateway.turns.stop(test.conversation('someone', 'api').id);
    expect(await answer).toEqual({ kind: 'set-aside', reason: { code: 'access.cleared' } });
    await test.idle();
  });

  it('is not waited for any longer by somebody who has hung up', async () => {
    await using test = await startGateway({ telegram: false });
    test.openai.next({ kind: 'hang' });
    const message = await test.ask('hello');
    await test.asked(1);
    const gone = new AbortController();
    const answer = test.gateway.turns.answer(message.id, () => undefined, gone.signal);
    gone.abort();
    expect(await answer).toMatchObject({ kind: 'set-aside' });
    await test.gateway.turns.stop(test.conversation('someone', 'api').id);
    await test.openai.waitFor(({ aborted }) => aborted, soon);
    await test.idle();
  });

  it('is the same for a message that is sent again with the same key', async () => {
    await using test = await startGateway({ telegram: false });
    const first = await test.ask('hello', 'someone', 'same');
    const answer = await test.gateway.turns.answer(first.id, () => undefined, never);
    const second = await test.ask('hello', 'someone', 'same');
    expect(await test.gateway.turns.answer(second.id, () => undefined, never)).toEqual(answer);
    expect(test.openai.chats).toHaveLength(1);
  });

  it('knows no commands: the words of programs are for the model', async () => {
    await using test = await startGateway({ telegram: false });
    const message = await test.ask('/new');
    const answer = await test.gateway.turns.answer(message.id, () => undefined, never);
    expect(answer).toMatchObject({ kind: 'answered', text: 'echo: /new' });
  });
});
