/**
 * Oddities of servers as data. What the owner set holds; the rest starts with what most servers understand and is
 * learned, once, from a refusal that names the parameter.
 */
import { asRecord } from '../json.ts';
import type { Answer } from '../refusals.ts';
import { readServerError } from '../refusals.ts';

export interface Compatibility {
  /** The field that limits the answer; OpenAI's newer models refuse the older name, older servers the newer one. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** `stream_options.include_usage` is understood. */
  readonly supportsUsageInStream: boolean;
  readonly supportsTools: boolean;
  /** Instructions go out with the role `developer` instead of `system`. */
  readonly developerRole: boolean;
}

export type Fact = keyof Compatibility;

export interface KnownServer {
  readonly now: Compatibility;
  /** Changes one fact when `answer` refuses a parameter we sent and the fact is still open; the call may be repeated. */
  learn(answer: Answer, sent: { readonly tools: boolean }): Fact | null;
}

/** `overrides` are the provider's `compatibility`; values of a wrong type are ignored. */
export function knowServer(baseUrl: string, overrides: Readonly<Record<string, unknown>>): KnownServer {
  const open = new Set<Fact>();
  const pick = <Value>(fact: Fact, fits: (value: unknown) => value is Value, standard: Value): Value => {
    const value = overrides[fact];
    if (fits(value)) return value;
    open.add(fact);
    return standard;
  };
  const newerField = new URL(baseUrl).hostname === 'api.openai.com';
  let now: Compatibility = {
    maxTokensField: pick('maxTokensField', isField, newerField ? 'max_completion_tokens' : 'max_tokens'),
    supportsUsageInStream: pick('supportsUsageInStream', isBoolean, true),
    supportsTools: pick('supportsTools', isBoolean, true),
    developerRole: pick('developerRole', isBoolean, false),
  };
  return {
    get now() {
      return now;
    },
    learn(answer, sent) {
      const fact = refusedFact(answer, now, sent.tools);
      if (fact === null || !open.delete(fact)) return null;
      now = turned(now, fact);
      return fact;
    },
  };
}

function turned(now: Compatibility, fact: Fact): Compatibility {
  switch (fact) {
    case 'maxTokensField':
      return { ...now, maxTokensField: otherField(now.maxTokensField) };
    case 'supportsUsageInStream':
      return { ...now, supportsUsageInStream: false };
    case 'supportsTools':
      return { ...now, supportsTools: false };
    case 'developerRole':
      return { ...now, developerRole: !now.developerRole };
  }
}

function otherField(field: Compatibility['maxTokensField']): Compatibility['maxTokensField'] {
  return field === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
}

/** OpenAI: `unsupported_parameter`, `unsupported_value`; FastAPI: `extra_forbidden`; others say it in words. */
const refusing =
  /unsupported|not support|n[o']t supported|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|forbidden|requires/i;

/** Which of our parameters the answer refuses. 500 is in it for llama.cpp, which so refuses tools without `--jinja`. */
function refusedFact(answer: Answer, now: Compatibility, sentTools: boolean): Fact | null {
  if (answer.status !== 400 && answer.status !== 422 && answer.status !== 500) return null;
  const { message, marks } = readServerError(answer.body);
  if (!refusing.test(`${marks} ${message}`)) return null;
  const names = (name: string): boolean => marks.split(' ').includes(name) || new RegExp(`\\b${name}\\b`).test(message);
  if (answer.status !== 500) {
    if (now.supportsUsageInStream && names('stream_options')) return 'supportsUsageInStream';
    if (names(now.maxTokensField) && !tooMany.test(message)) return 'maxTokensField';
    const role = now.developerRole ? 'developer' : 'system';
    if (new RegExp(`['"\`]${role}['"\`]`).test(message) && /role/.test(`${marks} ${message}`)) return 'developerRole';
  }
  if (now.supportsTools && sentTools && (names('tools') || names('tool') || names('function'))) return 'supportsTools';
  return null;
}

/** Not the field is wrong but its value. */
const tooMany = /too (?:large|many|high|big)|at most|maximum|less than or equal/i;

function isField(value: unknown): value is Compatibility['maxTokensField'] {
  return value === 'max_tokens' || value === 'max_completion_tokens';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

/** A window the owner entered for this server (`contextTokens`: a number, or a record of model to number). */
export function enteredWindow(overrides: Readonly<Record<string, unknown>>, model: string): number | null {
  const entered = overrides['contextTokens'];
  const value = asRecord(entered)?.[model] ?? entered;
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}
