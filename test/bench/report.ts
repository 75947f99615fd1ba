/* The table for people and the JSON for programs. */
import { isMet, type Row } from './rows.ts';

const digits = { ms: 1, MiB: 1, kB: 1, '%': 2, '/s': 0, commits: 2, statements: 1, calls: 0 } as const;

function valueOf(row: Row): string {
  if ('wrong' in row) return `wrong: ${row.wrong}`;
  return `${row.value.toFixed(digits[row.unit])} ${row.unit}`;
}

function goalOf(row: Row): string {
  if ('wrong' in row || row.goal === null) return '';
  const mark = isMet(row) ? '✓' : '✗';
  return `${row.goal.at === 'most' ? '≤' : '≥'} ${String(row.goal.value)} ${mark}`;
}

function spreadOf(row: Row): string {
  if ('wrong' in row || row.each === undefined || row.each.length < 2) return '';
  const places = digits[row.unit];
  return `${Math.min(...row.each).toFixed(places)}–${Math.max(...row.each).toFixed(places)}`;
}

/** A Markdown table, its columns aligned for a terminal too. */
export function table(rows: readonly Row[]): string {
  const cells = [
    ['what', 'value', 'goal', 'rounds', 'others'],
    ...rows.map((row) => [row.name, valueOf(row), goalOf(row), spreadOf(row), `${String(row.othersPercent)} %`]),
  ];
  const widths = ['what', 'value', 'goal', 'rounds', 'others'].map((_, column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  );
  const lines = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

/** Whether a run may be used: nothing wrong. A goal that is missed is told by the table, and is no failure. */
export function isClean(rows: readonly Row[]): boolean {
  return rows.every((row) => !('wrong' in row));
}
