/** Providers that do what a test tells them, for what the core makes of the ways a model can go. */
import type { Candidate, PooledProvider } from '../../main/gateway/models/pool.ts';
import type {
  ModelErrorClass,
  ModelFailure,
  Provider,
  Reply,
  ReplyEvent,
  ReplyStream,
} from '../../main/gateway/model.ts';
import { createWindows, type Windows } from '../../main/gateway/models/windows.ts';
import { failed } from '../../main/lib/result.ts';

/** What is learned of windows lasts as long as the test. */
export function newWindows(): Windows {
  return createWindows({ all: () => new Map(), put: () => undefined });
}

export const usage = { inputTokens: 10, outputTokens: 2, estimated: false };

export function failure(kind: ModelErrorClass, retryAfter?: number): ModelFailure {
  const reason = { code: 'model.overloaded', params: { provider: 'p', model: kind } } as const;
  return { class: kind, reason, detail: kind, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** What one call does: words, then well, or a failure. */
export type Play = (signal: AbortSignal) => AsyncGenerator<ReplyEvent, void, undefined>;

export function says(...words: readonly string[]): Play {
  return async function* () {
    for (const text of words) yield { kind: 'text', text };
    yield { kind: 'end', end: { stop: 'stop', usage } };
  };
}

/** `after` words it fails. */
export function fails(why: ModelFailure, ...after: readonly string[]): Play {
  return async function* () {
    for (const text of after) yield { kind: 'text', text };
    const stop = why.class === 'aborted' ? 'aborted' : 'error';
    yield { kind: 'end', end: { stop, failure: why, usage: null } };
  };
}

/** Never says anything; ends when it is aborted. */
export const hangs: Play = async function* (signal) {
  await aborted(signal);
  yield { kind: 'end', end: { stop: 'aborted', failure: failure('aborted'), usage } };
};

/** Says `words` and then nothing any more, aborted or not. */
export function deaf(...words: readonly string[]): Play {
  return async function* () {
    for (const text of words) yield { kind: 'text', text };
    await new Promise<never>(() => undefined);
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function streamOf(play: Play, signal: AbortSignal): ReplyStream {
  const events = play(signal);
  return {
    [Symbol.asyncIterator]: () => events,
    async result(): Promise<Reply> {
      let text = '';
      for await (const event of events) {
        if (event.kind === 'text') text += event.text;
        if (event.kind === 'end') return { text, toolCalls: [], end: event.end };
      }
      throw new Error('the script has no end');
    },
  };
}

/** A provider that plays its script, one entry for each call, the last one for ever; `calls` holds the models asked. */
export function scriptedProvider(...script: readonly Play[]): Provider & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    local: false,
    stream(request, signal) {
      const play = script[Math.min(calls.length, script.length - 1)];
      calls.push(request.model);
      if (play === undefined) throw new Error('there is no script');
      return streamOf(play, signal);
    },
    list: async () => failed(failure('network')),
    check: async () => failed(failure('network')),
    contextTokens: async () => null,
  };
}

export function candidate(ref: string, provider: Provider): Candidate & { readonly provider: { keyRefused: boolean } } {
  const [id = '', model = ''] = ref.split('/');
  const pooled: PooledProvider & { keyRefused: boolean } = {
    id,
    kind: 'openai',
    name: id,
    baseUrl: `https://${id}.example/v1`,
    local: false,
    adapter: async () => provider,
    keyRefused: false,
  };
  return { ref, model, provider: pooled };
}
