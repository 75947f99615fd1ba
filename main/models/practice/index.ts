/**
 * The built-in model: no server, no key, no network, no intelligence. It says so in every reply, repeats what was
 * written, and shows on request what the window can draw, so that everything around a model can be tried without one.
 * The same messages always give the same reply.
 */
import { pause } from '../../gateway/clock.ts';
import type { Clock } from '../../gateway/clock.ts';
import { ok } from '../../lib/result.ts';
import type {
  ChatMessage,
  ModelFailure,
  ModelInfo,
  ModelRequest,
  ModelUsage,
  Provider,
  ReplyEnd,
  ReplyStream,
} from '../../gateway/model.ts';
import { checkRequest, healthOf } from '../check.ts';
import type { ModelDeps } from '../deps.ts';
import { estimateTokens, estimateUsage } from '../estimate.ts';
import { abortFailure, modelFailure } from '../failures.ts';
import type { About } from '../failures.ts';
import { startReply } from '../reply-stream.ts';
import type { Emit } from '../reply-stream.ts';
import { practiceReasoning, practiceReply } from './words.ts';

/** Between two words: quick to read along, slow enough to look alive. */
const wordPause = 12;
const contextTokens = 8192;
const name = 'practice';

/** Needs no settings; answers to the model name `practice`, any other one is missing. */
export function createPracticeProvider(deps: Pick<ModelDeps, 'clock'>): Provider {
  const info: ModelInfo = { name, contextTokens, sees: false, tools: false, thinks: false, sizeBytes: null };
  const stream = (request: ModelRequest, signal: AbortSignal): ReplyStream =>
    startReply(
      {
        run: (emit, control) => speak(deps.clock, request, emit, control.signal),
        onBug: (error) => ({
          stop: 'error',
          failure: modelFailure(about(request.model), 'model.bug', String(error)),
          usage: null,
        }),
      },
      signal,
    );
  return {
    local: true,
    stream,
    list: () => Promise.resolve(ok([info])),
    async check(model, signal) {
      const started = deps.clock.monotonic();
      const reply = await stream(checkRequest(model, 10_000), signal).result();
      return healthOf(reply, deps.clock.monotonic() - started);
    },
    contextTokens: (model) => Promise.resolve(model === name ? contextTokens : null),
  };
}

function about(model: string): About {
  return { provider: 'practice', model, key: null };
}

async function speak(clock: Clock, request: ModelRequest, emit: Emit, signal: AbortSignal): Promise<ReplyEnd> {
  if (signal.aborted) return { stop: 'aborted', failure: abortFailure(about(request.model), signal), usage: null };
  const refusal = refuse(request);
  if (refusal !== null) return { stop: 'error', failure: refusal, usage: null };
  const said = lastWords(request.messages);
  const words = [
    ...pieces('reasoning', request.thinking === 'off' ? '' : practiceReasoning(said)),
    ...pieces('text', practiceReply(said)),
  ];
  let written = 0;
  for (const [index, { kind, text: word }] of words.entries()) {
    if (index > 0) await pause(clock, wordPause, signal);
    if (signal.aborted) {
      return { stop: 'aborted', failure: abortFailure(about(request.model), signal), usage: counted(request, written) };
    }
    if (estimateTokens(written + word.length) > request.maxOutputTokens) {
      return { stop: 'length', usage: counted(request, written) };
    }
    written += word.length;
    await emit({ kind, text: word });
  }
  return { stop: 'stop', usage: counted(request, written) };
}

/** Word by word. */
function pieces<Kind extends 'text' | 'reasoning'>(
  kind: Kind,
  text: string,
): readonly { readonly kind: Kind; readonly text: string }[] {
  return (text.match(/\s*\S+/g) ?? []).map((word) => ({ kind, text: word }));
}

function refuse(request: ModelRequest): ModelFailure | null {
  const about_ = about(request.model);
  if (request.model !== name) return modelFailure(about_, 'model.missing', 'the practice provider has one model');
  if (estimateUsage(request, 0).inputTokens > contextTokens) {
    return modelFailure(about_, 'model.context-overflow', `the window is ${contextTokens} tokens`);
  }
  return null;
}

/** Its tokens are what the estimate says they are, so the count is exact. */
function counted(request: ModelRequest, written: number): ModelUsage {
  return { ...estimateUsage(request, written), estimated: false };
}

function lastWords(messages: readonly ChatMessage[]): string {
  const last = messages.findLast((message) => message.role === 'user');
  if (last?.role !== 'user') return '';
  return last.content
    .map((part) => (part.kind === 'text' ? part.text : '(a picture)'))
    .join(' ')
    .trim();
}
