/**
 * How much of the model's window the next message of a conversation would take before it says anything itself: the prompt
 * is put together as for a turn, with nothing asked, and estimated.
 */
import { failed, ok, type Result } from '../lib/result.ts';
import type { Calendar } from './calendar.ts';
import { assembleContext, assumedWindow } from './context.ts';
import type { ContextUse, GatewayPorts } from './gateway.ts';
import type { LinkRegistry } from './links.ts';
import type { ModelRegistry } from './models.ts';
import { personaOf } from './personas.ts';
import { historyOf } from './context/request.ts';
import type { ConversationId, Reason } from './types.ts';

export interface ContextUseParts {
  readonly ports: GatewayPorts;
  readonly links: Pick<LinkRegistry, 'row'>;
  readonly models: Pick<ModelRegistry, 'candidates'>;
  readonly calendar: Calendar;
}

/** `input.not-found`; why no model can be asked; `model.message-too-long` where not even the persona fits. */
export async function contextUse(
  { ports, links, models, calendar }: ContextUseParts,
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
  const window = await (await first.provider.adapter()).contextTokens(first.model, signal);
  const { contextNo } = conversation;
  const history = historyOf(storage.read, { conversation, row: { contextNo } });
  const context = assembleContext({
    persona: personaOf(storage.read, settings, conversation, link),
    linkKind: link.kind,
    chatKind: conversation.kind,
    now: clock.now(),
    calendar,
    history,
    inputs: [],
    turn: '',
    window,
    maxOutputTokens: settings.get('models.maxOutputTokens'),
  });
  if (!context.ok) return context;
  const { tokens, maxOutputTokens, leftOut } = context.value;
  const begin = contextNo > 1 ? (history.find((message) => message.contextNo === contextNo) ?? null) : null;
  return ok({
    model: first.ref,
    tokens,
    window: window ?? assumedWindow,
    windowKnown: window !== null,
    reply: maxOutputTokens,
    leftOut,
    begin: begin === null ? null : { seq: begin.seq, at: begin.at },
  });
}
