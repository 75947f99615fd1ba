import { describe, expect, it } from 'vitest';
import { costOf, promptTokens } from '../../../main/gateway/budget/call-cost.ts';
import type { ModelRequest } from '../../../main/gateway/model.ts';

const timeouts = { connect: 1, firstToken: 1, betweenTokens: 1 };
const request = (over: Partial<ModelRequest>): ModelRequest => ({
  model: 'm',
  messages: [],
  maxOutputTokens: 1,
  timeouts,
  ...over,
});

describe('the cost of a call', () => {
  it.each([
    ['a million of each', { input: 2_500_000, output: 10_000_000 }, 1_000_000, 1_000_000, 12_500_000],
    ['one token of a cheap model: never less than it was', { input: 50_000, output: 0 }, 1, 0, 1],
    ['exactly one micro-dollar, not two', { input: 1_000_000, output: 0 }, 1, 0, 1],
    ['a fraction more than one', { input: 1_000_000, output: 1 }, 1, 1, 2],
    ['nothing read or written', { input: 1_000_000, output: 1_000_000 }, 0, 0, 0],
    ['a free model', { input: 0, output: 0 }, 1000, 1000, 0],
  ])('of %s', (_, price, inputTokens, outputTokens, cost) => {
    expect(costOf(price, { inputTokens, outputTokens })).toBe(cost);
  });
});

describe('the cost of a sound', () => {
  it.each([
    ['a minute', 6_000, 60, 6_000],
    ['a second', 6_000, 1, 100],
    ['ten minutes: six cents', 6_000, 600, 60_000],
    ['a fraction of a micro-dollar more', 667, 1, 12],
    ['nothing', 6_000, 0, 0],
  ])('of %s', (_, minute, seconds, cost) => {
    // What is charged by the minute is not charged by the token as well.
    expect(costOf({ input: 0, output: 0, minute }, { inputTokens: 5_000, outputTokens: 5_000, seconds })).toBe(cost);
  });
});

describe('the estimated prompt', () => {
  it('counts every side of the conversation, pictures, calls of tools and their descriptions', () => {
    const text = (characters: number): string => 'x'.repeat(characters);
    const parts: readonly [Partial<ModelRequest>, number][] = [
      [{ messages: [{ role: 'system', content: text(400) }] }, 104],
      [{ messages: [{ role: 'user', content: [{ kind: 'text', text: text(40) }] }] }, 14],
      [{ messages: [{ role: 'user', content: [{ kind: 'image', url: 'https://a.example/b.png' }] }] }, 1004],
      [{ messages: [{ role: 'tool', callId: 'c', content: text(80) }] }, 24],
      [
        {
          messages: [
            {
              role: 'assistant',
              content: text(4),
              toolCalls: [{ id: 'c', name: text(8), arguments: text(20) }],
            },
          ],
        },
        12,
      ],
      [{ tools: [{ name: 'look', description: text(100), parameters: {} }] }, 38],
    ];
    for (const [over, tokens] of parts) expect([over, promptTokens(request(over))]).toEqual([over, tokens]);
  });

  it('of scripts with wide characters is larger: they make more tokens', () => {
    const of = (text: string): number =>
      promptTokens(request({ messages: [{ role: 'user', content: [{ kind: 'text', text }] }] }));
    expect(of('語'.repeat(90))).toBe(64);
    expect(of('x'.repeat(90))).toBe(27);
  });
});
