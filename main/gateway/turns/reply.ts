/**
 * The model's part of a turn: context → attempts → text or calls of tools. Whatever the model does, this settles: after an
 * abort within five seconds, and what comes later is ignored.
 */
import { abortedFailure, runAttempts, type AttemptEvent, type ModelCall } from '../models/attempts.ts';
import type { Clock } from '../clock.ts';
import { requestFor, type RequestParts, type TurnWork } from '../context/request.ts';
import type { TurnStatus } from '../events.ts';
import { explainWaitAfter, settleAtShutdown, settleWithin } from '../limits.ts';
import type { ToolCall } from '../model.ts';
import type { StartedTurn } from './start.ts';
import type { ModelRef, Reason } from '../types.ts';

export type ReplyResult =
  | {
      readonly kind: 'answered';
      readonly text: string;
      /** Shown in the window alone; never sent to a chat, never given to a model again. */
      readonly reasoning: string;
      /** Tools that it asks for; none when this is its last word. */
      readonly toolCalls: readonly ToolCall[];
      readonly model: ModelRef;
      readonly calls: readonly ModelCall[];
    }
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

/** One answer of the model on its way through a turn. */
export interface Asking {
  /** What the turn has done so far, and what it may do. */
  readonly work: TurnWork;
  /** Attempts that were made for the steps before: one of this step has a higher number than all of them. */
  readonly attemptsBefore: number;
}

/**
 * One answer of the model. Whatever it does, this settles; the caller aborts it at the turn's deadline. The calls in the
 * result are stored by the caller; what it cannot know of any more is charged here.
 */
export async function replyWithModel(
  parts: RequestParts,
  turn: StartedTurn,
  { work, attemptsBefore }: Asking,
  watch: ReplyWatch,
  signal: AbortSignal,
): Promise<ReplyResult> {
  const { ports, models } = parts;
  const { clock } = ports;
  const progress = new ReplyProgress(clock, watch, attemptsBefore);
  const { link, conversation, id } = turn.row;
  using ledger = models.budget.ledger({ link, conversation, turn: id });
  using undo = new DisposableStack();
  undo.defer(() => progress.close());
  const attempts = runAttempts({
    candidates: models.candidates(turn.conversation.model),
    pool: models.pool,
    ledger,
    clock,
    random: ports.random,
    signal,
    textIsFinal: false,
    request: (candidate) => requestFor(parts, turn, candidate, work, signal),
  });
  const gaveUp = settledAfterAbort(clock, signal, undo);
  const result = await Promise.race([
    consume(attempts, progress),
    gaveUp.then(() => failedResult(progress, abortedFailure.reason)),
  ]);
  ledger.handOver(result.calls);
  return result;
}

/** UTF-16 units of reasoning that are kept of one answer. */
const longestReasoning = 64 * 1024;

/** What is known of a reply while it comes; closed when the turn has settled. */
class ReplyProgress {
  readonly calls: ModelCall[] = [];
  readonly toolCalls: ToolCall[] = [];
  text = '';
  reasoning = '';
  model: ModelRef | null = null;
  readonly #clock: Clock;
  readonly #watch: ReplyWatch;
  readonly #before: number;
  #attempt: number;
  #waitingFor: Reason | null = null;
  #explained = false;
  #timer: Disposable | null = null;
  #closed = false;

  constructor(clock: Clock, watch: ReplyWatch, attemptsBefore: number) {
    this.#clock = clock;
    this.#watch = watch;
    this.#before = attemptsBefore;
    this.#attempt = attemptsBefore;
  }

  take(event: AttemptEvent): void {
    if (this.#closed) return;
    switch (event.kind) {
      case 'begin':
        this.#attempt = this.#before + event.attempt;
        this.text = '';
        this.reasoning = '';
        this.toolCalls.length = 0;
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
        this.reasoning += event.text.slice(0, Math.max(0, longestReasoning - this.reasoning.length));
        return this.#spoke();
      case 'tool-call':
        this.toolCalls.push(event.call);
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
    const { model, text } = this;
    this.#watch.changed({ model, waitingFor, attempt: this.#attempt, text, doing: null, asking: false });
  }
}

async function consume(attempts: AsyncIterable<AttemptEvent>, progress: ReplyProgress): Promise<ReplyResult> {
  let result = failedResult(progress, abortedFailure.reason);
  for await (const event of attempts) {
    progress.take(event);
    if (event.kind !== 'end') continue;
    result =
      event.outcome.kind === 'answered'
        ? answeredResult(progress, event.outcome.model)
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

function answeredResult({ text, reasoning, toolCalls, calls }: ReplyProgress, model: ModelRef): ReplyResult {
  return { kind: 'answered', text, reasoning, toolCalls, model, calls };
}

function failedResult(progress: ReplyProgress, reason: Reason): ReplyResult {
  return { kind: 'failed', reason, partial: progress.text, model: progress.model, calls: progress.calls };
}
