/** A chat hears of a limit once per day or month; later messages that it stops are marked and say nothing. */
import type { Tables } from '../storage.ts';
import type { ConversationId, Millis, Reason } from '../types.ts';

const prefix = 'budget.told/';

type Facts = Pick<Tables, 'facts'>;

/** `period` is when the day or month began that the refusal belongs to. A changed limit is said again. */
export function toldAlready(tables: Facts, conversation: ConversationId, reason: Reason, period: Millis): boolean {
  return tables.facts.get(keyOf(conversation, reason)) === markOf(reason, period);
}

/** Inside the commit that tells it. One fact per conversation and limit, whatever the number of days. */
export function noteTold(tables: Facts, conversation: ConversationId, reason: Reason, period: Millis): void {
  tables.facts.put(keyOf(conversation, reason), markOf(reason, period));
}

/** Nothing of a forgotten conversation stays. */
export function forgetTold(tables: Facts, conversation: ConversationId): void {
  for (const { key } of tables.facts.all(`${prefix}${conversation}/`)) tables.facts.put(key, undefined);
}

function keyOf(conversation: ConversationId, reason: Reason): string {
  const about = reason.params?.['id'];
  return [`${prefix}${conversation}/${reason.code}`, ...(about === undefined ? [] : [String(about)])].join('/');
}

function markOf(reason: Reason, period: Millis): string {
  const { cap, capTokens, model } = reason.params ?? {};
  return `${String(period)} ${String(cap ?? capTokens ?? model ?? '')}`;
}
