/**
 * A model in memory that answers each question with the marks of the messages in it, and that a test can hold: then a
 * call says nothing, or only how it begins, until it is released.
 */
import { abortedFailure } from '../../../../main/gateway/models/attempts.ts';
import type { ModelRequest, Provider, Reply, ReplyEvent, ReplyStream } from '../../../../main/gateway/model.ts';
import { ok } from '../../../../main/lib/result.ts';
import { answerMark } from './cast.ts';

const usage = { inputTokens: 1, outputTokens: 1, estimated: false };

export class HeldModel {
  readonly provider: Provider = {
    local: true,
    stream: (request, signal) => streamOf(this.#events(request, signal)),
    list: async () => ok([]),
    check: async () => ok({ latency: 0, said: '' }),
    contextTokens: async () => null,
  };
  /** Says how it begins before it waits, so that there is something to show. */
  readonly #talkative: boolean;
  #gate: PromiseWithResolvers<void> | null = null;

  constructor(talkative: boolean) {
    this.#talkative = talkative;
  }

  hold(): void {
    this.#gate ??= Promise.withResolvers();
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = null;
  }

  async *#events(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ReplyEvent, void, undefined> {
    const marks = askedIn(request).map(answerMark).join(' ');
    const gate = this.#gate;
    if (this.#talkative) yield { kind: 'text', text: marks };
    if (gate !== null) await Promise.race([gate.promise, aborted(signal)]);
    if (signal.aborted) {
      yield { kind: 'end', end: { stop: 'aborted', failure: abortedFailure, usage } };
      return;
    }
    if (!this.#talkative) yield { kind: 'text', text: marks };
    yield { kind: 'text', text: ' and some more words, enough of them for a preview to begin.' };
    yield { kind: 'end', end: { stop: 'stop', usage } };
  }
}

/** The messages of the newest question, without what was said to others. */
function askedIn({ messages }: ModelRequest): readonly number[] {
  const question = messages.findLast(({ role }) => role === 'user');
  const parts = question === undefined || typeof question.content === 'string' ? [] : question.content;
  const text = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('\n');
  const spoken = text.replaceAll(/\[said to others in the group\][^]*?\[end of what was said to others\]/g, '');
  return [...spoken.matchAll(/\bm(\d+)\b/g)].map(([, id]) => Number(id));
}

function streamOf(events: AsyncGenerator<ReplyEvent, void, undefined>): ReplyStream {
  return {
    [Symbol.asyncIterator]: () => events,
    async result(): Promise<Reply> {
      let text = '';
      for await (const event of events) {
        if (event.kind === 'text') text += event.text;
        if (event.kind === 'end') return { text, toolCalls: [], end: event.end };
      }
      throw new Error('the stream had no end');
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
