/**
 * How much of the model's window the next message of a conversation would take before it says anything itself: the prompt
 * is put together as for a turn, with nothing asked, and estimated.
 */
import { failed, ok, type Result } from '../../lib/result.ts';
import { roleIn } from '../access/access.ts';
import type { Toolbox } from '../agent/toolbox.ts';
import type { Calendar } from '../calendar.ts';
import { assembleContext, assumedWindow, toolsThatFit } from './context.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { ContextUse } from './types.ts';
import type { LinkRegistry } from '../links/links.ts';
import type { ModelRegistry } from '../models/models.ts';
import { personaOf } from './personas.ts';
import { frameOf } from './frame.ts';
import { historyOf, windowOf } from './request.ts';
import type { ToolDescription } from '../model.ts';
import type { Tables } from '../storage.ts';
import type { ConversationId, ConversationRow, LinkRow, Reason } from '../types.ts';

export interface ContextUseParts {
  readonly ports: GatewayPorts;
  readonly links: Pick<LinkRegistry, 'row'>;
  readonly models: Pick<ModelRegistry, 'candidates' | 'pool'>;
  readonly calendar: Calendar;
  readonly toolbox: Pick<Toolbox, 'list'>;
}

/** `input.not-found`; why no model can be asked; `model.message-too-long` where not even the persona fits. */
export async function contextUse(
  { ports, links, models, calendar, toolbox }: ContextUseParts,
  id: ConversationId,
  signal: AbortSignal,
): Promise<Result<ContextUse, Reason>> {
  const { storage, settings, clock } = ports;
  const conversation = storage.read.conversations.get(id);
  const link = conversation === null ? null : links.row(conversation.link);
  if (conversation === null || link === null) return failed({ code: 'input.not-found', params: { name: id } });
  const { order, refused } = models.candidates(conversation.model);
  const [first] = order;
  if (first === undefined) return failed(refused[0]?.failure.reason ?? { code: 'model.none' });
  const window = await windowOf(models, first, signal);
  const { contextNo } = conversation;
  const own = isOwners(storage.read, link, conversation);
  const summary = storage.read.summaries.latest(id, contextNo);
  const now = clock.now();
  const key = { conversation: id, contextNo, day: calendar.dayOf(now), summary: summary?.id ?? null };
  const context = assembleContext({
    persona: personaOf(storage.read, settings, conversation, link),
    linkKind: link.kind,
    chatKind: conversation.kind,
    now,
    calendar,
    memory: own ? (frameOf(storage.read.frames.get(id), key)?.memory ?? '') : '',
    summary: summary?.text ?? '',
    history: historyOf(storage.read, { conversation, row: { contextNo } }, summary?.upto),
    inputs: [],
    files: new Set(),
    pictureTokens: 0,
    turn: '',
    steps: [],
    tools: own ? toolsThatFit(toolsOf(toolbox), window) : [],
    window,
    maxOutputTokens: settings.get('models.maxOutputTokens'),
  });
  if (!context.ok) return context;
  const { tokens, maxOutputTokens, leftOut, shares } = context.value;
  const begin = contextNo > 1 ? storage.read.messages.firstOfContext(id, contextNo) : null;
  return ok({
    model: first.ref,
    tokens,
    window: window ?? assumedWindow,
    windowKnown: window !== null,
    reply: maxOutputTokens,
    leftOut,
    memory: shares.memory,
    summary: shares.summary,
    tools: shares.tools,
    begin: begin === null ? null : { seq: begin.seq, at: begin.at },
  });
}

/** Where memory stands in the prompt and tools are offered: what the owner says there next is said by him alone. */
function isOwners(read: Tables, link: LinkRow, conversation: ConversationRow): boolean {
  if (conversation.kind !== 'private' || link.kind === 'api') return false;
  return roleIn(read, link, conversation, conversation.chat) === 'owner';
}

function toolsOf(toolbox: Pick<Toolbox, 'list'>): readonly ToolDescription[] {
  return toolbox.list().flatMap(({ tool, permission }) => (permission === 'never' ? [] : [tool.description]));
}
