/**
 * Reads the body of `POST /v1/chat/completions` (OpenAI's API reference, "Create chat completion") by hand, in one pass
 * and without copying texts: bodies are up to 20 MB and this is the hot path. Parameters that are not named here are
 * ignored, as compatible servers do.
 */
import type { ChatContent, ChatMessage, ModelRequest, ToolCall, ToolDescription } from '../../gateway/model.ts';
import type { ModelRef, Thinking } from '../../gateway/types.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { invalid, type Refusal } from './errors.ts';

export interface ChatCall {
  /** Null for `default`. */
  readonly model: ModelRef | null;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Names the conversation; null for a stateless call. */
  readonly user: string | null;
  readonly request: Omit<ModelRequest, 'model' | 'timeouts'>;
}

type Fields = Readonly<Record<string, unknown>>;
type Read<Value> = Result<Value, Refusal>;

const modelRef = /^[a-z0-9-]{1,32}\/.{1,256}$/s;
const maxUser = 128;
const maxMessages = 10_000;

/** The call, or what is wrong with it. `maxOutputTokens` holds where the body names no limit. */
export function readChatCall(body: unknown, maxOutputTokens: number): Read<ChatCall> {
  if (!isObject(body)) return failed(invalid('The body must be a JSON object.', null));
  const { model, user } = body;
  if (typeof model !== 'string' || model === '') return failed(invalid('You must provide a model parameter.', 'model'));
  if (model !== 'default' && !modelRef.test(model)) {
    const message = `The model '${model.slice(0, 100)}' does not exist: it is 'default' or 'provider/model'.`;
    return failed(invalid(message, 'model', 'model_not_found', 404));
  }
  if (user !== undefined && user !== null && (typeof user !== 'string' || user === '' || user.length > maxUser)) {
    return failed(invalid(`'user' must be a text of 1 to ${String(maxUser)} characters.`, 'user'));
  }
  const messages = readMessages(body['messages']);
  if (!messages.ok) return messages;
  const options = readOptions(body, maxOutputTokens);
  if (!options.ok) return options;
  const streamOptions = body['stream_options'];
  return ok({
    model: model === 'default' ? null : model,
    stream: body['stream'] === true,
    includeUsage: isObject(streamOptions) && streamOptions['include_usage'] === true,
    user: user ?? null,
    request: { messages: messages.value, ...options.value },
  });
}

function readMessages(value: unknown): Read<readonly ChatMessage[]> {
  if (!Array.isArray(value) || value.length === 0 || value.length > maxMessages) {
    return failed(invalid(`'messages' must be a list of 1 to ${String(maxMessages)} messages.`, 'messages'));
  }
  const messages: ChatMessage[] = [];
  for (const [index, entry] of value.entries()) {
    const message = readMessage(entry, `messages.${String(index)}`);
    if (!message.ok) return message;
    messages.push(message.value);
  }
  return ok(messages);
}

function readMessage(value: unknown, path: string): Read<ChatMessage> {
  if (!isObject(value)) return failed(invalid(`'${path}' must be an object.`, path));
  const { role, content } = value;
  switch (role) {
    case 'system':
    case 'developer': {
      const text = readText(content, `${path}.content`);
      return text.ok ? ok({ role: 'system', content: text.value }) : text;
    }
    case 'user': {
      const parts = readContent(content, `${path}.content`);
      return parts.ok ? ok({ role: 'user', content: parts.value }) : parts;
    }
    case 'assistant': {
      const calls = readToolCalls(value['tool_calls'], `${path}.tool_calls`);
      if (!calls.ok) return calls;
      const text = content === undefined || content === null ? ok('') : readText(content, `${path}.content`);
      return text.ok ? ok({ role: 'assistant', content: text.value, toolCalls: calls.value }) : text;
    }
    case 'tool': {
      const callId = value['tool_call_id'];
      if (typeof callId !== 'string') return failed(invalid(`'${path}.tool_call_id' must be a text.`, path));
      const text = readText(content, `${path}.content`);
      return text.ok ? ok({ role: 'tool', callId, content: text.value }) : text;
    }
    default:
      return failed(invalid(`'${path}.role' must be system, developer, user, assistant or tool.`, `${path}.role`));
  }
}

function readText(value: unknown, path: string): Read<string> {
  if (typeof value === 'string') return ok(value);
  const parts = readContent(value, path);
  if (!parts.ok) return parts;
  if (parts.value.some(({ kind }) => kind === 'image')) return failed(invalid(`'${path}' may only be text.`, path));
  return ok(parts.value.map((part) => (part.kind === 'text' ? part.text : '')).join(''));
}

function readContent(value: unknown, path: string): Read<readonly ChatContent[]> {
  if (typeof value === 'string') return ok([{ kind: 'text', text: value }]);
  if (!Array.isArray(value)) return failed(invalid(`'${path}' must be a text or a list of parts.`, path));
  const parts: ChatContent[] = [];
  for (const [index, entry] of value.entries()) {
    const part = readPart(entry);
    if (part === null) {
      const message = `'${path}.${String(index)}' must be a text, or an image with an https: or data:image/ address.`;
      return failed(invalid(message, path));
    }
    parts.push(part);
  }
  return ok(parts);
}

