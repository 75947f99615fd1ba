/**
 * The model's part of a turn: context → attempts → text, watched by a deadline. Whatever the model does, this settles:
 * after an abort within five seconds, and what comes later is ignored.
 */
import { abortedFailure, runAttempts, type AttemptEvent, type ModelCall } from './attempts.ts';
import type { Clock } from './clock.ts';
import { requestFor, type RequestParts } from './context/request.ts';
import type { TurnStatus } from './events.ts';
import type { GatewayPorts } from './gateway.ts';
import { explainWaitAfter, settleAtShutdown, settleWithin } from './limits.ts';
import type { StartedTurn } from './turn-start.ts';
import type { ModelRef, Reason } from './types.ts';

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

/** The calls in the result are stored by the caller; what it cannot know of any more is charged here. */
export async function replyWithModel(
  parts: RequestParts,
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
    request: (candidate) => requestFor(parts, turn, candidate, nothingDone, abort.signal),
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

/** Nothing of the turn is behind it, and no tool is offered. */
const nothingDone = { steps: [], tools: [] };

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
