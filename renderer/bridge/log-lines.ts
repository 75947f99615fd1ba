/** Lines of the log as the window keeps them: each once, in their order, and not more than a bounded number. */
import type { LogLineView } from '../../preload/contract/diagnostics-views.ts';

/** What the gateway keeps, too. */
export const keptLines = 2000;

/** `more` in any order and with repetitions; the oldest go when there are too many. */
export function withLines(
  lines: readonly LogLineView[],
  more: readonly LogLineView[],
  kept = keptLines,
): readonly LogLineView[] {
  if (more.length === 0) return lines;
  const last = lines.at(-1)?.n ?? -Infinity;
  const rising = more.every((line, index) => line.n > (more[index - 1]?.n ?? last));
  if (rising) return [...lines, ...more].slice(-kept);
  const byNumber = new Map([...lines, ...more].map((line) => [line.n, line]));
  return [...byNumber.values()].sort((one, other) => one.n - other.n).slice(-kept);
}

/** The levels that a person chooses between: this one and everything graver. */
export type LogLevelChoice = 'all' | 'warn' | 'error';

const graver: Readonly<Record<LogLevelChoice, readonly LogLineView['level'][]>> = {
  // Finer lines are not told as they come, so they are not shown from the past either.
  all: ['info', 'warn', 'error'],
  warn: ['warn', 'error'],
  error: ['error'],
};

/** `text` stands anywhere in the line, in either case; each of its words for itself. */
export function fittingLines(
  lines: readonly LogLineView[],
  level: LogLevelChoice,
  text: string,
): readonly LogLineView[] {
  const levels = graver[level];
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter((line) => {
    if (!levels.includes(line.level)) return false;
    if (words.length === 0) return true;
    const said = `${line.level} ${line.event} ${fieldsText(line)}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** `link=bot attempt=3` */
export function fieldsText({ fields }: Pick<LogLineView, 'fields'>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
