/**
 * Providers with OpenAI's chat API. One call: limits start → request → chunks → end. A refusal that names a parameter
 * teaches the adapter what the server does not know, and that call alone is repeated; everything else is one request,
 * whose failure is the last event.
 */
import { APIError } from 'openai/core/error';
import type { Result } from '../../lib/result.ts';
import type {
  ModelFailure,
  ModelHealth,
  ModelInfo,
  ModelRequest,
  ModelUsage,
  Provider,
  ProviderSeed,
  ReplyEnd,
  ReplyStream,
} from '../../gateway/model.ts';
import { ask, explain, openExchange } from '../call.ts';
import { checkRequest, healthOf } from '../check.ts';
import type { ModelDeps } from '../deps.ts';
import { estimateUsage, isEndless } from '../estimate.ts';
import { Malformed, abortFailure, modelFailure } from '../failures.ts';
import type { About } from '../failures.ts';
import { isLocalUrl } from '../local.ts';
import { once } from '../once.ts';
import { streamErrorFailure } from '../refusals.ts';
import { startReply } from '../reply-stream.ts';
import type { Emit } from '../reply-stream.ts';
import { createTransport } from '../transport.ts';
import type { Exchange, Transport } from '../transport.ts';
import { ChunkReader } from './chunks.ts';
import { createClient } from './client.ts';
import type { Client } from './client.ts';
import { enteredWindow, knowServer } from './compatibility.ts';
import type { Effort, KnownServer } from './compatibility.ts';
import { chatBody } from './messages.ts';
import { readModels } from './models.ts';
import { hasPictures, refusesPictures, withoutPictures } from './pictures.ts';
import { createTranscriber, type Transcribe } from './transcribe.ts';

/** One server with one key. `seed.compatibility` may hold {@link knowServer}'s facts and `contextTokens`. */
export function createOpenAiProvider(deps: ModelDeps, seed: ProviderSeed): Provider {
  return new OpenAiProvider(deps, seed);
}

class OpenAiProvider implements Provider {
  readonly local: boolean;
  readonly #deps: ModelDeps;
  readonly #seed: ProviderSeed;
  readonly #transport: Transport;
  readonly #client: Client;
  readonly #server: KnownServer;
  readonly #models: (signal: AbortSignal) => Promise<Result<readonly ModelInfo[], ModelFailure> | null>;
  /** Models for which the server has refused pictures. */
  readonly #blind = new Set<string>();
  readonly transcribe: Transcribe;

