/** What a model asks to do, in words for a chat: the tool by its name, and what it would be given, a line for each value. */
import { oneLine } from '../../lib/one-line.ts';
import { inputOf } from '../agent/decide.ts';

/** UTF-16 units that are shown of all values of a message together, of those of one call, of each value at least, of a name. */
const allCalls = 2_000;
const allValues = 600;
const shortestValue = 50;
const longestName = 40;

const ownTools: Readonly<Record<string, string>> = {
  remember: 'tool.remember',
  recall: 'tool.recall',
  read_more: 'tool.read-more',
  schedule: 'tool.schedule',
  read_web_page: 'tool.read-web-page',
};

/** The key of a sentence; null for a tool of a server. */
export function toolNameKey(tool: string): string | null {
  return Object.hasOwn(ownTools, tool) ? (ownTools[tool] ?? null) : null;
}

/** A tool of a server, `files__read`, as `read (files)`. */
export function serverToolName(tool: string): string {
  const [, server, name] = /^(.+?)__(.+)$/.exec(tool) ?? [];
  return server === undefined || name === undefined ? tool : `${name} (${server})`;
}

export interface GivenLine {
  /** Null where nothing names it. */
  readonly name: string | null;
  readonly value: string;
}

/**
 * The beginning of each value rather than all of the first: what it is sent to may stand behind what is sent. Each on one
 * line and without signs that turn the reading direction: a model may have been told to write them. `calls`: as many are told of in one message.
 */
export function givenLines(written: string, calls = 1): readonly GivenLine[] {
  const room = Math.min(allValues, Math.floor(allCalls / calls));
  const most = Math.max(2, Math.floor(room / shortestValue));
  const input = inputOf(written);
  if (input === null) return [{ name: null, value: oneLine(withoutDirection(written), room) }];
  const entries = Object.entries(input);
  const units = Math.max(shortestValue, Math.floor(room / Math.max(1, entries.length)));
  const lines = entries.slice(0, most).map(([name, value]) => ({
    name: oneLine(withoutDirection(name), longestName),
    value: oneLine(withoutDirection(textOf(value)), units),
  }));
  const left = entries.length - lines.length;
  return left === 0 ? lines : [...lines, { name: null, value: `… (+${String(left)})` }];
}

function textOf(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

export function withoutDirection(text: string): string {
  return text.replace(/[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '');
}
