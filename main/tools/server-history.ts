/** How a server of tools has been doing since the start of the program. */
import type { McpServerView } from '../../preload/contract/agent-views.ts';
import type { Millis } from '../gateway/types.ts';
import type { McpState } from './mcp/types.ts';

type Shown = Pick<McpServerView, 'since' | 'losses' | 'lastTrouble'>;

export interface History extends Shown {
  readonly kind: McpState['kind'];
}

/** `before` undefined: nothing is known of it yet. Pure. */
export function historyAfter(before: History | undefined, state: McpState, now: Millis): History {
  const { kind } = state;
  const isLost = before?.kind === 'ready' && 'reason' in state;
  return {
    kind,
    since: before?.kind === kind ? before.since : now,
    losses: (before?.losses ?? 0) + (isLost ? 1 : 0),
    lastTrouble: 'reason' in state ? state.reason : (before?.lastTrouble ?? null),
  };
}

export function historyView({ since, losses, lastTrouble }: History): Shown {
  return { since, losses, lastTrouble };
}
