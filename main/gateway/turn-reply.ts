/**
 * The model's part of a turn: context → attempts → text, watched by a deadline. Whatever the model does, this settles:
 * after an abort within five seconds, and what comes later is ignored.
 */
import { abortedFailure, runAttempts, type AttemptEvent, type ModelCall } from './attempts.ts';
import type { Calendar } from './calendar.ts';
import type { Clock } from './clock.ts';
import { assembleContext, historyMessages } from './context.ts';
import type { TurnStatus } from './events.ts';
import type { GatewayPorts } from './gateway.ts';
import { explainWaitAfter, settleAtShutdown, settleWithin } from './limits.ts';
import type { Candidate } from './model-pool.ts';
import type { ModelFailure, ModelRequest } from './model.ts';
import type { ModelRegistry } from './models.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import type { Tables } from './storage.ts';
import type { StartedTurn } from './turn-start.ts';
import type { ConversationRow, MessageRow, ModelRef, Reason, TurnRow } from './types.ts';

export type ReplyResult =
  | { readonly kind: 'answered'; readonly text: string; readonly model: ModelRef; readonly calls: readonly ModelCall[] }
  | {
      readonly kind: 'failed';
      readonly reason: Reason;
      /** What the last attempt had said. */
      readonly partial: string;
      readonly model: ModelRef | null;
      readonly calls: readonly ModelCall[];
    };

export interface ReplyWatch {
  /** After each change of the status but its text. */
  changed(status: Omit<TurnStatus, 'row'>): void;
  delta(attempt: number, offset: number, text: string): void;
}

export interface ReplyParts {
  readonly ports: GatewayPorts;
  readonly models: ModelRegistry;
  readonly calendar: Calendar;
}

/** The calls in the result are stored by the caller; what it cannot know of any more is charged here. */
export async function replyWithModel(
  parts: ReplyParts,
  turn: StartedTurn,
  watch: ReplyWatch,
  abort: AbortController,
): Promise<ReplyResult> {
  const { ports, models } = parts;
  const { clock } = ports;
  const progress = new ReplyProgress(clock, watch);
  const { link, conversation, id } = turn.row;
  using ledger = models.budget.ledger({ link, conversation, turn: id });
  using undo = new DisposableStack();
  undo.defer(() => progress.close());
  undo.use(clock.after(ports.settings.get('turns.deadlineSeconds') * 1000, () => abort.abort('deadline')));
  const attempts = runAttempts({
    candidates: models.candidates(turn.conversation.model),
    pool: models.pool,
    ledger,
    clock,
    random: ports.random,
    signal: abort.signal,
    textIsFinal: false,
    request: (candidate) => requestFor(parts, turn, candidate, abort.signal),
  });
  const gaveUp = settledAfterAbort(clock, abort.signal, undo);
  const result = await Promise.race([
    consume(attempts, progress),
    gaveUp.then(() => failedResult(progress, abortedFailure.reason)),
  ]);
  ledger.handOver(result.calls);
  return abort.signal.reason === 'deadline' && result.kind === 'failed'
    ? { ...result, reason: { code: 'turn.deadline', params: { minutes: deadlineMinutes(ports) } } }
    : result;
}

function deadlineMinutes(ports: GatewayPorts): number {
  return Math.round(ports.settings.get('turns.deadlineSeconds') / 60);
}

/** What is known of a reply while it comes; closed when the turn has settled. */
class ReplyProgress {
  readonly calls: ModelCall[] = [];
  text = '';
  model: ModelRef | null = null;
  readonly #clock: Clock;
  readonly #watch: ReplyWatch;
  #attempt = 0;
  #waitingFor: Reason | null = null;
  #explained = false;
  #timer: Disposable | null = null;
  #closed = false;

  constructor(clock: Clock, watch: ReplyWatch) {
    this.#clock = clock;
    this.#watch = watch;
  }

