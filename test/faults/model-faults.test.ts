/*
 * Every way a model can fail, seen from the person's end: the host is a real process, the servers answer over real HTTP.
 * The sentences are written out, so that one that changes is noticed and read again as a person would read it.
 */
import { describe, it, type ExpectStatic } from 'vitest';
import type { ReasonCode } from '../../preload/contract/reasons.ts';
import { reasonText } from '../../renderer/i18n.ts';
import type { CommonBehaviour } from '../emulators/lib/script.ts';
import { guest, startWorld, type World, type WorldOptions } from './world.ts';

/** Chat requests that reached each server. */
type Requests = readonly [lab: number, spare: number, ollama: number];

interface Row extends WorldOptions {
  readonly what: string;
  /** What the model's servers do; afterwards they are well. */
  readonly faults: (world: World) => void;
  /** What the chat is told, word for word. */
  readonly says: string;
  /** The text in the window where it is another one than in the chat. */
  readonly shows?: string;
  /** Why there is no answer; null where there is one. */
  readonly reason: ReasonCode | null;
  readonly requests: Requests;
  /** The answer to the next message in this chat. */
  readonly next?: string;
  readonly nextRequests?: Requests;
}

const fails = (status: number, message: string, more: Readonly<Record<string, string>> = {}): CommonBehaviour => {
  const { code = null, ...headers } = more;
  return { kind: 'status', status, body: { error: { message, type: 'error', param: null, code } }, headers };
};
const times = <Value>(count: number, value: Value): readonly Value[] => Array.from({ length: count }, () => value);
const broken = fails(500, 'The server had an error while processing your request.');
const limited = fails(429, 'Rate limit reached for requests.');
const local = { standard: 'ollama/qwen3:8b' };

const overloaded = 'Lab is overloaded or has a fault of its own. Your message is kept; try again in a moment.';
const rateLimit = 'Lab is receiving too many requests from this account. Your message is kept; try again in a moment.';
const timeout = 'gpt-test did not answer in time. Your message is kept; you can try again.';
const cut = 'The connection to Lab broke off in the middle of the reply. Your message is kept; you can try again.';
const malformed = 'Lab sent a reply that cannot be understood. Your message is kept; you can try again.';
const overflow =
  'The conversation is longer than gpt-test can read. It is kept; start afresh with /new, or choose a model with a larger context.';
const filtered =
  "The model's server held the reply back because of its content rules. Your message is kept; put it another way.";
const empty = 'gpt-test answered with nothing. Your message is kept; you can try again.';
const missing = 'Lab does not have the model gpt-test. Your message is kept; choose another one under Models.';
const wrongPath =
  'There is a server at the address of Lab, but it offers no models there. Your message is kept; check the address under Models: it often ends in /v1.';
const network =
  'Lab cannot be reached. Your message is kept; check the address under Models and that the server is running.';
const quota =
  'The account at Lab has no credit or quota left. Your message is kept; check the account, or choose another model.';
const keyRefused = 'The key for Lab was refused. Your message is kept; enter a working key under Models.';
const bySpare = 'Answered by spare/spare-test, because lab/gpt-test did not answer.';

