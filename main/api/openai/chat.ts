/**
 * `GET /v1/models` and `POST /v1/chat/completions`: the link `api`, for programs that speak OpenAI's protocol.
 * The token was checked before anything here is called.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeError } from '../../gateway/log.ts';
import { StorageTrouble } from '../../gateway/storage.ts';
import type { ModelRef } from '../../gateway/types.ts';
import { readBody, sendJson, whenGone } from '../http/exchange.ts';
import type { ApiPorts } from '../ports.ts';
import { answerConversation, maxKeyLength } from './conversation.ts';
import { invalid, reasonRefusal, type Refusal } from './errors.ts';
import { sendRefusal } from './refuse.ts';
import { readChatCall } from './request.ts';
import { answerStateless } from './stateless.ts';

/** Images make bodies large. */
const bodyLimit = 20 * 1024 * 1024;
/** Calls answered at the same time; beyond it the caller is asked to wait. */
const maxCalls = 256;
/** Longest wait for the lists of all providers, in milliseconds. */
const listLimit = 5000;

export interface OpenAiApi {
  /** `path` begins with `/v1/`; never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  /** Resolves when no chat call is being answered. */
  idle(): Promise<void>;
}

export function createOpenAiApi(ports: ApiPorts): OpenAiApi {
  let running = 0;
  const waiting: (() => void)[] = [];
  const chat = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (running >= maxCalls) return sendRefusal(response, busy);
    running += 1;
    try {
      await answerChat(ports, request, response);
    } finally {
      running -= 1;
      if (running === 0) for (const done of waiting.splice(0)) done();
    }
  };
  return {
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
    async handle(request, response, path) {
      try {
        if (path === '/v1/chat/completions') {
          if (request.method === 'POST') return await chat(request, response);
          return sendRefusal(response, invalid('Use POST here.', null, 'method_not_allowed', 405), { Allow: 'POST' });
        }
        if (path !== '/v1/models' && !path.startsWith('/v1/models/')) {
          return sendRefusal(response, invalid(`There is nothing at ${path.slice(0, 100)}.`, null, 'not_found', 404));
        }
        if (request.method === 'GET') return await answerModels(ports, response, path);
        return sendRefusal(response, invalid('Use GET here.', null, 'method_not_allowed', 405), { Allow: 'GET' });
      } catch (error) {
        failOpen(ports, response, error);
      }
    },
  };
}

const busy: Refusal = {
  status: 429,
  type: 'rate_limit_error',
  code: 'rate_limit_exceeded',
  param: null,
  message: `More than ${String(maxCalls)} calls at once.`,
  retryAfter: 1,
};

/** An unexpected error: logged, and told in whatever way is still open. */
function failOpen(ports: ApiPorts, response: ServerResponse, error: unknown): void {
  if (error instanceof StorageTrouble) return sendRefusal(response, reasonRefusal(error.reason, ports.sentences));
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  ports.log.write('error', 'api.chat-failed', { error: describeError(error), stack });
  if (response.headersSent) response.destroy();
  const message = ports.sentences.reason({ code: 'host.bug' }, null);
  sendRefusal(response, { status: 500, type: 'api_error', code: 'internal_error', param: null, message });
}

async function answerChat(ports: ApiPorts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = whenGone(response);
  const over = whenGone(response, ports.stopping);
  const body = await readBody(request, bodyLimit);
  if (body.kind === 'cut') return;
  if (body.kind === 'too-large') {
    const sentence = `The body is larger than ${String(bodyLimit)} bytes.`;
    return sendRefusal(response, invalid(sentence, null, 'too_large', 413), { Connection: 'close' });
  }
  const parsed = parseJson(body.bytes);
  if (parsed === undefined) return sendRefusal(response, invalid('The body is not JSON.', null));
  const call = readChatCall(parsed, ports.settings.get('models.maxOutputTokens'));
  if (!call.ok) return sendRefusal(response, call.failure);
  const { user } = call.value;
  if (user === null) return answerStateless(ports, call.value, response, over);
  const key = request.headers['idempotency-key'] ?? null;
  if (Array.isArray(key) || key === '' || (key !== null && key.length > maxKeyLength)) {
    const sentence = `Idempotency-Key must be one text of 1 to ${String(maxKeyLength)} characters.`;
    return sendRefusal(response, invalid(sentence, null));
  }
  return answerConversation(ports, { ...call.value, user }, key, response, { gone, over });
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function answerModels(ports: ApiPorts, response: ServerResponse, path: string): Promise<void> {
  const wanted = path === '/v1/models' ? null : decode(path.slice('/v1/models/'.length));
  const entries = await listModels(ports);
  if (wanted === null) return sendJson(response, 200, { object: 'list', data: entries });
  const one = entries.find(({ id }) => id === wanted);
  if (one !== undefined) return sendJson(response, 200, one);
  const sentence = `The model '${wanted.slice(0, 100)}' does not exist.`;
  sendRefusal(response, invalid(sentence, 'model', 'model_not_found', 404));
}

interface ModelEntry {
  readonly id: ModelRef;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
}

/** `default` and the models of every provider that answers in time. */
async function listModels(ports: ApiPorts): Promise<readonly ModelEntry[]> {
  const { models } = ports.gateway;
  const signal = AbortSignal.any([ports.stopping, AbortSignal.timeout(listLimit)]);
  const created = Math.floor(ports.facts.startedAt / 1000);
  const entry = (id: ModelRef, owner: string): ModelEntry => ({ id, object: 'model', created, owned_by: owner });
  const lists = models.providers().map(async ({ id }) => {
    const listed = await models.list(id, signal);
    return listed.ok ? listed.value.map(({ name }) => entry(`${id}/${name}`, id)) : [];
  });
  return [entry('default', 'porchlight'), ...(await Promise.all(lists)).flat()];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
