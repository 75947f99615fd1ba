/*
 * Whether the service would take a chat request, and if not, its refusal. Shapes after the types of the `openai` package
 * (ChatCompletionCreateParams); wording in errors.ts. The first fault found is the one that is answered.
 */
import { isRecord } from '../lib/json.ts';
import type { JsonRecord } from '../lib/json.ts';
import { asText, no, withArticle } from './checked.ts';
import type { Checked } from './checked.ts';
import {
  emptyArray,
  invalid,
  missing,
  unsupportedParameter,
  unsupportedValue,
  wrongType,
  wrongValue,
} from './errors.ts';
import type { Refusal } from './errors.ts';
import { checkMessages } from './messages.ts';
import type { CheckedMessage, OpenAiOptions } from './types.ts';

export interface CheckedChat {
  readonly model: string;
  readonly messages: readonly CheckedMessage[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number | undefined;
  /** Characters that count as prompt: texts, tool calls and tool descriptions. */
  readonly promptCharacters: number;
}

const known = new Set(
  (
    'messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens ' +
    'max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key ' +
    'prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier ' +
    'stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options'
  ).split(' '),
);

/** Checks the body of `POST /v1/chat/completions`. Models are looked up by the caller, after this. */
export function checkChat(body: unknown, options: OpenAiOptions): Checked<CheckedChat> {
  if (!isRecord(body)) return no(invalid('you must provide a model parameter'));
  const { model } = body;
  if (model === undefined || model === '') return no(invalid('you must provide a model parameter'));
  if (typeof model !== 'string') return no(wrongType('model', 'a string', withArticle(model)));
  const refusal = checkParameters(body, options);
  if (refusal !== undefined) return no(refusal);
  const messages = checkMessages(body['messages'], options.developerRole ?? true);
  if (!messages.ok) return messages;
  const usage = body['stream_options'];
  const limit = body['max_completion_tokens'] ?? body['max_tokens'];
  return {
    ok: true,
    value: {
      model,
      messages: messages.value,
      stream: body['stream'] === true,
      includeUsage: isRecord(usage) && usage['include_usage'] === true,
      maxTokens: typeof limit === 'number' ? limit : undefined,
      promptCharacters: promptCharacters(messages.value, body),
    },
  };
}

function promptCharacters(messages: readonly CheckedMessage[], body: JsonRecord): number {
  let sum = body['tools'] === undefined ? 0 : JSON.stringify(body['tools']).length;
  for (const message of messages) {
    sum += 12 + message.text.length;
    for (const call of message.toolCalls) sum += call.name.length + call.arguments.length;
  }
  return sum;
}

function checkParameters(body: JsonRecord, options: OpenAiOptions): Refusal | undefined {
  for (const name of Object.keys(body)) {
    if (!known.has(name)) return invalid(`Unrecognized request argument supplied: ${name}`);
  }
  return (
    checkFlag(body, 'stream') ??
    checkStreamOptions(body, options) ??
    checkLimits(body, options) ??
    checkDecimal(body, 'temperature', 0, 2) ??
    checkDecimal(body, 'top_p', 0, 1) ??
    checkEffort(body, options) ??
    checkTools(body, options)
  );
}

function checkFlag(body: JsonRecord, name: string): Refusal | undefined {
  const value = body[name];
  if (value === undefined || value === null || typeof value === 'boolean') return undefined;
  return wrongType(name, 'a boolean', withArticle(value));
}

function checkEffort(body: JsonRecord, { efforts }: OpenAiOptions): Refusal | undefined {
  const value = body['reasoning_effort'];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return wrongType('reasoning_effort', 'a string', withArticle(value));
  if (efforts === undefined || efforts.includes(value)) return undefined;
  if (efforts.length === 0) return unsupportedParameter('reasoning_effort');
  return unsupportedValue('reasoning_effort', value, efforts);
}

function checkStreamOptions(body: JsonRecord, options: OpenAiOptions): Refusal | undefined {
  const value = body['stream_options'];
  if (value === undefined || value === null) return undefined;
  if (options.supportsUsageInStream === false) {
    return invalid('Unrecognized request argument supplied: stream_options');
  }
  if (!isRecord(value)) return wrongType('stream_options', 'an object', withArticle(value));
  if (body['stream'] !== true) {
    return invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options');
  }
  return undefined;
}

function checkLimits(body: JsonRecord, options: OpenAiOptions): Refusal | undefined {
  const field = options.maxTokensField ?? 'both';
  const [older, newer] = ['max_tokens', 'max_completion_tokens'] as const;
  const given = [older, newer].filter((name) => body[name] !== undefined && body[name] !== null);
  if (field !== 'both') {
    const refused = given.find((name) => name !== field);
    if (refused === older) return unsupportedParameter(older, ` Use '${newer}' instead.`);
    if (refused === newer) return invalid(`Unrecognized request argument supplied: ${newer}`);
  }
  if (given.length === 2) {
    const message = `Setting '${older}' and '${newer}' at the same time is not supported.`;
    return invalid(message, older, 'invalid_parameter_combination');
  }
  for (const name of given) {
    const value = body[name];
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      return wrongType(name, 'an integer', withArticle(value));
    }
    if (value < 1) {
      const text = `Expected a value >= 1, but got ${String(value)} instead.`;
      return invalid(`Invalid '${name}': integer below minimum value. ${text}`, name, 'integer_below_min_value');
    }
  }
  return undefined;
}

