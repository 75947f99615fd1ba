/**
 * Whether a call that a model asks for is made: a pure function over a closed list of guards, asked in their order. What
 * a model writes is a wish; that somebody told it to (a page, a document, another program) makes it no order.
 */
import type { Tool } from '../tool.ts';
import { standsIn } from './addresses.ts';
import { saysOnly } from './own-words.ts';
import type { ToolPermission } from './types.ts';

/** Calls of one turn; more are refused. */
export const mostCalls = 25;

/**
 * Who may use tools at all: the owner, in a private conversation of his, with words that are all his own. Each of the
 * others is a guard of its own.
 */
export type Standing = 'owner' | 'guest' | 'group' | 'api' | 'words-of-others';

/**
 * `not-owner`, `in-group`, `over-api`, `words-of-others`: no tools there, whatever is asked for. `too-many`: more than
 * {@link mostCalls} in a turn. `unknown`: there is no such tool. `forbidden`: the owner said never. `malformed`: the
 * arguments are no JSON object.
 */
export const guards = [
  'not-owner',
  'in-group',
  'over-api',
  'words-of-others',
  'too-many',
  'unknown',
  'forbidden',
  'malformed',
] as const;
export type Guard = (typeof guards)[number];

export type Verdict =
  /** `input`: the arguments, parsed. */
  | { readonly kind: 'run'; readonly input: Readonly<Record<string, unknown>> }
  /** `tainted`: the tool would be used without asking, but what others wrote stands in what was read. */
  | { readonly kind: 'ask'; readonly because: 'permission' | 'tainted' }
  | { readonly kind: 'refuse'; readonly guard: Guard };

export interface CallQuestion {
  readonly name: string;
  /** JSON as the model wrote it. */
  readonly arguments: string;
  /** Null: there is no such tool. */
  readonly tool: {
    readonly sideEffects: boolean;
    readonly permission: ToolPermission;
    /** The owner said so himself; false: as the tool comes. */
    readonly chosen: boolean;
    /** The tool changes things, this call does not; see {@link Tool.isHarmless}. */
    readonly isHarmless: boolean;
    /** As {@link Tool.says}. */
    readonly says?: Tool['says'];
  } | null;
  readonly standing: Standing;
  /** Calls of the turn before this one, whatever became of them. */
  readonly before: number;
  /** The owner has allowed this very call. */
  readonly allowed: boolean;
  /** Something that others wrote stands in what the model had read when it asked: from this turn, or from one before. */
  readonly tainted: boolean;
  /**
   * The owner's own words. An address in them tells a stranger nothing but that the owner named it. A link of a page does:
   * which one of a hundred is followed may be a piece of the memory.
   */
  readonly known: readonly string[];
}

export function decideCall(question: CallQuestion): Verdict {
  const place = placeGuard(question.standing);
  if (place !== null) return { kind: 'refuse', guard: place };
  if (question.before >= mostCalls) return { kind: 'refuse', guard: 'too-many' };
  const { tool } = question;
  if (tool === null) return { kind: 'refuse', guard: 'unknown' };
  if (tool.permission === 'never') return { kind: 'refuse', guard: 'forbidden' };
  const input = inputOf(question.arguments);
  if (input === null) return { kind: 'refuse', guard: 'malformed' };
  if (question.allowed) return { kind: 'run', input };
  const needsNoWord = !tool.chosen && (tool.isHarmless || isOwnAddress(question, input));
  if (tool.permission === 'ask' && !needsNoWord) return { kind: 'ask', because: 'permission' };
  if (question.tainted && mayDoHarm(question, tool, input)) return { kind: 'ask', because: 'tainted' };
  return { kind: 'run', input };
}

function placeGuard(standing: Standing): Guard | null {
  switch (standing) {
    case 'owner':
      return null;
    case 'guest':
      return 'not-owner';
    case 'group':
      return 'in-group';
    case 'api':
      return 'over-api';
    case 'words-of-others':
      return 'words-of-others';
  }
}

/**
 * It changes something, unless all it does is to write down what the owner has just said; or it tells a stranger something
 * by the address that it asks for.
 */
function mayDoHarm(
  question: CallQuestion,
  { sideEffects, says }: NonNullable<CallQuestion['tool']>,
  input: Readonly<Record<string, unknown>>,
): boolean {
  if (sideEffects) return !saysOnly(says?.(input) ?? '', question.known);
  return question.name === pageReader && typeof input['url'] === 'string' && !isOwnAddress(question, input);
}

/** A page that the owner has just named himself: that he wants it read needs no second word. */
function isOwnAddress({ name, known }: CallQuestion, { url }: Readonly<Record<string, unknown>>): boolean {
  return name === pageReader && typeof url === 'string' && known.some((text) => standsIn(url, text));
}

/** The tool whose parameter `url` is an address that strangers get to see. */
const pageReader = 'read_web_page';

/** Null: not a JSON object. Some models write nothing at all where a tool has no parameters. */
export function inputOf(json: string): Readonly<Record<string, unknown>> | null {
  if (json.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : null;
  } catch {
    // What a model writes may be anything: that it is no JSON is the answer.
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