/** Faults of one provider without a fallback: the sentence, and how often it was asked. */
const alone: readonly Row[] = [
  {
    what: '404, the model is not there',
    faults: ({ lab }) => lab.next({ kind: 'status', status: 404 }),
    says: missing,
    reason: 'model.missing',
    requests: [1, 0, 0],
  },
  {
    what: '404, the path is not there',
    faults: ({ lab }) => lab.next(fails(404, 'Invalid URL (POST /chat/completions)')),
    says: wrongPath,
    reason: 'model.wrong-path',
    requests: [1, 0, 0],
  },
  {
    what: 'a web page where the API should be',
    faults: ({ lab }) => lab.next({ kind: 'html', status: 200 }),
    says: wrongPath,
    reason: 'model.wrong-path',
    requests: [1, 0, 0],
  },
  {
    what: '400',
    faults: ({ lab }) => lab.next(fails(400, 'Something is wrong.')),
    says: "The model's server did not accept the request (gpt-test). Your message is kept; you can try again.",
    reason: 'model.invalid-request',
    requests: [1, 0, 0],
  },
  {
    what: '429 with retry_after, then well',
    faults: ({ lab }) => lab.next(fails(429, 'Rate limit reached.', { 'retry-after': '1' })),
    says: 'echo: hello',
    reason: null,
    requests: [2, 0, 0],
  },
  {
    what: '429 with a short retry_after, for ever',
    faults: ({ lab }) => lab.next(...times(3, fails(429, 'Rate limit reached.', { 'retry-after-ms': '200' }))),
    says: rateLimit,
    reason: 'model.rate-limit',
    requests: [3, 0, 0],
  },
  {
    what: '429 with a retry_after that nobody waits for',
    faults: ({ lab }) => lab.next(fails(429, 'Rate limit reached.', { 'retry-after': '600' })),
    says: rateLimit,
    reason: 'model.rate-limit',
    requests: [1, 0, 0],
  },
  {
    what: '429 without retry_after, for ever',
    faults: ({ lab }) => lab.next(...times(3, limited)),
    says: rateLimit,
    reason: 'model.rate-limit',
    requests: [3, 0, 0],
  },
  {
    what: 'the quota is used up',
    faults: ({ lab }) => lab.next({ kind: 'quota' }),
    says: quota,
    reason: 'model.quota',
    requests: [1, 0, 0],
  },
  {
    what: '500 twice, then well',
    faults: ({ lab }) => lab.next(broken, broken),
    says: 'echo: hello',
    reason: null,
    requests: [3, 0, 0],
  },
  {
    what: '500 for ever',
    faults: ({ lab }) => lab.next(...times(3, broken)),
    says: overloaded,
    reason: 'model.overloaded',
    requests: [3, 0, 0],
  },
  {
    what: 'the page of a proxy, 502',
    faults: ({ lab }) => lab.next(...times(3, { kind: 'html', status: 502 } as const)),
    says: overloaded,
    reason: 'model.overloaded',
    requests: [3, 0, 0],
  },
  {
    what: 'silence before the headers',
    faults: ({ lab }) => lab.next({ kind: 'hang' }),
    says: timeout,
    reason: 'model.timeout',
    requests: [1, 0, 0],
  },
  {
    what: 'silence before the first token',
    faults: ({ lab }) => lab.next({ kind: 'hang-after-headers' }),
    says: timeout,
    reason: 'model.timeout',
    requests: [1, 0, 0],
  },
  {
    what: 'silence in mid-stream',
    faults: ({ lab }) => lab.next({ kind: 'stall', after: 2, pieces: ['One, ', 'two, ', 'three.'] }),
    says: `One, two,\n\n(interrupted) ${timeout}`,
    shows: 'One, two, ',
    reason: 'model.timeout',
    requests: [1, 0, 0],
  },
  {
    what: 'a stream that breaks off once',
    faults: ({ lab }) => lab.next({ kind: 'cut', after: 2 }),
    says: 'echo: hello',
    reason: null,
    requests: [2, 0, 0],
  },
  {
    what: 'a stream that breaks off for ever',
    faults: ({ lab }) => lab.next(...times(3, { kind: 'cut', after: 2, pieces: ['One, ', 'two, '] } as const)),
    says: `One, two,\n\n(interrupted) ${cut}`,
    shows: 'One, two, ',
    reason: 'model.cut',
    requests: [3, 0, 0],
  },
  {
    what: 'a stream that breaks off inside a code block',
    faults: ({ lab }) => lab.next(...times(3, { kind: 'cut', after: 1, pieces: ['```js\nlet a;\n'] } as const)),
    says: `let a;\n\n(interrupted) ${cut}`,
    shows: '```js\nlet a;\n',
    reason: 'model.cut',
    requests: [3, 0, 0],
  },
  {
    what: 'a stream that ends without its end',
    faults: ({ lab }) => lab.next(...times(3, { kind: 'close-early', after: 0 } as const)),
    says: cut,
    reason: 'model.cut',
    requests: [3, 0, 0],
  },
  {
    what: 'a malformed stream',
    faults: ({ lab }) => lab.next(...times(3, { kind: 'malformed', after: 0 } as const)),
    says: malformed,
    reason: 'model.malformed',
    requests: [3, 0, 0],
  },
  {
    what: 'an error in mid-stream',
    faults: ({ lab }) =>
      lab.next(...times(3, { kind: 'error-in-stream', after: 0, message: 'The server crashed.' } as const)),
    says: overloaded,
    reason: 'model.overloaded',
    requests: [3, 0, 0],
  },
  {
    // Asked once more with less: without the descriptions of tools there is still something to leave out.
    what: 'the context is exceeded, twice',
    faults: ({ lab }) => lab.next({ kind: 'overflow' }, { kind: 'overflow' }),
    says: overflow,
    reason: 'model.context-overflow',
    requests: [2, 0, 0],
  },
  {
    what: 'the content filter, in the answer',
    faults: ({ lab }) => lab.next({ kind: 'reply', text: '', finish: 'content_filter' }),
    says: filtered,
    reason: 'model.content-filter',
    requests: [1, 0, 0],
  },
  {
    what: 'the content filter, as a refusal',
    faults: ({ lab }) => lab.next(fails(400, 'The response was filtered.', { code: 'content_filter' })),
    says: filtered,
    reason: 'model.content-filter',
    requests: [1, 0, 0],
  },
  {
    what: 'an empty reply',
    faults: ({ lab }) => lab.next(...times(3, { kind: 'reply', text: '' } as const)),
    says: empty,
    reason: 'model.empty',
    requests: [3, 0, 0],
  },
];

