/* The messages of a chat request: roles, contents, and tool calls that pair with their results. */
import { isRecord } from '../lib/json.ts';
import type { JsonRecord } from '../lib/json.ts';
import { asText, no, withArticle } from './checked.ts';
import type { Checked } from './checked.ts';
import { emptyArray, invalid, missing, wrongType, wrongValue } from './errors.ts';
import type { Refusal } from './errors.ts';
import type { CheckedMessage, OpenAiOptions, ToolCallOut } from './types.ts';

const roles = ['system', 'assistant', 'user', 'function', 'tool', 'developer'];
const partTypes = ['text', 'image_url', 'input_audio', 'refusal', 'file'];

/** Checks the `messages` of a chat request. */
export function checkMessages(
  value: unknown,
  developerRole: NonNullable<OpenAiOptions['developerRole']>,
): Checked<readonly CheckedMessage[]> {
  if (value === undefined) return no(missing('messages'));
  if (!Array.isArray(value)) return no(wrongType('messages', 'an array of objects', withArticle(value)));
  if (value.length === 0) return no(emptyArray('messages'));
  const messages: CheckedMessage[] = [];
  for (const [index, raw] of value.entries()) {
    const at = `messages[${String(index)}]`;
    if (!isRecord(raw)) return no(wrongType(at, 'an object', withArticle(raw)));
    const message = checkMessage(raw, at, developerRole);
    if (!message.ok) return message;
    messages.push(message.value);
  }
  const refusal = checkPairs(messages);
  return refusal === undefined ? { ok: true, value: messages } : no(refusal);
}

function checkMessage(
  raw: JsonRecord,
  at: string,
  developerRole: NonNullable<OpenAiOptions['developerRole']>,
): Checked<CheckedMessage> {
  const { role } = raw;
  if (role === undefined) return no(missing(`${at}.role`));
  const spoken = developerRole === false ? roles.filter((name) => name !== 'developer') : roles;
  if (typeof role !== 'string' || !spoken.includes(role)) return no(wrongValue(`${at}.role`, asText(role), spoken));
  if (developerRole === 'only' && role === 'system') {
    const message = `Unsupported value: '${at}.role' does not support 'system' with this model.`;
    return no(invalid(message, `${at}.role`, 'unsupported_value'));
  }
  const calls = checkToolCalls(raw, role, at);
  if (!calls.ok) return calls;
  const content = checkContent(raw, role, at, calls.value.length > 0);
  if (!content.ok) return content;
  const id = raw['tool_call_id'];
  if (role === 'tool') {
    if (id === undefined) return no(missing(`${at}.tool_call_id`));
    if (typeof id !== 'string') return no(wrongType(`${at}.tool_call_id`, 'a string', withArticle(id)));
  }
  const toolCallId = typeof id === 'string' ? id : undefined;
  return { ok: true, value: { role, ...content.value, toolCalls: calls.value, toolCallId } };
}

function checkContent(
  raw: JsonRecord,
  role: string,
  at: string,
  hasCalls: boolean,
): Checked<{ readonly text: string; readonly media: number }> {
  const { content } = raw;
  if (typeof content === 'string') return { ok: true, value: { text: content, media: 0 } };
  if (Array.isArray(content)) return checkParts(content, role, at);
  const mayLack = role === 'assistant' && (hasCalls || raw['refusal'] !== undefined || raw['audio'] !== undefined);
  if (content === undefined || content === null) {
    if (mayLack) return { ok: true, value: { text: '', media: 0 } };
    if (content === undefined) return no(missing(`${at}.content`));
  }
  return no(wrongType(`${at}.content`, 'one of a string or array of objects', withArticle(content)));
}

