/** What the owner decides about a call that he was asked about. */
import { decision, type Decision } from '../access/decision.ts';
import type { Card, CardAnswer } from '../cards/types.ts';
import type { Tables } from '../storage.ts';
import type { LinkId, Millis } from '../types.ts';
import { ended, shownTool } from './call-rows.ts';
import { refusedByOwner } from './results.ts';
import type { ToolCallRow } from './types.ts';

type ToolCard = Extract<Card, { readonly kind: 'tool' }>;

/** Inside a commit. Null when it is decided already, or is no answer to it. */
export function decideTool(
  tables: Tables,
  link: LinkId,
  { call: id, conversation, turn }: ToolCard,
  answer: CardAnswer,
  now: Millis,
): Decision | null {
  const call = tables.toolCalls.get(id);
  if (call?.state !== 'asking') return null;
  if (answer !== 'once' && answer !== 'always' && answer !== 'ignore') return null;
  if (answer === 'always') tables.toolPermissions.put(call.name, 'always', now);
  const row: ToolCallRow =
    answer === 'ignore'
      ? ended(call, 'refused', refusedByOwner(shownTool(call)), now)
      : { ...call, state: 'allowed', reason: null };
  tables.toolCalls.put(row);
  return decision(link, { conversations: [conversation], decided: [turn] });
}
