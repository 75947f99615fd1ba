/**
 * Oddities of servers as data. What the owner set holds; the rest starts with what most servers understand and is
 * learned, once, from a refusal that names the parameter.
 */
import type { Thinking } from '../../gateway/types.ts';
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

/** `reasoning_effort`, as OpenAI, vLLM, Groq, OpenRouter and llama.cpp take it; `none` switches thinking off. */
export type Effort = 'none' | 'low' | 'medium' | 'high';

/** What of a call a refusal may be about. */
export interface Sent {
  readonly model: string;
  readonly tools: boolean;
  readonly effort: Effort | null;
}

export interface KnownServer {
  readonly now: Compatibility;
  /** The same for one model: on one server some know tools and others do not. */
  of(model: string): Compatibility;
  /** What is sent for a level of thinking; null: nothing, because the model refused it before or the owner said so. */
  effort(model: string, thinking: Thinking | undefined): Effort | null;
  /** Changes one fact when `answer` refuses a parameter we sent and the fact is still open; the call may be repeated. */
  learn(answer: Answer, sent: Sent): Fact | 'effort' | null;
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
  const efforts = knowEfforts(overrides['supportsThinking']);
  const withoutTools = new Set<string>();
  const of = (model: string): Compatibility => (withoutTools.has(model) ? { ...now, supportsTools: false } : now);
  return {
    get now() {
      return now;
    },
    of,
    effort: (model, thinking) => (thinking === undefined ? null : efforts.of(model, thinking)),
    learn(answer, sent) {
      if (sent.effort !== null && refusesEffort(answer) && efforts.forget(sent.model, sent.effort)) return 'effort';
      const fact = refusedFact(answer, of(sent.model), sent.tools);
      if (fact === null || !open.has(fact)) return null;
      if (fact === 'supportsTools') withoutTools.add(sent.model);
      else {
        open.delete(fact);
        now = turned(now, fact);
      }
      return fact;
    },
  };
}

interface Efforts {
  of(model: string, thinking: Thinking): Effort | null;
  /** False when it holds whatever the server says. */
  forget(model: string, effort: Effort): boolean;
}

/** One server has models that think and models that do not, and levels that only some of them know: each is learned. */
function knowEfforts(supported: unknown): Efforts {
  const refused = new Set<string>();
  const key = (model: string, effort: Effort): string => `${effort} ${model}`;
  return {
    of(model, thinking) {
      const effort = thinking === 'off' ? 'none' : thinking;
      return supported === false || refused.has(key(model, effort)) ? null : effort;
    },
    forget(model, effort) {
      if (supported === true) return false;
      refused.add(key(model, effort));
      return true;
    },
  };
}

/** Named in any way: that the field is unknown, that its value is, or that the model does not think. */
function refusesEffort(answer: Answer): boolean {
  if (answer.status !== 400 && answer.status !== 422 && answer.status !== 500) return false;
  const { message, marks } = readServerError(answer.body);
  return /\breasoning[_. ]?effort\b|\bthink(?:ing)?\b/i.test(`${marks} ${message}`);
}

function turned(now: Compatibility, fact: Exclude<Fact, 'supportsTools'>): Compatibility {
  switch (fact) {
    case 'maxTokensField':
      return { ...now, maxTokensField: otherField(now.maxTokensField) };
    case 'supportsUsageInStream':
      return { ...now, supportsUsageInStream: false };
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

/** What a model cannot do; a call of a tool that went wrong ("failed to parse tool call arguments") is none of it. */
const lacking = /unsupported|not support|n[o']t supported|requires/i;

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
  const lacksTools = names('tools') || (lacking.test(message) && (names('tool') || names('function')));
  return now.supportsTools && sentTools && lacksTools ? 'supportsTools' : null;
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
