/**
 * Ollama through its native API, which alone lets a request say how large its window is: without `num_ctx` the server
 * takes a few thousand tokens and silently drops the beginning of what is longer. One call: `show` (once per model) →
 * `chat` → lines → end. No key is ever sent.
 */
import { Ollama } from 'ollama';
import { failed, ok } from '../../lib/result.ts';
import type { Result } from '../../lib/result.ts';
import type {
  ModelFailure,
  ModelHealth,
  ModelInfo,
  ModelRequest,
  ModelUsage,
  Provider,
  ProviderSeed,
  PullProgress,
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
import { LineWatch } from './lines.ts';
import { chatRequest, hasRemotePicture } from './messages.ts';
import { readShown, readTags } from './models.ts';
import type { Shown, Tag } from './models.ts';
import { pullModel } from './pull.ts';
import { LineReader } from './reader.ts';

/** Tokens a window may have unless `seed.compatibility.maxContextTokens` says otherwise: memory is spent on it. */
const standardWindow = 32_768;
/** The first token may wait for the model to be loaded. */
const coldLoad = 300_000;
/** `show` requests at a time while models are listed. */
const showsAtOnce = 4;

type Ask = (signal: AbortSignal) => Promise<Result<Shown, ModelFailure> | null>;

/** One server; `seed.key` is not used. */
export function createOllamaProvider(deps: ModelDeps, seed: ProviderSeed): Provider {
  return new OllamaProvider(deps, seed);
}

class OllamaProvider implements Provider {
  readonly local: boolean;
  readonly #deps: ModelDeps;
  readonly #seed: ProviderSeed;
  readonly #transport: Transport;
  readonly #client: Ollama;
  readonly #shown = new Map<string, Ask>();
  /** Models that refused tools, at a server too old to list what they can do. */
  readonly #withoutTools = new Set<string>();

  constructor(deps: ModelDeps, seed: ProviderSeed) {
    this.local = isLocalUrl(seed.baseUrl);
    this.#deps = deps;
    this.#seed = seed;
    this.#transport = createTransport(deps.fetch, deps.clock, {
      accept: 'application/json, application/x-ndjson',
      'content-type': 'application/json',
      'user-agent': 'Porchlight',
    });
    this.#client = new Ollama({ host: seed.baseUrl, fetch: this.#transport.fetch });
  }

  stream(request: ModelRequest, signal: AbortSignal): ReplyStream {
    const about = this.#about(request.model);
    const run = async (emit: Emit, control: AbortController): Promise<ReplyEnd> => {
      const end = await this.#call(request, about, emit, control);
      return this.#foundToolless(request, end) ? this.#call(request, about, emit, control) : end;
    };
    const onBug = (error: unknown): ReplyEnd => ended(modelFailure(about, 'model.bug', String(error)), null);
    return startReply({ run, onBug }, signal);
  }

  async list(signal: AbortSignal): Promise<Result<readonly ModelInfo[], ModelFailure>> {
    const tags = await this.#ask('', signal, async () => {
      const list = readTags(await this.#client.list());
      if (list === null) throw new Malformed('the answer is no list of models');
      return list;
    });
    if (!tags.ok) return tags;
    const queue = tags.value.entries();
    const models: ModelInfo[] = [];
    const work = async (): Promise<void> => {
      for (const [index, tag] of queue) models[index] = await this.#info(tag, signal);
    };
    await Promise.all(Array.from({ length: showsAtOnce }, work));
    return signal.aborted ? failed(abortFailure(this.#about(''), signal)) : ok(models);
  }

  async check(model: string, signal: AbortSignal): Promise<Result<ModelHealth, ModelFailure>> {
    const { clock } = this.#deps;
    const started = clock.monotonic();
    const reply = await this.stream(checkRequest(model, coldLoad), signal).result();
    return healthOf(reply, clock.monotonic() - started);
  }

  async contextTokens(model: string, signal: AbortSignal): Promise<number | null> {
    const shown = await this.#show(model, signal);
    return shown?.ok === true ? this.#window(shown.value) : null;
  }

  async sees(model: string, signal: AbortSignal): Promise<boolean | null> {
    const shown = await this.#show(model, signal);
    return shown?.ok === true ? shown.value.sees : null;
  }

  async pull(
    model: string,
    onProgress: (progress: PullProgress) => void,
    signal: AbortSignal,
  ): Promise<Result<void, ModelFailure>> {
    const { clock } = this.#deps;
    const parts = { clock, transport: this.#transport, client: this.#client, about: this.#about(model) };
    const pulled = await pullModel(parts, onProgress, signal);
    // The same name may be another model now.
    this.#shown.clear();
    this.#withoutTools.clear();
    return pulled;
  }

  async remove(model: string, signal: AbortSignal): Promise<Result<void, ModelFailure>> {
    const removed = await this.#ask(model, signal, async () => {
      await this.#client.delete({ model });
    });
    this.#shown.delete(model);
    return removed;
  }

  #about(model: string): About {
    return { provider: this.#seed.name, model, key: null };
  }

  #ask<Value>(model: string, signal: AbortSignal, go: () => Promise<Value>): Promise<Result<Value, ModelFailure>> {
    return ask({ clock: this.#deps.clock, transport: this.#transport, about: this.#about(model) }, signal, go);
  }

  /** A model that is missing today may be there tomorrow: only what was shown is kept. */
  #show(model: string, signal: AbortSignal): ReturnType<Ask> {
    const known = this.#shown.get(model);
    if (known !== undefined) return known(signal);
    const question: Ask = once(
      (patient) => this.#ask(model, patient, async () => readShown(await this.#client.show({ model }))),
      (result) => {
        if (!result.ok) this.#shown.delete(model);
        return result.ok;
      },
    );
    this.#shown.set(model, question);
    return question(signal);
  }

  #window(shown: Shown): number | null {
    const entered = this.#seed.compatibility['maxContextTokens'];
    const most = typeof entered === 'number' && entered > 0 ? Math.floor(entered) : standardWindow;
    return shown.limit === null ? null : Math.min(shown.limit, most);
  }

  async #info(tag: Tag, signal: AbortSignal): Promise<ModelInfo> {
    const shown = await this.#show(tag.name, signal);
    if (shown?.ok !== true) return { ...tag, contextTokens: null, sees: null, tools: null, thinks: null };
    const { sees, tools, thinks } = shown.value;
    return { ...tag, contextTokens: this.#window(shown.value), sees, tools, thinks };
  }

  #foundToolless({ model, tools = [] }: ModelRequest, end: ReplyEnd): boolean {
    if (tools.length === 0 || !('failure' in end) || end.failure.class !== 'invalid-request') return false;
    if (!/does not support tools/i.test(end.failure.detail) || this.#withoutTools.has(model)) return false;
    this.#withoutTools.add(model);
    return true;
  }

  async #call(request: ModelRequest, about: About, emit: Emit, control: AbortController): Promise<ReplyEnd> {
    const { signal } = control;
    if (hasRemotePicture(request)) {
      return ended(modelFailure(about, 'model.invalid-request', 'a picture is given by address, not as data'), null);
    }
    using exchange = openExchange(this.#deps.clock, request.timeouts, control);
    const shown = await this.#show(request.model, signal);
    if (shown === null || signal.aborted) return ended(abortFailure(about, signal), null);
    if (!shown.ok) return ended(shown.failure, null);
    const lines = new LineWatch();
    exchange.filter = lines;
    const reader = new LineReader(this.#deps.ids);
    try {
      const can = this.#withoutTools.has(request.model) ? { ...shown.value, tools: false } : shown.value;
      const chat = chatRequest(request, this.#window(shown.value), can);
      const stream = await this.#transport.run(exchange, () => this.#client.chat(chat));
      for await (const line of stream) {
        await this.#pass(reader.read(line), emit, exchange);
        if (signal.aborted) break;
        if (!isEndless(request, reader.written)) continue;
        reader.finish = 'length';
        const end = endOf(request, about, exchange, reader);
        exchange.control.abort();
        return end;
      }
      exchange.release?.();
      return endOf(request, about, exchange, reader);
    } catch (error) {
      const failure = broken(about, exchange, lines, reader) ?? explain(about, exchange, error, this.#deps.clock.now());
      if (exchange.answer === null) control.abort();
      return ended(failure, usageSoFar(request, exchange, reader));
    }
  }

  async #pass(pieces: ReturnType<LineReader['read']>, emit: Emit, exchange: Exchange): Promise<void> {
    for (const piece of pieces) {
      const room = emit(piece);
      if (room === null) continue;
      exchange.watchdog.hold();
      await room;
    }
    if (pieces.length > 0) exchange.watchdog.token();
  }
}

/** What the library reports as a plain error: an error line, and an end without a last line. */
function broken(about: About, exchange: Exchange, lines: LineWatch, reader: LineReader): ModelFailure | null {
  if (exchange.control.signal.aborted) return null;
  const fault = lines.fault();
  if (fault !== null) return modelFailure(about, 'model.malformed', fault.message);
  if (lines.error !== null) return streamErrorFailure(about, lines.error);
  if (lines.ended && reader.finish === null) return modelFailure(about, 'model.cut', 'the stream ended in mid-reply');
  return null;
}

function endOf(request: ModelRequest, about: About, exchange: Exchange, reader: LineReader): ReplyEnd {
  const usage = usageSoFar(request, exchange, reader);
  const { signal } = exchange.control;
  if (signal.aborted) return ended(abortFailure(about, signal), usage);
  if (!reader.spoke) {
    return ended(modelFailure(about, 'model.empty', `no text, done_reason ${reader.finish ?? 'none'}`), usage);
  }
  const stop = reader.toolCalls.length > 0 ? 'tool' : reader.finish === 'length' ? 'length' : 'stop';
  return { stop, usage: usage ?? estimateUsage(request, reader.written) };
}

function ended(failure: ModelFailure, usage: ModelUsage | null): ReplyEnd {
  return { stop: failure.class === 'aborted' ? 'aborted' : 'error', failure, usage };
}

function usageSoFar(request: ModelRequest, exchange: Exchange, reader: LineReader): ModelUsage | null {
  if (!exchange.sent) return null;
  if (exchange.answer !== null) return { inputTokens: 0, outputTokens: 0, estimated: false };
  return reader.usage ?? estimateUsage(request, reader.written);
}