function checkParts(
  parts: readonly unknown[],
  role: string,
  at: string,
): Checked<{ readonly text: string; readonly media: number }> {
  const allowed = role === 'user' ? partTypes : role === 'assistant' ? ['text', 'refusal'] : ['text'];
  const texts: string[] = [];
  let media = 0;
  for (const [index, part] of parts.entries()) {
    const here = `${at}.content[${String(index)}]`;
    if (!isRecord(part)) return no(wrongType(here, 'an object', withArticle(part)));
    const { type } = part;
    if (type === undefined) return no(missing(`${here}.type`));
    if (typeof type !== 'string' || !allowed.includes(type)) {
      return no(wrongValue(`${here}.type`, asText(type), allowed));
    }
    if (type === 'text') {
      if (part['text'] === undefined) return no(missing(`${here}.text`));
      if (typeof part['text'] !== 'string') return no(wrongType(`${here}.text`, 'a string', withArticle(part['text'])));
      texts.push(part['text']);
      continue;
    }
    media += 1;
    const refusal = type === 'image_url' ? checkImage(part, here) : undefined;
    if (refusal !== undefined) return no(refusal);
  }
  return { ok: true, value: { text: texts.join('\n'), media } };
}

function checkImage(part: JsonRecord, here: string): Refusal | undefined {
  const image = part['image_url'];
  if (image === undefined) return missing(`${here}.image_url`);
  if (!isRecord(image)) return wrongType(`${here}.image_url`, 'an object', withArticle(image));
  const { url } = image;
  if (url === undefined) return missing(`${here}.image_url.url`);
  if (typeof url !== 'string') return wrongType(`${here}.image_url.url`, 'a string', withArticle(url));
  if (/^(https?:\/\/|data:image\/)/.test(url)) return undefined;
  const text = `Invalid '${here}.image_url.url'. Expected a valid URL, but got a value with an invalid format.`;
  return invalid(text, `${here}.image_url.url`, 'invalid_value');
}

function checkToolCalls(raw: JsonRecord, role: string, at: string): Checked<readonly ToolCallOut[]> {
  const calls = raw['tool_calls'];
  const here = `${at}.tool_calls`;
  if (calls === undefined || calls === null) return { ok: true, value: [] };
  if (role !== 'assistant') {
    return no(invalid(`Unknown parameter: '${here}'.`, here, 'unknown_parameter'));
  }
  if (!Array.isArray(calls)) return no(wrongType(here, 'an array of objects', withArticle(calls)));
  if (calls.length === 0) return no(emptyArray(here));
  const checked: ToolCallOut[] = [];
  for (const [index, call] of calls.entries()) {
    const spot = `${here}[${String(index)}]`;
    if (!isRecord(call)) return no(wrongType(spot, 'an object', withArticle(call)));
    if (typeof call['id'] !== 'string') return no(missing(`${spot}.id`));
    if (call['type'] !== 'function') {
      return no(
        call['type'] === undefined
          ? missing(`${spot}.type`)
          : wrongValue(`${spot}.type`, asText(call['type']), ['function']),
      );
    }
    const fn = call['function'];
    if (!isRecord(fn)) return no(missing(`${spot}.function`));
    if (typeof fn['name'] !== 'string') return no(missing(`${spot}.function.name`));
    const args = fn['arguments'];
    if (args === undefined) return no(missing(`${spot}.function.arguments`));
    if (typeof args !== 'string') return no(wrongType(`${spot}.function.arguments`, 'a string', withArticle(args)));
    checked.push({ id: call['id'], name: fn['name'], arguments: args });
  }
  return { ok: true, value: checked };
}

/** Each tool result answers an open call of the assistant message before it, and no call stays unanswered. */
function checkPairs(messages: readonly CheckedMessage[]): Refusal | undefined {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const role = `messages.[${String(index)}].role`;
    if (message.role === 'tool') {
      if (message.toolCallId === undefined || !open.delete(message.toolCallId)) {
        const text = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
        return invalid(`Invalid parameter: ${text}`, role);
      }
      continue;
    }
    if (open.size > 0) return unanswered(open, role);
    open = new Set(message.toolCalls.map((call) => call.id));
  }
  return open.size > 0 ? unanswered(open, `messages.[${String(messages.length - 1)}].role`) : undefined;
}

function unanswered(open: ReadonlySet<string>, role: string): Refusal {
  const rule =
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.";
  const which = `The following tool_call_ids did not have response messages: ${[...open].join(', ')}`;
  return invalid(`${rule} ${which}`, role);
}
