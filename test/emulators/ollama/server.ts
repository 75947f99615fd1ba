/*
 * An Ollama server over real HTTP: version, tags, ps, show, chat and pull. A chat goes: recorded → body → model → what
 * the model can do → loaded (behind its gate, when cold) → cut to `num_ctx` in silence → behaviour. Without a script it
 * is an echo model.
 */
import { EventLog } from '../lib/event-log.ts';
import type { ReadLog, WaitOptions } from '../lib/event-log.ts';
import { preciseNow, readBody, sendJson, sendText, startHttp } from '../lib/http.ts';
import type { Body, Exchange } from '../lib/http.ts';
import { isRecord, parseJson } from '../lib/json.ts';
import type { JsonRecord } from '../lib/json.ts';
import { Script } from '../lib/script.ts';
import { ModelStore, capabilitiesOf, contextLengthOf, fullName, parameterNumCtx } from './models.ts';
import { answerPull } from './pull.ts';
import type { PullGates } from './pull.ts';
import { respond } from './respond.ts';
import type { ChatCall, ModelSpec, OllamaBehaviour, OllamaOptions, PullFault, RecordedRequest } from './types.ts';
import { checkChat, fitToWindow } from './validate.ts';
import type { CheckedChat } from './validate.ts';

/** The default script: the last user text comes back after `echo: `; a thinking model thinks first. */
export function echo(call: { readonly lastUserText: string }) {
  return { kind: 'reply', text: `echo: ${call.lastUserText}`, reasoning: ['Let me ', 'think.'] } as const;
}

/** A running emulator. Dispose of it (`await using`) or `close()` it: both end open connections at once. */
export class OllamaEmulator implements AsyncDisposable {
  /** Base URL as a client wants it: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly models: ModelStore;
  readonly log: ReadLog<RecordedRequest>;
  readonly #service: Service;
  readonly #close: () => Promise<void>;

  constructor(url: string, service: Service, close: () => Promise<void>) {
    this.url = url;
    this.models = service.models;
    this.log = service.log;
    this.#service = service;
    this.#close = close;
  }

  /** Every request so far, refused ones included; live. */
  get requests(): readonly RecordedRequest[] {
    return this.log.items;
  }

  /** The chat calls among them. */
  get chats(): readonly RecordedRequest[] {
    return this.log.items.filter((request) => request.path === '/api/chat');
  }

  /** The first request, past or future, that fits; looked at again when it is answered or aborted. */
  waitFor(predicate: (request: RecordedRequest) => boolean, options?: WaitOptions): Promise<RecordedRequest> {
    return this.log.waitFor(predicate, options);
  }

  onRequest(fn: (request: RecordedRequest) => void): Disposable {
    return this.log.subscribe(fn);
  }

  /** Decides every accepted chat that `next` did not. */
  script(decide: (call: ChatCall) => OllamaBehaviour | Promise<OllamaBehaviour>): void {
    this.#service.script.script(decide);
  }

  /** Queues behaviours for the next accepted chats, one each. */
  next(...behaviours: readonly OllamaBehaviour[]): void {
    this.#service.script.next(...behaviours);
  }

  /** Holds back the progress lines of the pulls to come, by index. */
  gatePulls(gates: PullGates): void {
    this.#service.pullGates = gates;
  }

  /** The next pulls go wrong, one each. */
  failPulls(...faults: readonly PullFault[]): void {
    this.#service.pullFaults.push(...faults);
  }

