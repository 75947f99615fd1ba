/** What the gateway may rely on, whichever provider answers. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ReplyEvent, ReplyStream } from '../../main/gateway/model.ts';
import type { CommonBehaviour } from '../emulators/lib/script.ts';
import { gate } from '../emulators/lib/gate.ts';
import { chatPath, kinds, request, startSubject } from './model-subjects.ts';
import type { Kind, Subject } from './model-subjects.ts';

async function collect(stream: ReplyStream): Promise<readonly ReplyEvent[]> {
  const events: ReplyEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

function textOf(events: readonly ReplyEvent[]): string {
  return events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
}

/** Whatever happened, nothing is left behind and the next call of the same provider works. */
async function expectWell(subject: Subject, signal: AbortSignal): Promise<void> {
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  await expect.poll(() => subject.clock.pending).toBe(0);
  const fresh = new AbortController().signal;
  const next = await subject.settle(subject.provider.stream(request(subject.model, 'still there?'), fresh).result());
  expect(next.text).toContain('still there?');
  expect(next.end.stop).toBe('stop');
  await expect.poll(() => subject.clock.pending).toBe(0);
}

const hearty = 'naïve 漢字 👩‍👩‍👧 😀 e\u0301 ✓';

describe.each(kinds)('a %s provider', (kind) => {
  it('streams the text in pieces and says how it ended in the last event, or a reader would wait for ever', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    const events = await subject.settle(
      collect(subject.provider.stream(request(subject.model, 'say it slowly please'), signal)),
    );
    expect(textOf(events)).toContain('say it slowly please');
    expect(events.filter(({ kind: what }) => what === 'text').length).toBeGreaterThan(1);
    expect(events.findIndex(({ kind: what }) => what === 'end')).toBe(events.length - 1);
    await expectWell(subject, signal);
  });

  it('gives the whole reply to somebody who never iterates, or a stateless caller would hang on a full queue', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    const stream = subject.provider.stream(request(subject.model, 'no reader'), signal);
    const reply = await subject.settle(stream.result());
    expect(reply.text).toContain('no reader');
    expect(reply.end).toMatchObject({ stop: 'stop' });
    await expectWell(subject, signal);
  });

  it('gives the same reply to a reader and through result(), asked for first, or one of both would lose words', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    const stream = subject.provider.stream(request(subject.model, 'both ways'), signal);
    const promised = stream.result();
    const events = await subject.settle(collect(stream));
    const reply = await promised;
    expect(textOf(events)).toBe(reply.text);
    expect(events.at(-1)).toEqual({ kind: 'end', end: reply.end });
  });

  it('counts tokens, or budgets and usage would be guesses', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    subject.server?.next({ kind: 'reply', text: 'counted', usage: { promptTokens: 17, completionTokens: 3 } });
    const { end } = await subject.settle(subject.provider.stream(request(subject.model, 'count'), signal).result());
    expect(end.usage).toMatchObject({ estimated: false });
    if (subject.server !== null) expect(end.usage).toMatchObject({ inputTokens: 17, outputTokens: 3 });
    expect(end.usage?.inputTokens).toBeGreaterThan(0);
    expect(end.usage?.outputTokens).toBeGreaterThan(0);
  });

  it('makes no call for a caller who has left already, or stopped turns would still cost', async () => {
    await using subject = await startSubject(kind);
    const signal = AbortSignal.abort();
    const reply = await subject.provider.stream(request(subject.model, 'too late'), signal).result();
    expect(reply).toMatchObject({ end: { stop: 'aborted', usage: null, failure: { class: 'aborted' } } });
    expect(subject.server?.chats ?? []).toEqual([]);
    await expectWell(subject, signal);
  });

  it('ends as aborted after the first token, and keeps what was said, or Stop would lose the text', async () => {
    await using subject = await startSubject(kind);
    const control = new AbortController();
    const held = gate();
    subject.server?.next({ kind: 'reply', pieces: ['first ', 'second'], gate: [undefined, held.promise] });
    const stream = subject.provider.stream(request(subject.model, 'stop me'), control.signal);
    let end: ReplyEvent | undefined;
    for await (const event of stream) {
      if (event.kind === 'text') control.abort();
      end = event;
    }
    expect(end).toMatchObject({
      kind: 'end',
      end: { stop: 'aborted', failure: { reason: { code: 'model.aborted' } } },
    });
    const reply = await stream.result();
    expect(reply.text.trim()).not.toBe('');
    expect(reply.end.usage).toMatchObject({ inputTokens: expect.any(Number) as number });
    await subject.server?.waitFor(({ path, aborted }) => aborted && path === chatPath[kind as 'openai']);
    held.open();
    await expectWell(subject, control.signal);
  });

  it('stops the call when its reader leaves, or a closed window would let the model run on', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    const held = gate();
    subject.server?.next({ kind: 'reply', pieces: ['first ', 'second'], gate: [undefined, held.promise] });
    const stream = subject.provider.stream(request(subject.model, 'leave'), signal);
    for await (const event of stream) if (event.kind === 'text') break;
    expect(await stream.result()).toMatchObject({ end: { stop: 'aborted' } });
    await subject.server?.waitFor(({ path, aborted }) => aborted && path === chatPath[kind as 'openai']);
    held.open();
    await expectWell(subject, signal);
  });

  it('passes every character whole, or half a surrogate pair would become a question mark on its way', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    subject.server?.next({ kind: 'reply', pieces: ['You wrote: ', ...hearty.split('')] });
    const events = await subject.settle(collect(subject.provider.stream(request(subject.model, hearty), signal)));
    expect(textOf(events)).toContain(hearty);
    for (const event of events) if (event.kind === 'text') expect(event.text.isWellFormed()).toBe(true);
  });

  it('knows nothing of a model that is not there, or a typing error would be retried as a fault', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    const reply = await subject.provider.stream(request('nowhere', 'hello'), signal).result();
    expect(reply.end).toMatchObject({
      stop: 'error',
      failure: { class: 'model-missing', reason: { code: 'model.missing', params: { model: 'nowhere' } } },
    });
    expect(await subject.provider.check('nowhere', signal)).toMatchObject({ ok: false });
    await expectWell(subject, signal);
  });

  it('lists its models and proves one with a real request, or a wrong setup would look right until the first chat', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    const list = await subject.provider.list(signal);
    expect(list.ok && list.value.map(({ name }) => name)).toContain(subject.model);
    const before = subject.server?.chats.length ?? 0;
    const health = await subject.settle(subject.provider.check(subject.model, signal));
    expect(health).toMatchObject({ ok: true, value: { said: expect.stringMatching(/OK/) as string } });
    if (subject.server !== null) expect(subject.server.chats.length).toBe(before + 1);
    await expectWell(subject, signal);
  });

  it('asks for the window of a model at most once, or every turn would pay for a second request', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    const first = await subject.provider.contextTokens(subject.model, signal);
    const asked = subject.server?.requests.length ?? 0;
    expect(asked).toBeLessThanOrEqual(1);
    const both = await Promise.all([1, 2].map(() => subject.provider.contextTokens(subject.model, signal)));
    expect(both).toEqual([first, first]);
    expect(subject.server?.requests.length ?? 0).toBe(asked);
  });
});

