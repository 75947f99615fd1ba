import { expect, test } from 'vitest';
import type { LogLineView } from '../../preload/contract/diagnostics-views.ts';
import { fieldsText, fittingLines, keptLines, withLines } from '../../renderer/bridge/log-lines.ts';

const line = (n: number, more: Partial<LogLineView> = {}): LogLineView => ({
  n,
  at: n,
  level: 'info',
  event: 'link.state',
  fields: {},
  ...more,
});
const numbers = (lines: readonly LogLineView[]): readonly number[] => lines.map(({ n }) => n);

test('what was read and what is told join without a gap or a repetition, in whatever order they come', () => {
  const told = withLines([], [line(3), line(4)]);
  expect(numbers(withLines(told, [line(1), line(2), line(3)]))).toEqual([1, 2, 3, 4]);
  expect(numbers(withLines([line(1), line(2), line(3)], told))).toEqual([1, 2, 3, 4]);
  expect(numbers(withLines(told, [line(5), line(6)]))).toEqual([3, 4, 5, 6]);
});

test('a log that is written for hours stays as long as it may be (memory that climbs with the day)', () => {
  let lines: readonly LogLineView[] = [];
  for (let n = 0; n < 5 * keptLines; n += 100)
    lines = withLines(
      lines,
      Array.from({ length: 100 }, (_, index) => line(n + index)),
    );
  expect(lines).toHaveLength(keptLines);
  expect(lines.at(-1)?.n).toBe(5 * keptLines - 1);
  expect(numbers(withLines([line(1), line(2)], [line(2), line(3)], 2))).toEqual([2, 3]);
});

test('nothing new leaves the list as it is, so that nothing is drawn', () => {
  const lines = [line(1)];
  expect(withLines(lines, [])).toBe(lines);
});

test('the filters show a level and what is graver, and lines with each word of the text', () => {
  const lines = [
    line(1, { level: 'debug' }),
    line(2),
    line(3, { level: 'warn', fields: { link: 'Bot', attempt: 3 } }),
    line(4, { level: 'error', event: 'turn.failed', fields: { reason: 'model.network' } }),
  ];
  expect(numbers(fittingLines(lines, 'all', ''))).toEqual([2, 3, 4]);
  expect(numbers(fittingLines(lines, 'warn', ''))).toEqual([3, 4]);
  expect(numbers(fittingLines(lines, 'error', ''))).toEqual([4]);
  expect(numbers(fittingLines(lines, 'all', ' attempt=3  LINK.state '))).toEqual([3]);
  expect(numbers(fittingLines(lines, 'all', 'network'))).toEqual([4]);
  expect(numbers(fittingLines(lines, 'all', 'nowhere'))).toEqual([]);
});

test('fields are told as they are, also odd ones', () => {
  expect(fieldsText({ fields: { link: 'bot', attempt: 3, ok: false, none: null } })).toBe(
    'link=bot attempt=3 ok=false none=null',
  );
});