function readPart(value: unknown): ChatContent | null {
  if (!isObject(value)) return null;
  if (value['type'] === 'text' && typeof value['text'] === 'string') return { kind: 'text', text: value['text'] };
  if (value['type'] === 'refusal' && typeof value['refusal'] === 'string')
    return { kind: 'text', text: value['refusal'] };
  const image = value['type'] === 'image_url' ? value['image_url'] : undefined;
  const url = isObject(image) ? image['url'] : undefined;
  if (typeof url !== 'string') return null;
  return url.startsWith('https://') || url.startsWith('data:image/') ? { kind: 'image', url } : null;
}

function readToolCalls(value: unknown, path: string): Read<readonly ToolCall[]> {
  if (value === undefined || value === null) return ok([]);
  if (!Array.isArray(value)) return failed(invalid(`'${path}' must be a list.`, path));
  const calls: ToolCall[] = [];
  for (const entry of value) {
    const call: unknown = isObject(entry) ? entry['function'] : undefined;
    const id: unknown = isObject(entry) ? entry['id'] : undefined;
    if (!isObject(call) || typeof id !== 'string') return failed(invalid(`'${path}' has a malformed call.`, path));
    const { name, arguments: given } = call;
    if (typeof name !== 'string' || typeof given !== 'string') {
      return failed(invalid(`'${path}' has a call without name or arguments.`, path));
    }
    calls.push({ id, name, arguments: given });
  }
  return ok(calls);
}

type Options = Omit<ChatCall['request'], 'messages'>;

function readOptions(body: Fields, maxOutputTokens: number): Read<Options> {
  const wrong = (name: string, expected: string) => failed(invalid(`'${name}' must be ${expected}.`, name));
  const given = (name: string): unknown => body[name] ?? undefined;
  const tokens = given('max_completion_tokens') ?? given('max_tokens') ?? maxOutputTokens;
  if (typeof tokens !== 'number' || !Number.isInteger(tokens) || tokens < 1) {
    return wrong(
      given('max_completion_tokens') === undefined ? 'max_tokens' : 'max_completion_tokens',
      'a whole number from 1',
    );
  }
  const temperature = given('temperature');
  if (!isOptionalNumber(temperature, 2)) return wrong('temperature', 'a number from 0 to 2');
  const topP = given('top_p');
  if (!isOptionalNumber(topP, 1)) return wrong('top_p', 'a number from 0 to 1');
  if ((given('n') ?? 1) !== 1) return wrong('n', '1');
  const stop = readStop(given('stop'));
  if (stop === null) return wrong('stop', 'a text or a list of at most 16 texts');
  const tools = readTools(given('tools'));
  if (!tools.ok) return tools;
  const thinking = readEffort(given('reasoning_effort'));
  if (thinking === null) return wrong('reasoning_effort', 'none, minimal, low, medium or high');
  const format = given('response_format');
  if (format !== undefined && !isObject(format)) return wrong('response_format', 'an object');
  const toolChoice = given('tool_choice');
  return ok({
    maxOutputTokens: tokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(stop === undefined ? {} : { stop }),
    ...(tools.value === undefined ? {} : { tools: tools.value }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(format === undefined ? {} : { responseFormat: format }),
    ...(thinking === undefined ? {} : { thinking }),
  });
}

/** `minimal` is the least that a model which thinks can do; only OpenAI's own know it. */
const efforts: ReadonlyMap<unknown, Thinking> = new Map([
  ['none', 'off'],
  ['minimal', 'low'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
]);

function readEffort(value: unknown): Thinking | undefined | null {
  return value === undefined ? undefined : (efforts.get(value) ?? null);
}

function readStop(value: unknown): readonly string[] | undefined | null {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return [value];
  const isList = Array.isArray(value) && value.length <= 16;
  return isList && value.every((entry): entry is string => typeof entry === 'string') ? value : null;
}

function readTools(value: unknown): Read<readonly ToolDescription[] | undefined> {
  if (value === undefined) return ok(undefined);
  if (!Array.isArray(value) || value.length > 512) return failed(invalid(`'tools' must be a list.`, 'tools'));
  const tools: ToolDescription[] = [];
  for (const [index, entry] of value.entries()) {
    const path = `tools.${String(index)}`;
    const described: unknown = isObject(entry) && entry['type'] === 'function' ? entry['function'] : undefined;
    if (!isObject(described)) return failed(invalid(`'${path}' must be a function.`, path));
    const { name, description = '', parameters = { type: 'object', properties: {} } } = described;
    if (typeof name !== 'string' || !/^[\w-]{1,64}$/.test(name)) {
      return failed(invalid(`'${path}.function.name' must be 1 to 64 letters, digits, _ or -.`, path));
    }
    if (typeof description !== 'string' || !isObject(parameters)) {
      return failed(invalid(`'${path}.function' has a malformed description or parameters.`, path));
    }
    tools.push({ name, description, parameters });
  }
  return ok(tools);
}

function isOptionalNumber(value: unknown, max: number): value is number | undefined {
  return value === undefined || (typeof value === 'number' && value >= 0 && value <= max);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
