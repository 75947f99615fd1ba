import { describe, expect, it } from 'vitest';
import type { ReplyEnd, ReplyEvent } from '../../main/gateway/model.ts';
import { startReply } from '../../main/models/reply-stream.ts';
import type { Emit } from '../../main/models/reply-stream.ts';

const well: ReplyEnd = { stop: 'stop', usage: { inputTokens: 1, outputTokens: 1, estimated: false } };
const bug: ReplyEnd = {
  stop: 'error',
  usage: null,
  failure: { class: 'bug', reason: { code: 'model.bug' }, detail: 'bug' },
};
const { signal } = new AbortController();

function reply(run: (emit: Emit, control: AbortController) => Promise<ReplyEnd>, stop: AbortSignal = signal) {
  return startReply({ run, onBug: () => bug }, stop);
}

async function collect(stream: AsyncIterable<ReplyEvent>): Promise<readonly ReplyEvent[]> {
  const events: ReplyEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('a reply stream', () => {
  it('makes its writer wait for a slow reader, or a long reply would pile up in memory', async () => {
    let written = 0;
    const stream = reply(async (emit) => {
      for (; written < 5000; written++) await emit({ kind: 'text', text: 'x' });
      return well;
    });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(written).toBeLessThan(600);
    let read = 1;
    while ((await iterator.next()).done !== true) read += 1;
    expect(read).toBe(5001);
  });

  it('gives a late reader what was said before as one piece, or asking for the result first would eat the text', async () => {
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => void (go = resolve));
    const stream = reply(async (emit) => {
      void emit({ kind: 'text', text: 'one ' });
      void emit({ kind: 'text', text: 'two ' });
      await held;
      void emit({ kind: 'text', text: 'three' });
      return well;
    });
    const result = stream.result();
    await Promise.resolve();
    const events = collect(stream);
    go();
    expect(await events).toEqual([
      { kind: 'text', text: 'one two ' },
      { kind: 'text', text: 'three' },
      { kind: 'end', end: well },
    ]);
    expect((await result).text).toBe('one two three');
  });

  it('can be read after it has ended, and only once', async () => {
    const stream = reply(async (emit) => {
      void emit({ kind: 'text', text: 'done' });
      return Promise.resolve(well);
    });
    await stream.result();
    expect(await collect(stream)).toEqual([
      { kind: 'text', text: 'done' },
      { kind: 'end', end: well },
    ]);
    expect(() => stream[Symbol.asyncIterator]()).toThrow(/once/);
  });

  it('turns a throw of its writer into the end, or a turn would never be told', async () => {
    const stream = reply(() => Promise.reject(new Error('oh')));
    expect(await collect(stream)).toEqual([{ kind: 'end', end: bug }]);
    expect((await stream.result()).end).toBe(bug);
  });

  it('lets a writer go that waits for a reader who has left, or an aborted call would hang', async () => {
    const stream = reply(async (emit, control) => {
      for (let count = 0; !control.signal.aborted; count++) await emit({ kind: 'text', text: 'x' });
      return bug;
    });
    for await (const _event of stream) break;
    expect((await stream.result()).end).toBe(bug);
    const control = new AbortController();
    const unread = reply(async (emit, inner) => {
      while (!inner.signal.aborted) await emit({ kind: 'text', text: 'x' });
      return bug;
    }, control.signal);
    await new Promise((resolve) => void setImmediate(resolve));
    control.abort();
    expect((await unread.result()).end).toBe(bug);
  });

  it('keeps half a character back until its other half comes, and gives it up only at the end', async () => {
    const [high, low] = '😀'.split('');
    const stream = reply(async (emit) => {
      void emit({ kind: 'text', text: `a${high ?? ''}` });
      void emit({ kind: 'text', text: `${low ?? ''}b${high ?? ''}` });
      return Promise.resolve(well);
    });
    const texts = (await collect(stream)).flatMap((event) => (event.kind === 'text' ? [event.text] : []));
    expect(texts).toEqual(['a', '😀b', high]);
    expect((await stream.result()).text).toBe(`a😀b${high ?? ''}`);
  });
});
