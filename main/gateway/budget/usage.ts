/** What calls cost. Counted for every call that reached a server, failed and repeated ones too. */
import type { ModelCall } from '../models/attempts.ts';
import type { Ids } from '../clock.ts';
import type { Tables } from '../storage.ts';
import type { ConversationId, LinkId, TurnId, TurnRow } from '../types.ts';
import type { UsageRow } from './rows.ts';

export interface UsageOwner {
  readonly link: LinkId;
  readonly conversation: ConversationId | null;
  readonly turn: TurnId | null;
}

/** Null when the call never reached the server. */
function usageRow(call: ModelCall, owner: UsageOwner, ids: Ids): UsageRow | null {
  if (call.usage === null) return null;
  return {
    id: ids.next(),
    at: call.at,
    ...owner,
    model: call.model,
    inputTokens: call.usage.inputTokens,
    outputTokens: call.usage.outputTokens,
    cost: call.cost,
    local: call.local,
    estimated: call.usage.estimated,
    outcome: call.outcome,
  };
}

/** Inside the commit that ends or cuts a turn: the usage takes the place of what was set aside for it. */
export function addUsage(
  tables: Pick<Tables, 'usage' | 'reservations'>,
  turn: Pick<TurnRow, 'link' | 'conversation' | 'id'>,
  calls: readonly ModelCall[],
  ids: Ids,
): void {
  settleCalls(tables, { link: turn.link, conversation: turn.conversation, turn: turn.id }, calls, ids);
}

/** The same for calls of any owner. */
export function settleCalls(
  tables: Pick<Tables, 'usage' | 'reservations'>,
  owner: UsageOwner,
  calls: readonly ModelCall[],
  ids: Ids,
): void {
  for (const call of calls) {
    const row = usageRow(call, owner, ids);
    if (row !== null) tables.usage.add(row);
    if (call.reservation !== null) tables.reservations.remove(call.reservation);
  }
}
