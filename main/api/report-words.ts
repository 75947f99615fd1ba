/** How numbers, times and lists stand in the report. */
import type { Reason } from '../../preload/contract/reasons.ts';

/** A reason's code is ours; its parameters are anybody's. */
export function codeOf(why: Reason | null): string {
  return why?.code ?? 'none';
}

export function numbered(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['none'] : lines.map((line, index) => `${String(index + 1)}. ${line}`);
}

export function at(when: number): string {
  return new Date(when).toISOString();
}

export function ago(when: number | null, now: number): string {
  if (when === null) return 'never';
  return when > now ? `in ${seconds(when - now)}` : `${seconds(now - when)} ago`;
}

export function seconds(span: number): string {
  return `${String(Math.round(span / 1000))} s`;
}

/** `done 12, failed 3`; those of nothing are left out. */
export function counted(counts: readonly (readonly [string, number])[]): string {
  const there = counts.filter(([, count]) => count > 0);
  return there.length === 0 ? 'none' : there.map(([what, count]) => `${what} ${String(count)}`).join(', ');
}