  take(event: AttemptEvent): void {
    if (this.#closed) return;
    switch (event.kind) {
      case 'begin':
        this.#attempt = event.attempt;
        this.text = '';
        this.model = event.model;
        return this.#waitFor({ code: 'model.waiting-first-token', params: { model: event.model } });
      case 'waiting':
        return this.#waitFor(event.reason);
      case 'text': {
        const offset = this.text.length;
        this.text += event.text;
        this.#spoke();
        return this.#watch.delta(this.#attempt, offset, event.text);
      }
      case 'call':
        this.calls.push(event.call);
        return;
      case 'reasoning':
      case 'tool-call':
        return this.#spoke();
      case 'end':
        return;
    }
  }

  close(): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
  }

  #waitFor(reason: Reason): void {
    // From one try to the next it is still the same wait for a first token.
    const waits = this.#waitingFor !== null;
    this.#waitingFor = reason;
    this.#publish(this.#explained ? reason : null);
    if (waits) return;
    this.#timer = this.#clock.after(explainWaitAfter, () => {
      this.#explained = true;
      this.#publish(this.#waitingFor);
    });
  }

  #spoke(): void {
    if (this.#waitingFor === null) return;
    this.#waitingFor = null;
    this.#timer?.[Symbol.dispose]();
    if (!this.#explained) return;
    this.#explained = false;
    this.#publish(null);
  }

  #publish(waitingFor: Reason | null): void {
    this.#watch.changed({ model: this.model, waitingFor, attempt: this.#attempt, text: this.text });
  }
}

async function consume(attempts: AsyncIterable<AttemptEvent>, progress: ReplyProgress): Promise<ReplyResult> {
  let result = failedResult(progress, abortedFailure.reason);
  for await (const event of attempts) {
    progress.take(event);
    if (event.kind !== 'end') continue;
    result =
      event.outcome.kind === 'answered'
        ? { kind: 'answered', text: progress.text, model: event.outcome.model, calls: progress.calls }
        : failedResult(progress, event.outcome.failure.reason);
  }
  return result;
}

/** Resolves only when an abort was not obeyed in time: the lane is released all the same. */
function settledAfterAbort(clock: Clock, signal: AbortSignal, undo: DisposableStack): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = (): void =>
      void undo.use(clock.after(signal.reason === 'shutdown' ? settleAtShutdown : settleWithin, resolve));
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    undo.defer(() => signal.removeEventListener('abort', giveUp));
  });
}

function failedResult(progress: ReplyProgress, reason: Reason): ReplyResult {
  return { kind: 'failed', reason, partial: progress.text, model: progress.model, calls: progress.calls };
}

async function requestFor(
  { ports, models, calendar }: ReplyParts,
  turn: StartedTurn,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<Result<ModelRequest, ModelFailure>> {
  const provider = await candidate.provider.adapter();
  const { settings, storage } = ports;
  const context = assembleContext({
    persona: settings.get('persona'),
    linkKind: turn.link.kind,
    chatKind: turn.conversation.kind,
    now: ports.clock.now(),
    calendar,
    history: historyOf(storage.read, turn),
    inputs: turn.inputs,
    turn: turn.row.id,
    window: await provider.contextTokens(candidate.model, signal),
    maxOutputTokens: settings.get('models.maxOutputTokens'),
  });
  if (!context.ok) return failed(overflow(context.failure));
  return ok({
    model: candidate.model,
    messages: context.value.messages,
    maxOutputTokens: context.value.maxOutputTokens,
    timeouts: models.timeouts(candidate.provider.kind),
  });
}

/**
 * The messages of the turn's context. What waited while `/new` was answered was stored in the context before, but
 * answered in this one: such questions are fetched for their answers, or the model would see answers to nothing.
 */
export function historyOf(
  read: Pick<Tables, 'messages'>,
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
  return missing.length === 0 ? history : [...missing, ...history].sort((left, right) => left.seq - right.seq);
}

function overflow(reason: Reason): ModelFailure {
  return { class: 'context-overflow', reason, detail: 'the newest message alone exceeds the window' };
}