/** Fallbacks, and what is not worth one. */
const withFallback: readonly Row[] = [
  {
    what: 'down for good: the next model answers, says so, and is asked at once the next time',
    fallbacks: ['spare/spare-test'],
    faults: ({ lab }) => lab.next(...times(3, broken)),
    says: `echo: hello\n\n${bySpare}`,
    shows: 'echo: hello',
    reason: null,
    requests: [3, 1, 0],
    next: `echo: next\n\n${bySpare}`,
    nextRequests: [0, 1, 0],
  },
  {
    what: 'hanging: the next model is asked at once',
    fallbacks: ['spare/spare-test'],
    faults: ({ lab }) => lab.next({ kind: 'hang-after-headers' }),
    says: `echo: hello\n\n${bySpare}`,
    shows: 'echo: hello',
    reason: null,
    requests: [1, 1, 0],
    next: `echo: next\n\n${bySpare}`,
    nextRequests: [0, 1, 0],
  },
  {
    what: 'refusing its key: the next model answers, and the key is not tried again',
    fallbacks: ['spare/spare-test'],
    faults: ({ lab }) => lab.next({ kind: 'status', status: 401 }),
    says: `echo: hello\n\n${bySpare}`,
    shows: 'echo: hello',
    reason: null,
    requests: [1, 1, 0],
    next: `echo: next\n\n${bySpare}`,
    nextRequests: [0, 1, 0],
  },
  {
    what: 'without the model: the next one answers, and nothing rests',
    fallbacks: ['ollama/qwen3:8b'],
    faults: ({ lab }) => lab.next({ kind: 'status', status: 404 }),
    says: 'echo: hello\n\nAnswered by ollama/qwen3:8b, because lab/gpt-test did not answer.',
    shows: 'echo: hello',
    reason: null,
    requests: [1, 0, 1],
  },
  {
    what: 'broken off in mid-stream: nothing of it is left in the answer of the next model',
    fallbacks: ['spare/spare-test'],
    faults: ({ lab }) => lab.next(...times(3, { kind: 'cut', after: 3 } as const)),
    says: `echo: hello\n\n${bySpare}`,
    shows: 'echo: hello',
    reason: null,
    requests: [3, 1, 0],
    next: `echo: next\n\n${bySpare}`,
    nextRequests: [0, 1, 0],
  },
  {
    what: 'down like all the others: the sentence names the last one',
    fallbacks: ['spare/spare-test', 'ollama/qwen3:8b'],
    faults: ({ lab, spare, ollama }) => {
      lab.next({ kind: 'quota' });
      spare.next({ kind: 'status', status: 404 });
      ollama.next({ kind: 'hang' });
    },
    says: 'qwen3:8b did not answer in time. Your message is kept; you can try again.',
    reason: 'model.timeout',
    requests: [1, 1, 1],
    next: `echo: next\n\n${bySpare}`,
    nextRequests: [0, 1, 0],
  },
  {
    what: 'held back by content rules: no other model is asked to get round them',
    fallbacks: ['spare/spare-test'],
    faults: ({ lab }) => lab.next({ kind: 'reply', text: '', finish: 'content_filter' }),
    says: filtered,
    reason: 'model.content-filter',
    requests: [1, 0, 0],
  },
];