  constructor(deps: ModelDeps, seed: ProviderSeed) {
    this.local = isLocalUrl(seed.baseUrl);
    this.#deps = deps;
    this.#seed = seed;
    this.#transport = createTransport(deps.fetch, deps.clock, {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'user-agent': 'Porchlight',
      ...(seed.key === null || seed.key === '' ? {} : { authorization: `Bearer ${seed.key}` }),
    });
    this.#client = createClient(seed.baseUrl, this.#transport);
    this.#server = knowServer(seed.baseUrl, seed.compatibility);
    this.#models = once((signal) => this.list(signal), isSettled);
    this.transcribe = createTranscriber(deps, seed);
  }

  stream(request: ModelRequest, signal: AbortSignal): ReplyStream {
    const about = this.#about(request.model);
    const run = (emit: Emit, control: AbortController): Promise<ReplyEnd> => this.#call(request, about, emit, control);
    const onBug = (error: unknown): ReplyEnd => ({
      stop: 'error',
      failure: modelFailure(about, 'model.bug', String(error)),
      usage: null,
    });
    return startReply({ run, onBug }, signal);
  }

  list(signal: AbortSignal): Promise<Result<readonly ModelInfo[], ModelFailure>> {
    const input = { clock: this.#deps.clock, transport: this.#transport, about: this.#about('') };
    return ask(input, signal, async () => {
      const models = readModels(await this.#client.models());
      if (models === null) throw new Malformed('the answer is no list of models');
      return models;
    });
  }

  async check(model: string, signal: AbortSignal): Promise<Result<ModelHealth, ModelFailure>> {
    const { clock } = this.#deps;
    const started = clock.monotonic();
    const reply = await this.stream(checkRequest(model, 60_000), signal).result();
    return healthOf(reply, clock.monotonic() - started);
  }

  async contextTokens(model: string, signal: AbortSignal): Promise<number | null> {
    const entered = enteredWindow(this.#seed.compatibility, model);
    if (entered !== null) return entered;
    const models = await this.#models(signal);
    return models?.ok === true ? (models.value.find(({ name }) => name === model)?.contextTokens ?? null) : null;
  }

  async sees(model: string, signal: AbortSignal): Promise<boolean | null> {
    if (this.#blind.has(model)) return false;
    const models = await this.#models(signal);
    return models?.ok === true ? (models.value.find(({ name }) => name === model)?.sees ?? null) : null;
  }

  refusesPictures(model: string): boolean {
    return this.#blind.has(model);
  }

  #about(model: string): About {
    return { provider: this.#seed.name, model, key: this.#seed.key };
  }

  async #call(request: ModelRequest, about: About, emit: Emit, control: AbortController): Promise<ReplyEnd> {
    using exchange = openExchange(this.#deps.clock, request.timeouts, control);
    const { model, thinking } = request;
    let asked = request;
    for (;;) {
      exchange.answer = null;
      const effort = this.#server.effort(model, thinking);
      const end = await this.#once(asked, effort, about, emit, exchange);
      const sent = { model, tools: hasTools(asked), effort };
      const again = exchange.answer !== null && this.#server.learn(exchange.answer, sent);
      const blind = !again && this.#foundBlind(asked, exchange);
      if (!(again || blind) || control.signal.aborted) return end;
      if (blind) asked = withoutPictures(asked, asked.insteadOfPictures ?? '');
    }
  }

  /** Where the caller can do without pictures, the server's refusal of them is remembered and the call repeated. */
  #foundBlind(request: ModelRequest, { answer }: Exchange): boolean {
    const can = request.insteadOfPictures !== undefined && hasPictures(request);
    if (!can || answer === null || !refusesPictures(answer)) return false;
    this.#blind.add(request.model);
    return true;
  }

  async #once(
    request: ModelRequest,
    effort: Effort | null,
    about: About,
    emit: Emit,
    exchange: Exchange,
  ): Promise<ReplyEnd> {
    const { signal } = exchange.control;
    const reader = new ChunkReader(this.#deps.ids);
    if (signal.aborted) return ended(abortFailure(about, signal), null);
    try {
      const body = chatBody(request, this.#server.of(request.model), effort);
      const chunks = await this.#transport.run(exchange, () => this.#client.chat(body));
      for await (const chunk of chunks) {
        for (const piece of reader.read(chunk)) {
          const room = emit(piece);
          if (room === null) continue;
          exchange.watchdog.hold();
          await room;
        }
        if (reader.written > 0) exchange.watchdog.token();
        if (signal.aborted) break;
        if (isEndless(request, reader.written)) {
          reader.finish = 'length';
          const end = this.#endOf(request, about, emit, exchange, reader);
          exchange.control.abort();
          return end;
        }
      }
      return this.#endOf(request, about, emit, exchange, reader);
    } catch (error) {
      // A stream that broke after its last word is a whole answer: only the counts behind it are lost.
      if (reader.finish !== null && !signal.aborted && exchange.answered) {
        return this.#endOf(request, about, emit, exchange, reader);
      }
      const failure = inStream(about, error) ?? explain(about, exchange, error, this.#deps.clock.now());
      if (exchange.answer === null) exchange.control.abort();
      return ended(failure, usageSoFar(request, exchange, reader));
    }
  }

  #endOf(request: ModelRequest, about: About, emit: Emit, exchange: Exchange, reader: ChunkReader): ReplyEnd {
    const usage = usageSoFar(request, exchange, reader);
    const { signal } = exchange.control;
    if (signal.aborted) return ended(abortFailure(about, signal), usage);
    if (reader.finish === null) return ended(modelFailure(about, 'model.cut', 'the stream ended in mid-reply'), usage);
    if (reader.finish === 'content_filter') {
      return ended(modelFailure(about, 'model.content-filter', 'finish_reason content_filter'), usage);
    }
    if (!reader.spoke) {
      return ended(modelFailure(about, 'model.empty', `no text, finish_reason ${reader.finish}`), usage);
    }
    const calls = reader.toolCalls();
    // Their number is small, and the reader of a full queue is waited for by nobody any more.
    for (const call of calls) void emit({ kind: 'tool-call', call });
    const stop = calls.length > 0 ? 'tool' : reader.finish === 'length' ? 'length' : 'stop';
    return { stop, usage: usage ?? estimateUsage(request, reader.written) };
  }
}

/** The server has spoken: it has a list, or it will not give one. Anything else may be different the next time. */
function isSettled(result: Result<readonly ModelInfo[], ModelFailure>): boolean {
  return result.ok || result.failure.class === 'invalid-request' || result.failure.class === 'auth';
}

function hasTools(request: ModelRequest): boolean {
  return request.tools !== undefined && request.tools.length > 0;
}

function ended(failure: ModelFailure, usage: ModelUsage | null): ReplyEnd {
  return { stop: failure.class === 'aborted' ? 'aborted' : 'error', failure, usage };
}

/** An error object among the events; the library throws it without a status. */
function inStream(about: About, error: unknown): ModelFailure | null {
  if (!(error instanceof APIError) || error.status !== undefined || error.error === undefined) return null;
  return streamErrorFailure(about, error.error);
}

/** Null when nothing left; nothing for a refusal, which costs nothing; else the server's counts or ours. */
function usageSoFar(request: ModelRequest, exchange: Exchange, reader: ChunkReader): ModelUsage | null {
  if (!exchange.sent) return null;
  if (exchange.answer !== null) return { inputTokens: 0, outputTokens: 0, estimated: false };
  const { usage, written } = reader;
  // Counts of nothing for something that was written are none.
  const counted = usage !== null && (usage.outputTokens > 0 || written === 0);
  return counted ? usage : estimateUsage(request, written);
}
