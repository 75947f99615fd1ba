/**
 * The rule for the last turns, counted anew from what the model's server received: of the newest six, each that fits into
 * half of the window, and into what the rest leaves, stands word for word; one that is missing had no room.
 */
import { expect } from 'vitest';
import type { Prompt } from './condensing.ts';

export interface Said {
  readonly asked: string;
  readonly answer: string;
}

/** What a prompt holds of the newest turns, and how near to the edge it went. */
export interface Verbatim {
  /** Newest turns that stand there, one after the other up to the question. */
  readonly shown: number;
  /** A turn of the newest six was left out for its length. */
  readonly cut: boolean;
  /** Tokens that were left of what these turns may take. */
  readonly left: number;
}

const mostTurns = 6;
/** Tokens that each message takes beside its text. */
const frame = 4;

/** A quarter of a token for Latin letters, two thirds for others, rounded up. */
function tokensIn(text: string): number {
  const wide = [...text].filter((character) => (character.codePointAt(0) ?? 0) > 0x2ff).length;
  return Math.ceil((3 * (text.length - wide) + 8 * wide) / 12);
}

const cost = (text: string): number => tokensIn(text) + frame;

/** With head and tail where it is longer than a quarter of the window, else whole. */
function stands(there: string, part: string, largest: number): boolean {
  if (tokensIn(part) <= largest) return there === part;
  const [head = '', tail = ''] = there.split(/\n\[… .* …\]\n/);
  return head.length > largest && tail.length > largest / 2 && part.startsWith(head) && part.endsWith(tail);
}

/** Fails when the prompt breaks the rule. `said`: the answered turns before its question, oldest first. */
export function expectVerbatim(prompt: Prompt, said: readonly Said[], window: number): Verbatim {
  const { told, system, tools, limit } = prompt;
  const question = told.at(-1)?.text ?? '';
  const largest = window / 4;
  const offered = tools.length === 0 ? 0 : tokensIn(JSON.stringify(tools));
  const budget = Math.min(window / 2, window - limit - cost(system) - cost(question) - offered);
  const newest = said.slice(-mostTurns).toReversed();
  let shown = 0;
  let taken = 0;
  for (const turn of newest) {
    const [asked, answer] = told.slice(-3 - 2 * shown, told.length - 1 - 2 * shown);
    if (asked?.role !== 'user' || answer?.role !== 'assistant') break;
    // The summary stands before the oldest one, in the same message.
    const own = asked.text.slice(Math.max(0, asked.text.lastIndexOf('[end of the summary]\n')));
    const spoken = own.replace('[end of the summary]\n', '');
    if (!stands(spoken, turn.asked, largest) || !stands(answer.text, turn.answer, largest)) break;
    taken += cost(spoken) + cost(answer.text);
    shown++;
  }
  const missing = newest[shown];
  if (missing !== undefined) {
    const needed = [missing.asked, missing.answer].reduce(
      (sum, part) => sum + Math.min(cost(part), largest + frame),
      0,
    );
    expect(taken + needed, `room for turn ${String(shown + 1)} before the question`).toBeGreaterThan(budget);
  }
  expect(taken, 'what the last turns take').toBeLessThanOrEqual(Math.max(0, budget));
  return { shown, cut: missing !== undefined, left: budget - taken };
}