  close(): Promise<void> {
    return this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

const standard: ModelSpec = {
  name: 'qwen3:8b',
  capabilities: ['completion', 'tools', 'thinking'],
  contextLength: 40_960,
};
const bodyLimit = 64 * 1024 * 1024;

/** Starts an emulator on 127.0.0.1. */
export async function startOllama(options: OllamaOptions = {}): Promise<OllamaEmulator> {
  const service = new Service(options);
  const http = await startHttp((exchange) => service.handle(exchange), options.port ?? 0);
  return new OllamaEmulator(http.origin, service, async () => {
    await http.close();
    service.log.close();
  });
}

class Service {
  readonly log: EventLog<RecordedRequest>;
  readonly script = new Script<ChatCall, OllamaBehaviour>(echo);
  readonly models: ModelStore;
  pullGates: PullGates = [];
  readonly pullFaults: PullFault[] = [];
  /** How far unfinished pulls came, by full name. */
  readonly #partly = new Map<string, number>();
  readonly #options: OllamaOptions;
  readonly #now: () => number;
  readonly #ofModel = new Map<string, number>();
  #arrived = 0;
  #chats = 0;

  constructor(options: OllamaOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.log = new EventLog<RecordedRequest>('request', options.keepRequests);
    this.models = new ModelStore(options.models ?? [standard], this.#now);
  }

  async handle(exchange: Exchange): Promise<void> {
    const body = await readBody(exchange, bodyLimit);
    if (exchange.path.startsWith('/__control/')) {
      this.#control(exchange, body);
      return;
    }
    const request = this.#record(exchange, body);
    const paths = { get: ['/', '/api/version', '/api/tags', '/api/ps'], post: ['/api/show', '/api/chat', '/api/pull'] };
    const isGet = paths.get.includes(exchange.path);
    if (exchange.path === '/api/delete' && exchange.method === 'DELETE') {
      this.#answerDelete(exchange, request.body);
    } else if (!isGet && !paths.post.includes(exchange.path)) {
      sendText(exchange, 404, 'text/plain', '404 page not found');
    } else if (isGet ? !['GET', 'HEAD'].includes(exchange.method) : exchange.method !== 'POST') {
      sendText(exchange, 405, 'text/plain', '405 method not allowed');
    } else if (isGet) this.#answerGet(exchange);
    else await this.#answerPost(exchange, body, request);
  }

  #record(exchange: Exchange, body: Body): RecordedRequest {
    const request: RecordedRequest = {
      number: ++this.#arrived,
      at: preciseNow(),
      method: exchange.method,
      path: exchange.path,
      headers: exchange.headers,
      body: body.kind === 'body' && body.text !== '' ? parseJson(body.text) : undefined,
      status: undefined,
      played: undefined,
      truncated: 0,
      aborted: false,
      overAt: undefined,
    };
    const { response } = exchange;
    response.once('close', () => {
      request.status = response.headersSent ? response.statusCode : undefined;
      request.aborted = !response.writableFinished && !exchange.dropped;
      request.overAt = preciseNow();
      this.log.changed(request);
    });
    this.log.add(request);
    return request;
  }

  #answerGet(exchange: Exchange): void {
    switch (exchange.path) {
      case '/api/version':
        sendJson(exchange, 200, { version: this.#options.version ?? '0.12.6' });
        return;
      case '/api/tags':
        sendJson(exchange, 200, this.models.tags());
        return;
      case '/api/ps':
        sendJson(exchange, 200, this.models.ps());
        return;
      default:
        sendText(exchange, 200, 'text/plain; charset=utf-8', 'Ollama is running');
    }
  }

  async #answerPost(exchange: Exchange, body: Body, request: RecordedRequest): Promise<void> {
    if (body.kind !== 'body' || body.text === '') refuse(exchange, 400, 'missing request body');
    else if (!isRecord(request.body)) refuse(exchange, 400, 'invalid character in request body: JSON object expected');
    else if (exchange.path === '/api/show') this.#answerShow(exchange, request.body);
    else if (exchange.path === '/api/pull') await this.#answerPull(exchange, request.body);
    else await this.#answerChat(exchange, request.body, request);
  }

  #answerShow(exchange: Exchange, body: JsonRecord): void {
    const name = body['model'] ?? body['name'];
    if (typeof name !== 'string' || name === '') {
      refuse(exchange, 400, 'model is required');
      return;
    }
    const model = this.models.find(name);
    if (model === undefined) refuse(exchange, 404, `model '${name}' not found`);
    else sendJson(exchange, 200, this.models.show(model));
  }

  async #answerPull(exchange: Exchange, body: JsonRecord): Promise<void> {
    const name = body['model'] ?? body['name'];
    if (typeof name !== 'string' || name === '') {
      refuse(exchange, 400, 'model is required');
      return;
    }
    const model = (this.#options.library ?? []).find((spec) => fullName(spec.name) === fullName(name));
    const complete = await answerPull(exchange, model, {
      stream: body['stream'] !== false,
      gates: this.pullGates,
      fault: this.pullFaults.shift(),
      begin: this.#partly.get(fullName(name)) ?? 0,
      reached: (step) => void this.#partly.set(fullName(name), step),
    });
    if (!complete || model === undefined) return;
    this.#partly.delete(fullName(name));
    this.models.add(model);
  }

  #answerDelete(exchange: Exchange, body: unknown): void {
    const name = isRecord(body) ? (body['model'] ?? body['name']) : undefined;
    if (typeof name !== 'string' || name === '') {
      refuse(exchange, 400, 'model is required');
      return;
    }
    if (this.models.find(name) === undefined) {
      refuse(exchange, 404, `model '${name}' not found`);
      return;
    }
    this.models.remove(name);
    exchange.response.writeHead(200).end();
  }

