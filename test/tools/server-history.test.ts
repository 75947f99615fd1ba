import { expect, test } from 'vitest';
import type { McpState } from '../../main/tools/mcp/types.ts';
import { historyAfter, historyView, type History } from '../../main/tools/server-history.ts';

test('a server that is well again still says how often it was lost, and why (a fault that nobody can find later)', () => {
  const ready: McpState = { kind: 'ready', tools: [], leftOut: [], since: 0 };
  const ended = { code: 'mcp.ended', params: { how: 'exit code 1' } } as const;
  const lost: McpState = { kind: 'retrying', at: 50, attempt: 1, reason: ended };
  const again: McpState = { kind: 'retrying', at: 90, attempt: 2, reason: { code: 'mcp.hung' } };
  let history: History | undefined;
  const seen = ([ready, lost, again, { kind: 'starting' }, ready, lost, ready] as const).map((state, now) => {
    history = historyAfter(history, state, now);
    return historyView(history);
  });
  const well = { losses: 0, lastTrouble: null };
  const hung = { losses: 1, lastTrouble: { code: 'mcp.hung' } };
  expect(seen).toEqual([
    { since: 0, ...well },
    { since: 1, losses: 1, lastTrouble: ended },
    { since: 1, ...hung },
    { since: 3, ...hung },
    { since: 4, ...hung },
    { since: 5, losses: 2, lastTrouble: ended },
    { since: 6, losses: 2, lastTrouble: ended },
  ]);
});