interface Fault {
  readonly name: string;
  readonly behaviour: CommonBehaviour;
  readonly failure: { readonly class: string; readonly code: string; readonly retryAfter?: number };
  readonly text?: string;
}

const faults: readonly Fault[] = [
  { name: 'a refused key', behaviour: { kind: 'status', status: 401 }, failure: of('auth', 'model.key-refused') },
  {
    name: 'too many requests',
    behaviour: { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
    failure: { ...of('rate-limit', 'model.rate-limit'), retryAfter: 7000 },
  },
  {
    name: 'a fault of the server',
    behaviour: { kind: 'status', status: 500 },
    failure: of('overloaded', 'model.overloaded'),
  },
  {
    name: 'a busy server',
    behaviour: { kind: 'status', status: 503 },
    failure: of('overloaded', 'model.overloaded'),
  },
  {
    name: "a proxy's error page",
    behaviour: { kind: 'html', status: 502 },
    failure: of('overloaded', 'model.overloaded'),
  },
  {
    name: 'a web page instead of an answer',
    behaviour: { kind: 'html', status: 200 },
    failure: of('invalid-request', 'model.wrong-path'),
  },
  { name: 'a dropped connection', behaviour: { kind: 'drop' }, failure: of('network', 'model.network') },
  {
    name: 'a cut stream',
    behaviour: { kind: 'cut', after: 2 },
    failure: of('network', 'model.cut'),
    text: 'This answer ',
  },
  {
    name: 'a stream that ends too early',
    behaviour: { kind: 'close-early', after: 2 },
    failure: of('network', 'model.cut'),
    text: 'This answer ',
  },
  {
    name: 'a malformed stream',
    behaviour: { kind: 'malformed', after: 1 },
    failure: of('network', 'model.malformed'),
    text: 'This ',
  },
  {
    name: 'an error in mid-stream',
    behaviour: { kind: 'error-in-stream', after: 1, message: 'the runner has stopped' },
    failure: of('overloaded', 'model.overloaded'),
    text: 'This ',
  },
  { name: 'an empty reply', behaviour: { kind: 'reply', text: '' }, failure: of('overloaded', 'model.empty') },
];

function of(kind: string, code: string) {
  return { class: kind, code };
}

const servers: readonly Exclude<Kind, 'practice'>[] = ['openai', 'ollama'];

describe.each(servers)('a %s provider whose server fails', (kind) => {
  it.each(faults)('tells $name apart and asks once, or retries would have two owners', async (fault) => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    subject.server?.next(fault.behaviour);
    const reply = await subject.provider.stream(request(subject.model, 'hello'), signal).result();
    expect(reply.end).toMatchObject({
      stop: 'error',
      failure: {
        class: fault.failure.class,
        reason: { code: fault.failure.code, params: { provider: 'there', model: subject.model } },
      },
    });
    const failure = 'failure' in reply.end ? reply.end.failure : null;
    expect(failure?.retryAfter).toBe(fault.failure.retryAfter);
    expect(failure?.detail.length).toBeLessThanOrEqual(500);
    expect(reply.text).toBe(fault.text ?? '');
    expect(subject.server?.chats).toHaveLength(1);
    await expectWell(subject, signal);
  });

  it('says that nothing listens there, or a server that is not running would look like a wrong key', async () => {
    await using subject = await startSubject(kind);
    await subject[Symbol.asyncDispose]();
    const { signal } = new AbortController();
    const reply = await subject.provider.stream(request(subject.model, 'hello'), signal).result();
    expect(reply.end).toMatchObject({ stop: 'error', usage: null, failure: { reason: { code: 'model.network' } } });
    expect(await subject.provider.check(subject.model, signal)).toMatchObject({ failure: { class: 'network' } });
    expect(await subject.provider.list(signal)).toMatchObject({ failure: { class: 'network' } });
    expect(await subject.provider.contextTokens(subject.model, signal)).toBeNull();
  });

  const limits = [
    { name: 'no headers', behaviour: { kind: 'hang' }, phase: 'first-token' },
    { name: 'headers and no token', behaviour: { kind: 'hang-after-headers' }, phase: 'first-token' },
    { name: 'a silence after two tokens', behaviour: { kind: 'stall', after: 2 }, phase: 'between-tokens' },
  ] as const;
  it.each(limits)('gives up after $name, and not before, or a turn would type for ever', async (row) => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    subject.server?.next(row.behaviour);
    const stream = subject.provider.stream(request(subject.model, 'hello'), signal);
    const events: ReplyEvent[] = [];
    const reading = (async () => {
      for await (const event of stream) events.push(event);
    })();
    const called = subject.server?.waitFor(({ path }) => path === chatPath[kind]);
    await called;
    if (row.behaviour.kind === 'stall') await expect.poll(() => textOf(events)).toBe('This answer ');
    await subject.clock.elapse(59_900);
    expect(events.some((event) => event.kind === 'end')).toBe(false);
    await subject.clock.elapse(200);
    await reading;
    expect(events.at(-1)).toMatchObject({
      end: { stop: 'error', failure: { class: 'timeout', detail: `time-out: ${row.phase}` } },
    });
    await subject.server?.waitFor(({ path, aborted }) => aborted && path === chatPath[kind]);
    await expectWell(subject, signal);
  });

  it('can be stopped before the first token, or Stop would wait for a cold load', async () => {
    await using subject = await startSubject(kind);
    const control = new AbortController();
    subject.server?.next({ kind: 'hang' });
    const stream = subject.provider.stream(request(subject.model, 'hello'), control.signal);
    await subject.server?.waitFor(({ path }) => path === chatPath[kind]);
    control.abort();
    expect(await stream.result()).toMatchObject({ text: '', end: { stop: 'aborted' } });
    await subject.server?.waitFor(({ path, aborted }) => aborted && path === chatPath[kind]);
    await expectWell(subject, control.signal);
  });

  it('takes a slow reader for a slow reader, or a busy window would be told that the server was silent', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    const pieces = Array.from({ length: 2000 }, (_, index) => `${String(index)} `);
    subject.server?.next({ kind: 'reply', pieces });
    const stream = subject.provider.stream(request(subject.model, 'a long one'), signal);
    const events: ReplyEvent[] = [];
    for await (const event of stream) {
      events.push(event);
      if (events.length === 5) await subject.clock.elapse(400_000);
    }
    expect(textOf(events)).toBe(pieces.join(''));
    expect(events.at(-1)).toMatchObject({ end: { stop: 'stop' } });
    await expectWell(subject, signal);
  });

  it('passes thoughts and tool calls as what they are, or they would be read out as the answer', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    const tools = [{ name: 'weather', description: 'The weather.', parameters: { type: 'object', properties: {} } }];
    const call = { name: 'weather', arguments: '{"city":"Ulm","days":2}' };
    subject.server?.next({ kind: 'reply', text: '', reasoning: ['Let me ', 'see.'], toolCalls: [call] });
    const asked = request(subject.model, 'weather?', { tools });
    const events = await collect(subject.provider.stream(asked, signal));
    const thought = events.map((event) => (event.kind === 'reasoning' ? event.text : '')).join('');
    expect(thought).toBe('Let me see.');
    const made = events.flatMap((event) => (event.kind === 'tool-call' ? [event.call] : []));
    expect(made).toMatchObject([{ name: 'weather', arguments: call.arguments }]);
    expect(made[0]?.id).not.toBe('');
    expect(events.at(-1)).toMatchObject({ end: { stop: 'tool' } });
    const after = request(subject.model, '', {
      messages: [
        ...asked.messages,
        { role: 'assistant', content: '', toolCalls: made },
        { role: 'tool', callId: made[0]?.id ?? '', content: 'rain' },
      ],
      tools,
    });
    const second = await subject.provider.stream(after, signal).result();
    expect(second.end.stop).toBe('stop');
  });

  it('says that a reply was cut at its limit, or half an answer would pass for a whole one', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    subject.server?.next({ kind: 'reply', text: 'a'.repeat(400) });
    const short = request(subject.model, 'long', { maxOutputTokens: 16 });
    expect(await subject.provider.stream(short, signal).result()).toMatchObject({ end: { stop: 'length' } });
  });

  it('ends a server that knows no limit, or one answer would become thousands of messages', async () => {
    await using subject = await startSubject(kind);
    const { signal } = new AbortController();
    const pieces = Array.from({ length: 50 }, () => 'and so on '.repeat(10));
    subject.server?.next({ kind: 'stall', after: 49, pieces });
    const short = request(subject.model, 'long', { maxOutputTokens: 16 });
    const reply = await subject.provider.stream(short, signal).result();
    expect(reply.end).toMatchObject({ stop: 'length', usage: { estimated: true } });
    expect(reply.text.length).toBeLessThan(4_200);
    await expectWell(subject, signal);
  });
});