  async #answerChat(exchange: Exchange, body: JsonRecord, request: RecordedRequest): Promise<void> {
    const checked = checkChat(body);
    if (!checked.ok) {
      refuse(exchange, 400, checked.error);
      return;
    }
    const chat = checked.value;
    const model = this.models.find(chat.model);
    if (model === undefined) {
      const pull = `model "${chat.model}" not found, try pulling it first`;
      refuse(exchange, 404, this.#options.notFound === 'plain' ? `model '${chat.model}' not found` : pull);
      return;
    }
    const incapable = lacking(model, chat);
    if (incapable !== undefined) {
      refuse(exchange, 400, incapable);
      return;
    }
    const wanted = chat.numCtx ?? parameterNumCtx(model) ?? this.#options.defaultNumCtx ?? 4096;
    const numCtx = Math.min(wanted, contextLengthOf(model));
    const unloads = chat.messages.length === 0 && (chat.keepAlive === 0 || chat.keepAlive === '0');
    if (unloads) this.models.unload(model);
    else {
      if (!this.models.isLoaded(model)) await Promise.race([model.loadGate, exchange.over]);
      if (exchange.response.destroyed) return;
      this.models.load(model, numCtx, chat.keepAlive);
    }
    const createdAt = new Date(this.#now()).toISOString();
    if (chat.messages.length === 0) {
      const said = { role: 'assistant', content: '' };
      const reason = unloads ? 'unload' : 'load';
      sendJson(exchange, 200, {
        model: chat.model,
        created_at: createdAt,
        message: said,
        done: true,
        done_reason: reason,
      });
      return;
    }
    const call = this.#accept(chat, body, request, numCtx, model);
    const behaviour = await this.script.choose(call);
    request.played = behaviour.kind;
    await respond(exchange, call, behaviour, createdAt);
  }

  #accept(chat: CheckedChat, body: JsonRecord, request: RecordedRequest, numCtx: number, model: ModelSpec): ChatCall {
    const { messages, promptTokens, truncated } = fitToWindow(chat.messages, numCtx);
    request.truncated = truncated;
    const ofModel = (this.#ofModel.get(model.name) ?? 0) + 1;
    this.#ofModel.set(model.name, ofModel);
    return {
      number: ++this.#chats,
      ofModel,
      model: chat.model,
      messages,
      lastUserText: messages.findLast((message) => message.role === 'user')?.content ?? '',
      stream: chat.stream,
      numCtx,
      numPredict: chat.numPredict,
      thinking: capabilitiesOf(model).includes('thinking') && chat.think !== false,
      promptTokens,
      body,
      request,
    };
  }

  /** `GET /__control/requests?since=N` and `POST /__control/next {behaviours}`, for a bench in another process. */
  #control(exchange: Exchange, body: Body): void {
    const value = body.kind === 'body' && body.text !== '' ? parseJson(body.text) : undefined;
    const behaviours = isRecord(value) ? value['behaviours'] : undefined;
    if (exchange.path === '/__control/requests') {
      const since = Number(exchange.query.get('since') ?? '0');
      sendJson(exchange, 200, { requests: this.log.items.filter((request) => request.number > since) });
    } else if (exchange.path === '/__control/next' && Array.isArray(behaviours) && behaviours.every(isBehaviour)) {
      this.script.next(...behaviours);
      sendJson(exchange, 200, { queued: behaviours.length });
    } else refuse(exchange, 400, 'not a control command');
  }
}

function isBehaviour(value: unknown): value is OllamaBehaviour {
  return isRecord(value) && typeof value['kind'] === 'string';
}

function refuse(exchange: Exchange, status: number, error: string): void {
  sendJson(exchange, status, { error });
}

/** The refusal of a chat that asks for something the model cannot do. */
function lacking(model: ModelSpec, chat: CheckedChat): string | undefined {
  const can = capabilitiesOf(model);
  if (chat.think === true && !can.includes('thinking')) return `"${chat.model}" does not support thinking`;
  if (!can.includes('completion')) return `"${chat.model}" does not support chat`;
  const path = chat.model.includes('/') ? '' : 'library/';
  if (chat.tools && !can.includes('tools')) {
    return `registry.ollama.ai/${path}${fullName(chat.model)} does not support tools`;
  }
  return undefined;
}
