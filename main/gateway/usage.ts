/** What calls cost. Counted for every call that reached a server, failed and repeated ones too. */
import type { ModelCall } from './attempts.ts';
import type { Ids } from './clock.ts';
import type { Tables } from './storage.ts';
import type { ConversationId, LinkId, TurnId, TurnRow, UsageRow } from './types.ts';

export interface UsageOwner {
  readonly link: LinkId;
  readonly conversation: ConversationId | null;
  readonly turn: TurnId | null;
}

/** Null when the call never reached the server. Remote models have no price yet: their cost is unknown, not zero. */
export function usageRow(call: ModelCall, owner: UsageOwner, ids: Ids): UsageRow | null {
  if (call.usage === null) return null;
  return {
    id: ids.next(),
    at: call.at,
    ...owner,
    model: call.model,
    inputTokens: call.usage.inputTokens,
    outputTokens: call.usage.outputTokens,
    cost: call.local ? 0 : null,
    estimated: call.usage.estimated,
    outcome: call.outcome,
  };
}

/** Inside the commit that ends or cuts a turn. */
export function addUsage(tables: Tables, turn: TurnRow, calls: readonly ModelCall[], ids: Ids): void {
  for (const call of calls) {
    const row = usageRow(call, { link: turn.link, conversation: turn.conversation, turn: turn.id }, ids);
    if (row !== null) tables.usage.add(row);
  }
}
