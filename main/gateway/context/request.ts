/** The request to a model: what stands in the store, put together for one candidate. */
import { failed, ok, type Result } from '../../lib/result.ts';
import type { FinishedStep } from '../agent/types.ts';
import type { Calendar } from '../calendar.ts';
import { assembleContext, assumedWindow, historyMessages } from '../context.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Candidate } from '../model-pool.ts';
import type { ModelFailure, ModelRequest, ToolDescription } from '../model.ts';
import type { ModelRegistry } from '../models.ts';
import { insteadOfPictures, withPictures, type Media } from '../media/media.ts';
import { withFiles } from '../media/words.ts';
import { personaOf, thinkingOf } from '../personas.ts';
import type { Tables } from '../storage.ts';
import type { StartedTurn } from '../turn-start.ts';
import type { ConversationRow, MessageRow, Reason, TurnRow } from '../types.ts';

export interface RequestParts {
  readonly ports: GatewayPorts;
  readonly models: ModelRegistry;
  readonly calendar: Calendar;
  readonly media: Media;
}

/** What a turn has done so far, and what it may do. */
export interface TurnWork {
  /** In their order; each call has its result. */
  readonly steps: readonly FinishedStep[];
  /** Empty where none may be used. */
  readonly tools: readonly ToolDescription[];
}

/** What a candidate is asked: the context that fits its window, then what the turn has done so far. */
export async function requestFor(
  { ports, models, calendar, media }: RequestParts,
  turn: StartedTurn,
  candidate: Candidate,
  { tools }: TurnWork,
  signal: AbortSignal,
): Promise<Result<ModelRequest, ModelFailure>> {
  const question = await media.question(turn, candidate, signal);
  if (!question.ok) return question;
  const { inputs, pictures } = question.value;
  const provider = await candidate.provider.adapter();
  const window = (await provider.contextTokens(candidate.model, signal)) ?? assumedWindow;
  const { settings, storage } = ports;
  const context = assembleContext({
    persona: personaOf(storage.read, settings, turn.conversation, turn.link),
    linkKind: turn.link.kind,
    chatKind: turn.conversation.kind,
    now: ports.clock.now(),
    calendar,
    history: historyOf(storage.read, turn),
    inputs,
    turn: turn.row.id,
    window: Math.max(0, window - question.value.tokens),
    maxOutputTokens: settings.get('models.maxOutputTokens'),
  });
  if (!context.ok) return failed(overflow(context.failure));
  const thinking = thinkingOf(settings, turn.conversation);
  return ok({
    model: candidate.model,
    messages: withPictures(context.value.messages, pictures),
    maxOutputTokens: context.value.maxOutputTokens,
    timeouts: models.timeouts(candidate.provider.kind),
    ...(tools.length === 0 ? {} : { tools }),
    ...(pictures.length === 0 ? {} : { insteadOfPictures }),
    ...(thinking === null ? {} : { thinking }),
  });
}

/**
 * The messages of the turn's context. What waited while `/new` was answered was stored in the context before, but
 * answered in this one: such questions are fetched for their answers, or the model would see answers to nothing. Files
 * are told in words.
 */
export function historyOf(
  read: Pick<Tables, 'messages' | 'attachments'>,
  {
    conversation,
    row,
  }: { readonly conversation: Pick<ConversationRow, 'id'>; readonly row: Pick<TurnRow, 'contextNo'> },
): readonly MessageRow[] {
  const history = read.messages.ofContext(conversation.id, row.contextNo, historyMessages);
  const asked = new Set(history.filter(({ kind }) => kind === 'person').map(({ turn }) => turn));
  const answers = history.filter(({ kind, state }) => kind === 'assistant' && state !== 'cleared');
  const incomplete = answers.filter(({ turn }, index) => index === 0 || !asked.has(turn));
  const known = new Set(history.map(({ id }) => id));
  const missing = [...new Set(incomplete.map(({ turn }) => turn))]
    .flatMap((turn) => (turn === null ? [] : read.messages.ofTurn(turn)))
    .filter(({ id, kind }) => kind === 'person' && !known.has(id));
  const all = missing.length === 0 ? history : [...missing, ...history].sort((left, right) => left.seq - right.seq);
  return all.map((message) => withFiles(read, message));
}

function overflow(reason: Reason): ModelFailure {
  return { class: 'context-overflow', reason, detail: 'the newest message alone exceeds the window' };
}