const ofOllama: readonly Row[] = [
  {
    what: 'Ollama without the model',
    standard: 'ollama/gone:1b',
    faults: () => undefined,
    says: 'Ollama does not have the model gone:1b. Your message is kept; choose another one under Models.',
    reason: 'model.missing',
    requests: [0, 0, 0],
    next: 'Ollama does not have the model gone:1b. Your message is kept; choose another one under Models.',
    nextRequests: [0, 0, 0],
  },
  {
    what: 'Ollama that loads for too long',
    ...local,
    faults: ({ ollama }) => ollama.next({ kind: 'hang' }),
    says: 'qwen3:8b did not answer in time. Your message is kept; you can try again.',
    reason: 'model.timeout',
    requests: [0, 0, 1],
  },
  {
    what: 'Ollama that crashes in mid-stream, for ever',
    ...local,
    faults: ({ ollama }) =>
      ollama.next(...times(3, { kind: 'error-in-stream', after: 0, message: 'llama runner terminated' } as const)),
    says: 'Ollama is overloaded or has a fault of its own. Your message is kept; try again in a moment.',
    reason: 'model.overloaded',
    requests: [0, 0, 3],
  },
];

function requestsOf({ lab, spare, ollama }: World): Requests {
  return [lab.chats.length, spare.chats.length, ollama.chats.length];
}

/** What a chat and the window are told, and that both go on afterwards. */
async function play(row: Row, { expect }: { readonly expect: ExpectStatic }): Promise<void> {
  await using world = await startWorld(row);
  row.faults(world);
  const said = await world.ask('hello');
  const requests = requestsOf(world);
  const { conversation, answer } = await world.shown();
  expect.soft(said).toBe(row.says);
  expect.soft(requests).toEqual(row.requests);
  expect.soft(answer.reason?.code ?? null).toBe(row.reason);
  expect.soft(conversation.failed).toBe(row.reason !== null);
  expect.soft(answer.text).toBe(row.shows ?? row.says);
  // Where nothing was written, the window says the sentence in its own language from the reason.
  if (answer.kind === 'notice') expect.soft(reasonText(answer.reason)).toBe(row.says);
  else if (answer.reason !== null) expect.soft(row.says).toContain(reasonText(answer.reason));

  const next = await world.ask('next');
  const after = requestsOf(world);
  expect.soft(next).toBe(row.next ?? 'echo: next');
  expect
    .soft(after.map((count, index) => count - (requests[index] ?? 0)))
    .toEqual(row.nextRequests ?? (row.standard === undefined ? [1, 0, 0] : [0, 0, 1]));
  const elsewhere = await Promise.all([world.ask('there', guest), world.askInWindow('here', 'spare/spare-test')]);
  expect.soft(elsewhere[0]).toBe((row.next ?? 'echo: next').replace('next', 'there'));
  expect.soft(elsewhere[1]).toMatchObject({ kind: 'assistant', text: 'echo: here', reason: null });
}

