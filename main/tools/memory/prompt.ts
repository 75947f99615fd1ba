/** What of the memory stands in a prompt. */
import { estimateTokens, headOfTokens, tailOfTokens } from '../../gateway/tokens.ts';

export interface PromptPart {
  readonly name: string;
  readonly text: string;
  /** The part of a shortened text that is its beginning; the newest of a log is its end. */
  readonly headShare: number;
}

const marker = '\n[… a part is left out here; recall finds what is in it …]\n';
/** A shortened text with less than this says nothing. */
const fewest = 40;
/** Of the room, when the curated part and the logs want more than there is. */
const curatedShare = 0.6;
/** Of what is left for logs, when both are long. */
const newestShare = 2 / 3;

/**
 * The parts in the given order within `maxTokens` by the gateway's own estimate: the curated one first, then logs, the
 * newest last. The same parts give the same bytes. Empty when there is nothing, or no room.
 */
export function promptOf(curated: PromptPart | null, logs: readonly PromptPart[], maxTokens: number): string {
  const parts = [...(curated === null ? [] : [curated]), ...logs].filter(({ text }) => text.trim() !== '');
  const whole = parts.map(framed);
  if (costOf(whole) <= maxTokens) return whole.join('');
  const wanted = (part: PromptPart): number => (parts.includes(part) ? estimateTokens(framed(part)) : 0);
  const ofLogs = logs.reduce((sum, log) => sum + wanted(log), 0);
  let room = maxTokens;
  const shortened: string[] = [];
  if (curated !== null) {
    const share = Math.max(Math.floor(maxTokens * curatedShare), maxTokens - ofLogs);
    shortened.push(fitted(curated, Math.min(room, share)));
    room -= costOf(shortened);
  }
  const [newest, ...older] = logs.toReversed();
  if (newest === undefined) return shortened.join('');
  const ofOlder = older.reduce((sum, log) => sum + wanted(log), 0);
  const last = fitted(newest, Math.max(Math.floor(room * newestShare), room - ofOlder));
  room -= estimateTokens(last);
  const before = older.map((log) => {
    const text = fitted(log, room);
    room -= estimateTokens(text);
    return text;
  });
  return [...shortened, ...before.toReversed(), last].join('');
}

/** Each is rounded up by itself, so that their sum is never less than the estimate of all of it. */
function costOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + estimateTokens(text), 0);
}

/** The frame cannot be closed by what stands in it. */
function framed({ name, text }: Pick<PromptPart, 'name' | 'text'>): string {
  return `<memory file="${name}">\n${text.trim().replaceAll('</memory', '<\\/memory')}\n</memory>\n`;
}

function fitted(part: PromptPart, tokens: number): string {
  const whole = framed(part);
  if (part.text.trim() === '' || estimateTokens(whole) <= tokens) return part.text.trim() === '' ? '' : whole;
  // What is escaped makes a text longer, so it is escaped before it is cut.
  const text = part.text.trim().replaceAll('</memory', '<\\/memory');
  const room = tokens - estimateTokens(framed({ name: part.name, text: marker })) - 1;
  if (room < fewest) return '';
  const head = wholeLines(headOfTokens(text, Math.floor(room * part.headShare)), 'head');
  const tail = wholeLines(tailOfTokens(text, Math.floor(room * (1 - part.headShare))), 'tail');
  return framed({ name: part.name, text: `${head}${marker}${tail}` });
}

/** Cut at a line's end, unless that would throw away half of it. */
function wholeLines(text: string, side: 'head' | 'tail'): string {
  const at = side === 'head' ? text.lastIndexOf('\n') : text.indexOf('\n');
  if (at < 0) return text;
  if (side === 'head') return at > text.length / 2 ? text.slice(0, at) : text;
  return at < text.length / 2 ? text.slice(at + 1) : text;
}