function checkDecimal(body: JsonRecord, name: string, least: number, most: number): Refusal | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') return wrongType(name, 'a decimal', withArticle(value));
  if (value > most) {
    const text = `Expected a value <= ${String(most)}, but got ${String(value)} instead.`;
    return invalid(`Invalid '${name}': decimal above maximum value. ${text}`, name, 'decimal_above_max_value');
  }
  if (value < least) {
    const text = `Expected a value >= ${String(least)}, but got ${String(value)} instead.`;
    return invalid(`Invalid '${name}': decimal below minimum value. ${text}`, name, 'decimal_below_min_value');
  }
  return undefined;
}

function checkTools(body: JsonRecord, options: OpenAiOptions): Refusal | undefined {
  const { tools } = body;
  if (tools === undefined || tools === null) {
    const choice = body['tool_choice'];
    if (choice === undefined || choice === null || choice === 'none') return undefined;
    return invalid(
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
      'tool_choice',
    );
  }
  if (options.supportsTools === false) return unsupportedParameter('tools');
  if (!Array.isArray(tools)) return wrongType('tools', 'an array of objects', withArticle(tools));
  if (tools.length === 0) return emptyArray('tools');
  for (const [index, tool] of tools.entries()) {
    const refusal = checkTool(tool, `tools[${String(index)}]`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function checkTool(tool: unknown, at: string): Refusal | undefined {
  if (!isRecord(tool)) return wrongType(at, 'an object', withArticle(tool));
  const type = tool['type'];
  if (type === undefined) return missing(`${at}.type`);
  if (type === 'custom') return undefined;
  if (type !== 'function') return wrongValue(`${at}.type`, asText(type), ['function', 'custom']);
  const fn = tool['function'];
  if (!isRecord(fn)) return missing(`${at}.function`);
  const name = fn['name'];
  if (name === undefined) return missing(`${at}.function.name`);
  if (typeof name !== 'string') return wrongType(`${at}.function.name`, 'a string', withArticle(name));
  if (!/^[a-zA-Z0-9_-]+$/.test(name)) {
    const text = "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.";
    return invalid(`Invalid '${at}.function.name': ${text}`, `${at}.function.name`, 'invalid_value');
  }
  const parameters = fn['parameters'];
  if (parameters !== undefined && !isRecord(parameters)) {
    return wrongType(`${at}.function.parameters`, 'an object', withArticle(parameters));
  }
  return undefined;
}
