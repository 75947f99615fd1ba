/** The request to a model: what stands in the store, put together for one candidate. */
import { failed, ok, type Result } from '../../lib/result.ts';
import type { StepWithCalls } from '../agent/types.ts';
import type { Calendar } from '../calendar.ts';
import {
  assembleContext,
  assumedWindow,
  canReadMore,
  historyMessages,
  largestPart,
  memoryShare,
  toolsThatFit,
  type AssembledContext,
  type ContextInput,
} from './context.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Candidate } from '../models/pool.ts';
import type { ModelFailure, ModelRequest, ToolDescription } from '../model.ts';
import type { ModelRegistry } from '../models/models.ts';
import { insteadOfPictures, withPictures, type Media, type Question } from '../media/media.ts';
import { filesOf, withFiles } from '../media/words.ts';
import { personaOf, thinkingOf } from './personas.ts';
import type { Tables } from '../storage.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { ConversationRow, MessageRow, Reason, TurnRow } from '../types.ts';
import type { SummaryRow } from './rows.ts';
import { compact, compactAt } from './compaction.ts';
import { memoryOf, type FrameKey } from './frame.ts';
import { turnsOf } from './turns.ts';

export interface RequestParts {
  readonly ports: GatewayPorts;
  readonly events: Pick<Events, 'publish'>;
  readonly models: ModelRegistry;
  readonly calendar: Calendar;
  readonly media: Media;
}

/** What a turn has done so far, and what it may do. */
export interface TurnWork {
  /** In their order; each call has its result. */
  readonly steps: readonly StepWithCalls[];
  /** Empty where none may be used. */
  readonly tools: readonly ToolDescription[];
}

/** What a candidate is asked: the context that fits its window, condensed before where it is time, and what the turn did. */
export async function requestFor(
  parts: RequestParts,
  turn: StartedTurn,
  candidate: Candidate,
  { steps, tools }: TurnWork,
  signal: AbortSignal,
): Promise<Result<ModelRequest, ModelFailure>> {
  const { ports, models, media } = parts;
  const question = await media.question(turn, candidate, signal);
  if (!question.ok) return question;
  const { pictures } = question.value;
  const window = await windowOf(models, candidate, signal);
  const work = { steps, tools: toolsThatFit(tools, window) };
  const ask = { turn, candidate, work, question: question.value, window };
  let context = await contextFor(parts, ask, signal);
  if (context.ok && (await condensed(parts, ask, context.value, signal))) {
    context = await contextFor(parts, ask, signal);
  }
  if (!context.ok) return failed(overflow(context.failure));
  const { messages, maxOutputTokens } = context.value.assembled;
  const thinking = thinkingOf(ports.settings, turn.conversation);
  return ok({
    model: candidate.model,
    messages: withPictures(messages, pictures),
    maxOutputTokens,
    timeouts: models.timeouts(candidate.provider.kind),
    ...(work.tools.length === 0 ? {} : { tools: work.tools }),
    ...(pictures.length === 0 ? {} : { insteadOfPictures }),
    ...(thinking === null ? {} : { thinking }),
  });
}

interface Ask {
  readonly turn: StartedTurn;
  readonly candidate: Candidate;
  readonly work: TurnWork;
  readonly question: Question;
  /** Null when it is not known. */
  readonly window: number | null;
}

interface TurnContext {
  readonly input: ContextInput;
  readonly assembled: AssembledContext;
  readonly key: FrameKey;
  readonly summary: SummaryRow | null;
}

async function contextFor(
  { ports, calendar }: RequestParts,
  { turn, work: { steps, tools }, question, window }: Ask,
  signal: AbortSignal,
): Promise<Result<TurnContext, Reason>> {
  const { settings, storage } = ports;
  const { read } = storage;
  const now = ports.clock.now();
  const { id: conversation } = turn.conversation;
  const { contextNo } = turn.row;
  const summary = read.summaries.latest(conversation, contextNo);
  const key = { conversation, contextNo, day: calendar.dayOf(now), summary: summary?.id ?? null };
  const room = Math.floor((window ?? assumedWindow) * memoryShare);
  const input: ContextInput = {
    persona: personaOf(read, settings, turn.conversation, turn.link),
    linkKind: turn.link.kind,
    chatKind: turn.conversation.kind,
    now,
    calendar,
    memory: await memoryOf(ports, turn, key, room, signal),
    summary: summary?.text ?? '',
    history: historyOf(read, turn, summary?.upto),
    inputs: question.inputs,
    files: new Set(turn.inputs.filter((input) => filesOf(read, input).length > 0).map(({ id: message }) => message)),
    pictureTokens: question.tokens,
    turn: turn.row.id,
    steps,
    tools,
    window,
    maxOutputTokens: settings.get('models.maxOutputTokens'),
  };
  const assembled = assembleContext(input);
  return assembled.ok ? ok({ input, assembled: assembled.value, key, summary }) : assembled;
}

/** True when the context is another one now. */
function condensed(
  parts: RequestParts,
  { turn, candidate, work }: Ask,
  { input, key, summary, assembled }: TurnContext,
  signal: AbortSignal,
): Promise<boolean> {
  const window = input.window ?? assumedWindow;
  const crowded = input.history.length >= historyMessages;
  if (!crowded && assembled.whole <= window * compactAt) return Promise.resolve(false);
  const turns = turnsOf({ ...input, largest: largestPart(window), readMore: canReadMore(input.tools) });
  return compact(parts, { turn, candidate, work, key, before: summary, turns, window, crowded }, signal);
}

/** The window that the server names, or the smaller one that it kept to; null when neither is known. */
export async function windowOf(
  { pool }: Pick<ModelRegistry, 'pool'>,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<number | null> {
  const named = await (await candidate.provider.adapter()).contextTokens(candidate.model, signal);
  const learned = pool.windows.learned(candidate.ref, named);
  return named === null || learned === null ? (named ?? learned) : Math.min(named, learned);
}

/**
 * The messages of the turn's context. What waited while `/new` was answered was stored in the context before, but
 * answered in this one: such questions are fetched for their answers, or the model would see answers to nothing. Where a
 * summary tells of the messages up to `after`, only what was answered later is read. Files are told in words.
 */
export function historyOf(
  read: Pick<Tables, 'messages' | 'attachments'>,
  {
    conversation,
    row,
  }: { readonly conversation: Pick<ConversationRow, 'id'>; readonly row: Pick<TurnRow, 'contextNo'> },
  after?: number,
): readonly MessageRow[] {
  const history = read.messages.ofContext(conversation.id, row.contextNo, historyMessages, after);
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
