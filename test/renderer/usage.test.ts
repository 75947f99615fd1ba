import { describe, expect, test } from 'vitest';
import type { UsageSliceView } from '../../preload/contract/money-views.ts';
import { dollarsOf, parseDollars, parseDollarsUpTo, parseTokens } from '../../renderer/screens/usage/dollars.ts';
import { byDay, byModel, meterOf, sum } from '../../renderer/screens/usage/sums.ts';
import { costText, replyCostText, tokensText, unpricedText } from '../../renderer/components/cost-words.ts';

function slice(from: number, model: string, change: Partial<UsageSliceView> = {}): UsageSliceView {
  return { from, model, calls: 1, inputTokens: 10, outputTokens: 5, cost: 100, unpriced: 0, estimated: 0, ...change };
}

describe('the sums', () => {
  const slices = [slice(0, 'a/x'), slice(0, 'b/free', { cost: 0, inputTokens: 900 }), slice(20, 'a/x', { cost: 50 })];

  test('by day name days without a call too (the bars moved together over a quiet week)', () => {
    expect(byDay(slices, [0, 10, 20, 30]).map(({ from, use }) => [from, use.calls, use.cost])).toEqual([
      [0, 2, 100],
      [10, 0, 0],
      [20, 1, 50],
    ]);
  });

  test('by model begin with the dearest, and add up to the same as the days', () => {
    const models = byModel(slices);
    expect(models.map(({ model, use }) => [model, use.cost])).toEqual([
      ['a/x', 150],
      ['b/free', 0],
    ]);
    expect(sum(models.map((each) => each.use))).toEqual(sum(slices));
  });
});

describe('a cost', () => {
  test('says "about" where counts were estimated and leaves out what nobody knows, in words', () => {
    expect(costText(slice(0, 'a/x', { cost: 1_234_567 }))).toBe('$1.23');
    expect(costText(slice(0, 'a/x', { cost: 1_234_567, estimated: 1 }))).toBe('about $1.23');
    expect(costText(slice(0, 'a/x', { cost: 1234 }))).toBe('$0.0012');
    expect(costText(slice(0, 'a/x', { cost: 3 }))).toBe('under $0.0001');
    expect(unpricedText(slice(0, 'a/x', { calls: 5, unpriced: 2 }))).toBe('cost unknown for 2 calls');
  });

  test('of calls whose price nobody knows is unknown, not nothing', () => {
    const use = slice(0, 'a/x', { calls: 3, unpriced: 3, cost: 0 });
    expect([costText(use), unpricedText(use)]).toEqual(['unknown', '']);
  });
});

describe('a limit', () => {
  test('counts what is set aside as well as what is settled', () => {
    expect(meterOf(50, 20, 100)).toMatchObject({ settled: 0.5, reserved: 0.2, state: 'fine' });
    expect(meterOf(60, 20, 100).state).toBe('near');
    expect(meterOf(90, 20, 100).state).toBe('full');
  });

  test('that is exceeded fills its bar and no more than that', () => {
    const { settled, reserved, share } = meterOf(150, 30, 100);
    expect([settled, reserved, share]).toEqual([1, 0, 1.8]);
  });
});

describe('a typed price', () => {
  test('becomes whole micro-dollars, with a comma as well as with a point', () => {
    expect(['0.15', '0,15', '$2', ' 1000 ', '.5', '0'].map(parseDollars)).toEqual([
      150_000, 150_000, 2_000_000, 1_000_000_000, 500_000, 0,
    ]);
  });

  test('that is none is not taken for one', () => {
    expect(['', 'cheap', '-1', '1e3', '1000.01', '1.2.3', 'NaN'].map(parseDollars)).toEqual(Array(7).fill(null));
  });

  test('comes back as it was typed', () => {
    expect(['0.15', '2', '0.000001'].map((text) => dollarsOf(parseDollars(text)))).toEqual(['0.15', '2', '0.000001']);
    expect(dollarsOf(null)).toBe('');
  });
});

describe('a limit as it is typed', () => {
  test('is a number of tokens with or without its unit, and nothing that could be read in two ways', () => {
    const read = ['250000', '250 000', '40k', '2.5M', '2,5m', "1'000"].map(parseTokens);
    expect(read).toEqual([250_000, 250_000, 40_000, 2_500_000, 2_500_000, 1000]);
    for (const text of ['', '0', '-5', '2.5', '250.000', '1e6', 'k', 'many', '9999999M']) {
      expect([text, parseTokens(text)]).toEqual([text, null]);
    }
  });

  test('may be far more in dollars than a price may', () => {
    expect([parseDollars('5000'), parseDollarsUpTo('5000', 1_000_000)]).toEqual([null, 5_000_000_000]);
  });
});

describe('what a reply cost', () => {
  const use = { calls: 2, inputTokens: 1200, outputTokens: 300, cost: 0, unpriced: 0, estimated: 0 };

  test('is its tokens where it was free, and says about where they are estimated', () => {
    expect(replyCostText(use)).toBe('1.5K tokens');
    expect(replyCostText({ ...use, estimated: 1 })).toBe('about 1.5K tokens');
    expect(replyCostText({ ...use, cost: 12_000 })).toBe('$0.01');
    expect(replyCostText({ ...use, unpriced: 2 })).toBe('unknown');
    expect(tokensText({ ...use, cost: 12_000 })).toBe('1.5K tokens');
  });
});
