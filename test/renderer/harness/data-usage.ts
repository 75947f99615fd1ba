/** A month of use of the harness: some free, some dear, some estimated, some without a price. */
import type {
  BudgetView,
  CapView,
  PriceView,
  UsageSliceView,
  UsageView,
} from '../../../preload/contract/money-views.ts';

const dollar = 1_000_000;

/** Repeats, so that two pictures of the same state are the same. */
function wave(index: number): number {
  return (Math.sin(index * 12.9898) + 1) / 2;
}

export function series(bounds: readonly number[]): readonly UsageSliceView[] {
  return bounds.slice(0, -1).flatMap((from, index) => {
    const calls = Math.round(wave(index) * 40);
    if (index % 7 === 2) return [];
    return [
      {
        from,
        model: 'ollama/qwen3:8b',
        calls: calls * 2,
        inputTokens: calls * 4100,
        outputTokens: calls * 800,
        cost: 0,
        unpriced: 0,
        estimated: 0,
      },
      {
        from,
        model: 'openai/gpt-test-mini',
        calls,
        inputTokens: calls * 3100,
        outputTokens: calls * 700,
        cost: Math.round(calls * 0.011 * dollar),
        unpriced: 0,
        estimated: index % 5 === 0 ? 1 : 0,
      },
      ...(index > 25
        ? [
            {
              from,
              model: 'lab/experimental-model-with-a-long-name-2026-11-preview',
              calls: 1,
              inputTokens: 2000,
              outputTokens: 300,
              cost: 0,
              unpriced: 1,
              estimated: 0,
            },
          ]
        : []),
    ];
  });
}

/** `full`: a cap is reached; else one is near. */
export function budget(full: boolean, from: number): BudgetView {
  return {
    day: {
      from,
      cost: (full ? 5.02 : 4.2) * dollar,
      tokens: 182_000,
      reservedCost: full ? 0 : 0.12 * dollar,
      reservedTokens: full ? 0 : 8200,
      capCost: 5 * dollar,
      capTokens: full ? 1_000_000 : null,
    },
    month: {
      from,
      cost: 11.31 * dollar,
      tokens: 3_182_000,
      reservedCost: 0,
      reservedTokens: 0,
      capCost: 50 * dollar,
      capTokens: null,
    },
    alarm: full
      ? { code: 'budget.day-cost', params: { cap: 5 } }
      : { code: 'budget.warned', params: { percent: 84, used: 4.2, cap: 5 } },
  };
}

export const prices: readonly PriceView[] = [
  { model: 'openai/gpt-test-mini', input: 150_000, output: 600_000, source: 'file', date: '2026-11-01' },
  { model: 'groq/fast-70b', input: 75_000, output: 1_250_000, source: 'owner', date: '2026-11-20' },
  { model: 'ollama/qwen3:8b', input: 0, output: 0, source: 'local', date: null },
  {
    model: 'lab/experimental-model-with-a-long-name-2026-11-preview',
    input: null,
    output: null,
    source: 'none',
    date: null,
  },
];

const noCap = { dayCost: null, dayTokens: null, monthCost: null, monthTokens: null };

export const caps: readonly CapView[] = [
  {
    ...noCap,
    scope: 'provider',
    id: 'openai',
    title: 'OpenAI',
    fixedByFile: true,
    dayCost: 2 * dollar,
    monthTokens: 5_000_000,
    used: { dayCost: 1.71 * dollar, dayTokens: 96_000, monthCost: 12 * dollar, monthTokens: 1_400_000 },
    reserved: { dayCost: 0.12 * dollar, dayTokens: 8_000, monthCost: 0.12 * dollar, monthTokens: 900_000 },
  },
  {
    ...noCap,
    scope: 'conversation',
    id: 'c2',
    title: 'Lena',
    fixedByFile: false,
    dayCost: 0.5 * dollar,
    used: { dayCost: 0.5 * dollar, dayTokens: 41_000, monthCost: 1.2 * dollar, monthTokens: 90_000 },
    reserved: { dayCost: 0, dayTokens: 0, monthCost: 0, monthTokens: 0 },
  },
];

export const used: { readonly today: UsageView; readonly all: UsageView } = {
  today: { calls: 6, inputTokens: 14_000, outputTokens: 2_300, cost: 62_000, unpriced: 0, estimated: 1 },
  all: { calls: 48, inputTokens: 190_000, outputTokens: 31_000, cost: 1_240_000, unpriced: 3, estimated: 2 },
};
