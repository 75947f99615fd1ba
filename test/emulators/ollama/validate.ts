/*
 * The body of `POST /api/chat`. Like the service, which reads it into typed fields, a wrong type is refused with the
 * sentence of Go's JSON decoder, unknown fields are ignored, and a prompt that is too long is cut without a word.
 */
import { isRecord, jsonTypeName } from '../lib/json.ts';
import type { JsonRecord } from '../lib/json.ts';
import { estimateTokens } from '../lib/script.ts';
import type { CheckedMessage } from './types.ts';

export interface CheckedChat {
  readonly model: string;
  readonly messages: readonly CheckedMessage[];
  readonly tools: boolean;
  /** `undefined` when the client leaves it to the model. */
  readonly think: boolean | undefined;
  readonly stream: boolean;
  readonly numCtx: number | undefined;
  readonly numPredict: number | undefined;
  readonly keepAlive: unknown;
}

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** The first sentence the service would refuse the body with, or what it means. */
export function checkChat(body: JsonRecord): Checked<CheckedChat> {
  const wrong =
    field(body, 'model', 'string', 'string') ??
    field(body, 'messages', 'array', '[]api.Message') ??
    field(body, 'stream', 'boolean', 'bool') ??
    field(body, 'tools', 'array', 'api.Tools') ??
    field(body, 'options', 'object', 'map[string]interface {}');
  if (wrong !== undefined) return { ok: false, error: wrong };
  const { model, messages, tools, think } = body;
  if (typeof model !== 'string' || model === '') return { ok: false, error: 'model is required' };
  const checked: CheckedMessage[] = [];
  for (const raw of Array.isArray(messages) ? messages : []) {
    const message = checkMessage(raw);
    if (!message.ok) return message;
    checked.push(message.value);
  }
  const thinking = checkThink(think);
  if (!thinking.ok) return thinking;
  const options = isRecord(body['options']) ? body['options'] : {};
  for (const name of ['num_ctx', 'num_predict']) {
    if (options[name] !== undefined && typeof options[name] !== 'number') {
      return { ok: false, error: `option "${name}" must be of type integer` };
    }
  }
  return {
    ok: true,
    value: {
      model,
      messages: checked,
      tools: Array.isArray(tools) && tools.length > 0,
      think: thinking.value,
      stream: body['stream'] !== false,
      numCtx: typeof options['num_ctx'] === 'number' ? options['num_ctx'] : undefined,
      numPredict: typeof options['num_predict'] === 'number' ? options['num_predict'] : undefined,
      keepAlive: body['keep_alive'],
    },
  };
}

function field(
  body: JsonRecord,
  name: string,
  type: string,
  goType: string,
  owner = 'ChatRequest',
): string | undefined {
  const value = body[name];
  const actual = value === null || value === undefined ? undefined : jsonTypeName(value);
  if (actual === undefined || actual === type) return undefined;
  const given = actual === 'integer' || actual === 'decimal' ? 'number' : actual === 'boolean' ? 'bool' : actual;
  return `json: cannot unmarshal ${given} into Go struct field ${owner}.${name} of type ${goType}`;
}

function checkThink(value: unknown): Checked<boolean | undefined> {
  if (value === undefined || value === null) return { ok: true, value: undefined };
  if (typeof value === 'boolean') return { ok: true, value };
  if (typeof value === 'string' && ['high', 'medium', 'low', 'max'].includes(value)) return { ok: true, value: true };
  const text = 'must be a boolean or string ("high", "medium", "low", "max")';
  return { ok: false, error: `think ${text}` };
}

function checkMessage(raw: unknown): Checked<CheckedMessage> {
  if (!isRecord(raw)) {
    return {
      ok: false,
      error: `json: cannot unmarshal ${jsonTypeName(raw)} into Go struct field ChatRequest.messages of type api.Message`,
    };
  }
  const wrong =
    field(raw, 'role', 'string', 'string', 'ChatRequest.messages') ??
    field(raw, 'content', 'string', 'string', 'ChatRequest.messages') ??
    field(raw, 'tool_calls', 'array', '[]api.ToolCall', 'ChatRequest.messages');
  if (wrong !== undefined) return { ok: false, error: wrong };
  const calls = Array.isArray(raw['tool_calls']) ? raw['tool_calls'] : [];
  for (const call of calls) {
    const fn = isRecord(call) ? call['function'] : undefined;
    if (isRecord(fn) && typeof fn['arguments'] === 'string') {
      // The service wants an object here where the OpenAI API wants text: a common mistake of clients.
      const where = 'ChatRequest.messages.tool_calls.function.arguments';
      return {
        ok: false,
        error: `json: cannot unmarshal string into Go struct field ${where} of type api.ToolCallFunctionArguments`,
      };
    }
  }
  const images = Array.isArray(raw['images']) ? raw['images'].length : 0;
  const { role, content } = raw;
  return {
    ok: true,
    value: {
      role: typeof role === 'string' ? role : '',
      content: typeof content === 'string' ? content : '',
      images,
      toolCalls: calls.length,
    },
  };
}

export interface Fitted {
  readonly messages: readonly CheckedMessage[];
  readonly promptTokens: number;
  /** Tokens that were thrown away. */
  readonly truncated: number;
}

/** Drops the oldest messages until the rest fits; system messages and the newest one stay, which alone may be cut. */
export function fitToWindow(messages: readonly CheckedMessage[], numCtx: number): Fitted {
  const cost = (message: CheckedMessage) => estimateTokens(12 + message.content.length);
  const total = messages.reduce((sum, message) => sum + cost(message), 0);
  let kept = [...messages];
  let tokens = total;
  while (tokens > numCtx) {
    const oldest = kept.findIndex((message, index) => message.role !== 'system' && index < kept.length - 1);
    const victim = kept[oldest];
    if (victim === undefined) break;
    kept = kept.filter((message) => message !== victim);
    tokens -= cost(victim);
  }
  const promptTokens = Math.min(tokens, numCtx);
  return { messages: kept, promptTokens, truncated: total - promptTokens };
}
