/*
 * An OpenAI-compatible server over real HTTP: `GET /v1/models`, `POST /v1/chat/completions` and
 * `POST /v1/audio/transcriptions`, strict like the service, and told by a script how to answer. A call goes: recorded → path and method → key → body → parameters → model →
 * window → behaviour. Without a script it is an echo model.
 */
import { EventLog } from '../lib/event-log.ts';
import type { ReadLog, WaitOptions } from '../lib/event-log.ts';
import { preciseNow, readBody, sendJson, startHttp } from '../lib/http.ts';
import type { Body, Exchange } from '../lib/http.ts';
import { parseJson } from '../lib/json.ts';
import { Script, estimateTokens } from '../lib/script.ts';
import { answerControl } from './control.ts';
import { badJson, invalid, noKey, tooLarge, unknownModel, unknownUrl, wrongKey, wrongMethod } from './errors.ts';
import type { Refusal } from './errors.ts';
import { respond } from './respond.ts';
import { answerSound, checkSound, hearName, soundsPath } from './sounds.ts';
import type { SoundBehaviour, SoundCall } from './sounds.ts';
import type { ChatCall, OpenAiBehaviour, OpenAiOptions, RecordedRequest } from './types.ts';
import { checkChat } from './validate.ts';
import type { CheckedChat } from './validate.ts';

/** The default script: the last user text comes back after `echo: `, markers like `#m-17#` in it included. */
export function echo(call: { readonly lastUserText: string }): { readonly kind: 'reply'; readonly text: string } {
  return { kind: 'reply', text: `echo: ${call.lastUserText}` };
}

/** A running emulator. Dispose of it (`await using`) or `close()` it: both end open connections at once. */
export class OpenAiEmulator implements AsyncDisposable {
  /** Base URL as a client wants it: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly log: ReadLog<RecordedRequest>;
  /** Decides every sound that is accepted. By default it hears the file's name. */
  hear: (call: SoundCall) => SoundBehaviour = hearName;
  /** Every sound that was accepted so far, whatever was answered. */
  readonly sounds: SoundCall[] = [];
  readonly #close: () => Promise<void>;
  readonly #script: Script<ChatCall, OpenAiBehaviour>;

  constructor(
    url: string,
    log: ReadLog<RecordedRequest>,
    script: Script<ChatCall, OpenAiBehaviour>,
    close: () => Promise<void>,
  ) {
    this.url = url;
    this.log = log;
    this.#script = script;
    this.#close = close;
  }

  /** Every request so far, refused ones included; live. */
  get requests(): readonly RecordedRequest[] {
    return this.log.items;
  }

  /** The chat calls among them. */
  get chats(): readonly RecordedRequest[] {
    return this.log.items.filter((request) => request.path === '/v1/chat/completions');
  }

  /** The first request, past or future, that fits; looked at again when it is answered or aborted. */
  waitFor(predicate: (request: RecordedRequest) => boolean, options?: WaitOptions): Promise<RecordedRequest> {
    return this.log.waitFor(predicate, options);
  }

  onRequest(fn: (request: RecordedRequest) => void): Disposable {
    return this.log.subscribe(fn);
  }

  /** Decides every accepted chat call that `next` did not. */
  script(decide: (call: ChatCall) => OpenAiBehaviour | Promise<OpenAiBehaviour>): void {
    this.#script.script(decide);
  }

  /** Queues behaviours for the next accepted chat calls, one each. */
  next(...behaviours: readonly OpenAiBehaviour[]): void {
    this.#script.next(...behaviours);
  }