describe.concurrent('a model that fails leaves a sentence, a kept message and chats that go on', () => {
  it.for(alone)('when it answers with $what', play);
  it.for(withFallback)('when it has fallbacks and is $what', play);
  it.for(ofOllama)('when it is $what', play);

  it('when its key is refused: silence towards that server alone, until a good test', async ({ expect }) => {
    await using world = await startWorld();
    const { lab, spare, window } = world;
    lab.next({ kind: 'status', status: 401 });
    expect(await world.ask('hello')).toBe(keyRefused);
    const { conversation, answer } = await world.shown();
    expect(answer).toMatchObject({ kind: 'notice', text: keyRefused, reason: { code: 'model.key-refused' } });
    expect(reasonText(answer.reason)).toBe(keyRefused);
    expect(await Promise.all([world.ask('again'), world.ask('there', guest)])).toEqual([keyRefused, keyRefused]);
    expect(requestsOf(world)).toEqual([1, 0, 0]);
    const providers = await window.value('providers.list', {});
    expect(providers.flatMap(({ id, keyRefused: refused }) => (refused ? [id] : []))).toEqual(['lab']);

    const inWindow = [world.askInWindow('one', 'spare/spare-test'), world.askInWindow('two', 'ollama/qwen3:8b')];
    expect((await Promise.all(inWindow)).map(({ text }) => text)).toEqual(['echo: one', 'echo: two']);
    await window.value('conversations.setModel', { conversation: conversation.id, model: 'spare/spare-test' });
    expect(await world.ask('with another model')).toBe('echo: with another model');
    expect(spare.chats.map(({ status }) => status)).toEqual([200, 200]);

    await window.value('conversations.setModel', { conversation: conversation.id, model: null });
    expect(await window.value('providers.test', { ref: 'lab/gpt-test' })).toMatchObject({ ok: true });
    expect(await Promise.all([world.ask('next'), world.ask('there', guest)])).toEqual(['echo: next', 'echo: there']);
  });

  it('when a message is longer than a small model can read: no call, and the numbers say how much to take away', async ({
    expect,
  }) => {
    await using world = await startWorld({
      standard: 'ollama/tiny:1b',
      ollama: [{ name: 'tiny:1b', contextLength: 1024 }],
    });
    const said = await world.ask('word '.repeat(700));
    // How much room there is depends a little on how the day is called.
    expect(said.replace(/room for 5\d\d\./, 'room for 5xx.')).toBe(
      'This message alone is longer than the model can read: about 875 tokens, and there is room for 5xx. It is kept; send it in parts, or choose a model with a larger context.',
    );
    const { answer } = await world.shown();
    expect([answer.text, reasonText(answer.reason)]).toEqual([said, said]);
    expect(requestsOf(world)).toEqual([0, 0, 0]);
    expect(await world.ask('word '.repeat(300))).toMatch(/^echo: word /);
    expect((await world.askInWindow('here')).text).toBe('echo: here');
    expect(requestsOf(world)).toEqual([0, 0, 2]);
  });

  it('when its server is not running', (context) =>
    play(
      {
        what: 'refused',
        labUrl: () => 'http://127.0.0.1:9/v1',
        faults: () => undefined,
        says: network,
        reason: 'model.network',
        requests: [0, 0, 0],
        next: network,
        nextRequests: [0, 0, 0],
      },
      context,
    ));

  it('when its address leads past the API', (context) =>
    play(
      {
        what: 'past the API',
        labUrl: (url) => url.replace('/v1', '/api'),
        faults: () => undefined,
        says: wrongPath,
        reason: 'model.wrong-path',
        requests: [0, 0, 0],
        next: wrongPath,
        nextRequests: [0, 0, 0],
      },
      context,
    ));
});