  close(): Promise<void> {
    return this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/** Starts an emulator on 127.0.0.1. */
export async function startOpenAi(options: OpenAiOptions = {}): Promise<OpenAiEmulator> {
  const log = new EventLog<RecordedRequest>('request', options.keepRequests);
  const script = new Script<ChatCall, OpenAiBehaviour>(echo);
  const heard = (call: SoundCall): SoundBehaviour => {
    emulator.sounds.push(call);
    return emulator.hear(call);
  };
  const service = new Service(options, log, script, heard);
  const http = await startHttp((exchange) => service.handle(exchange), options.port ?? 0);
  const emulator = new OpenAiEmulator(`${http.origin}/v1`, log, script, async () => {
    await http.close();
    log.close();
  });
  return emulator;
}

class Service {
  readonly #options: OpenAiOptions;
  readonly #log: EventLog<RecordedRequest>;
  readonly #script: Script<ChatCall, OpenAiBehaviour>;
  readonly #keys: readonly string[];
  readonly #models: readonly string[];
  readonly #ofKey = new Map<string, number>();
  readonly #ofModel = new Map<string, number>();
  readonly #hear: (call: SoundCall) => SoundBehaviour;
  #arrived = 0;
  #chats = 0;

  constructor(
    options: OpenAiOptions,
    log: EventLog<RecordedRequest>,
    script: Script<ChatCall, OpenAiBehaviour>,
    hear: (call: SoundCall) => SoundBehaviour,
  ) {
    this.#hear = hear;
    this.#options = options;
    this.#log = log;
    this.#script = script;
    this.#keys = options.keys ?? ['sk-test'];
    this.#models = options.models ?? ['gpt-test'];
  }

  async handle(exchange: Exchange): Promise<void> {
    const limit = this.#options.bodyLimit ?? 26_214_400;
    const body = await readBody(exchange, limit);
    if (await answerControl(exchange, body, this.#log, this.#script)) return;
    const request = this.#record(exchange, body);
    const refusal = this.#refuse(exchange, body, request, limit);
    if (refusal !== undefined) {
      sendJson(exchange, refusal.status, { error: refusal.error });
      return;
    }
    if (exchange.path.startsWith('/v1/models')) {
      this.#answerModels(exchange);
      return;
    }
    if (exchange.path === soundsPath) {
      if (body.kind === 'body') await this.#answerSound(exchange, body);
      return;
    }
    const chat = checkChat(request.body, this.#options);
    if (!chat.ok) {
      sendJson(exchange, chat.refusal.status, { error: chat.refusal.error });
      return;
    }
    if (!this.#models.includes(chat.value.model)) {
      const { status, error } = unknownModel(chat.value.model);
      sendJson(exchange, status, { error });
      return;
    }
    const blind = this.#options.refusesPictures === true && chat.value.messages.some(({ media }) => media > 0);
    if (blind) {
      const text = 'Invalid content type. image_url is only supported by certain models.';
      sendJson(exchange, 400, { error: invalid(text, 'messages.[0].content.[1].type').error });
      return;
    }
    const call = this.#accept(chat.value, request);
    const behaviour = this.#overflows(call) ?? (await this.#script.choose(call));
    request.played = behaviour.kind;
    await respond(exchange, call, behaviour);
  }

  #record(exchange: Exchange, body: Body): RecordedRequest {
    const bearer = /^Bearer (.+)$/.exec(exchange.headers.authorization ?? '')?.[1];
    const request: RecordedRequest = {
      number: ++this.#arrived,
      at: preciseNow(),
      method: exchange.method,
      path: exchange.path,
      headers: exchange.headers,
      body: body.kind === 'body' && body.text !== '' ? parseJson(body.text) : undefined,
      key: bearer,
      status: undefined,
      played: undefined,
      aborted: false,
      overAt: undefined,
    };
    const { response } = exchange;
    response.once('close', () => {
      request.status = response.headersSent ? response.statusCode : undefined;
      request.aborted = !response.writableFinished && !exchange.dropped;
      request.overAt = preciseNow();
      this.#log.changed(request);
    });
    this.#log.add(request);
    return request;
  }

  #refuse(exchange: Exchange, body: Body, request: RecordedRequest, limit: number): Refusal | undefined {
    const { method, path } = exchange;
    const chat = path === '/v1/chat/completions';
    const posted = chat || path === soundsPath;
    const one = /^\/v1\/models\/(.+)$/.exec(path)?.[1];
    if (!posted && path !== '/v1/models' && one === undefined) return unknownUrl(method, path);
    if (method !== (posted ? 'POST' : 'GET')) return wrongMethod(posted ? 'POST' : 'GET');
    if (this.#keys.length > 0) {
      if (request.key === undefined) return noKey();
      if (!this.#keys.includes(request.key)) return wrongKey(request.key);
    }
    if (one !== undefined && !this.#models.includes(decodeURIComponent(one))) return unknownModel(one);
    if (body.kind === 'too-large') return tooLarge(limit, body.read);
    const json = exchange.headers['content-type']?.startsWith('application/json') === true;
    if (chat && json && request.body === undefined) return badJson();
    return undefined;
  }

  async #answerSound(exchange: Exchange, body: Body & { readonly kind: 'body' }): Promise<void> {
    const call = await checkSound(exchange, body, this.#models);
    if (call.ok) return answerSound(exchange, call.value, this.#hear(call.value));
    sendJson(exchange, call.refusal.status, { error: call.refusal.error });
  }

  #answerModels(exchange: Exchange): void {
    const { blindModels: blind = [] } = this.#options;
    const told = (id: string) => (blind.includes(id) ? { architecture: { input_modalities: ['text'] } } : {});
    const entry = (id: string) => ({
      ...{ id, object: 'model', created: 1_700_000_000, owned_by: 'emulator' },
      ...told(id),
    });
    const one = /^\/v1\/models\/(.+)$/.exec(exchange.path)?.[1];
    if (one !== undefined) sendJson(exchange, 200, entry(decodeURIComponent(one)));
    else sendJson(exchange, 200, { object: 'list', data: this.#models.map(entry) });
  }

  #accept(chat: CheckedChat, request: RecordedRequest): ChatCall {
    const { promptCharacters, ...rest } = chat;
    return {
      ...rest,
      number: ++this.#chats,
      ofKey: count(this.#ofKey, request.key ?? ''),
      ofModel: count(this.#ofModel, chat.model),
      key: request.key,
      lastUserText: chat.messages.findLast((message) => message.role === 'user')?.text ?? '',
      promptTokens: estimateTokens(promptCharacters),
      headers: request.headers,
      body: request.body as ChatCall['body'],
      request,
    };
  }

  #overflows(call: ChatCall): OpenAiBehaviour | undefined {
    const limit = this.#options.contextLength;
    if (limit === undefined || call.promptTokens <= limit) return undefined;
    return { kind: 'overflow', limit, tokens: call.promptTokens };
  }
}

function count(counts: Map<string, number>, name: string): number {
  const now = (counts.get(name) ?? 0) + 1;
  counts.set(name, now);
  return now;
}
