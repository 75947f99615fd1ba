/**
 * The calls of one turn, or of one stateless request, as money sees them. Each is opened before it goes out: decided at
 * once in memory, noted in the store, and only then made. Each ends with its usage. Whoever ends the turn takes the
 * ended calls over and stores them in its own commit; what nobody took when the ledger is disposed of (a model that
 * never came back, a reader that went away, a bug) is stored by the ledger itself, an unended call in full.
 */
import { abortedFailure, type ModelCall } from '../models/attempts.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { ModelPrice } from './types.ts';
import { costOf, promptTokens } from './call-cost.ts';
import { describeError } from '../log.ts';
import type { Candidate } from '../models/pool.ts';
import type { ModelFailure, ModelRequest, ModelUsage } from '../model.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { noteWhenWell } from '../persist.ts';
import type { Reason } from '../types.ts';
import type { ReservationRow } from './rows.ts';
import { settleCalls, type UsageOwner } from './usage.ts';

/** A call that may go out. */
export interface OpenCall {
  /** Null usage: it never reached the server and costs nothing. */
  end(usage: ModelUsage | null, outcome: string): ModelCall;
}

export interface Ledger extends Disposable {
  /**
   * Sets aside what the call costs at most. Fails with the reason of a cap (class `quota`), or as aborted; then nothing
   * must be asked. Waits while the store cannot write: a call that nobody knew of after a crash would be for free.
   */
  open(
    candidate: Candidate,
    request: ModelRequest | MostTokens,
    signal: AbortSignal,
  ): Promise<Result<OpenCall, ModelFailure>>;
  /** These are stored by the caller, with {@link settleCalls}. */
  handOver(calls: readonly ModelCall[]): void;
}

/** What a call takes at most, where it is no chat. */
export interface MostTokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of sound, where that is what it is about. */
  readonly seconds?: number;
}

/** What a call wants to be granted. */
export type Wanted = Omit<ReservationRow, 'id' | 'cost'> & Pick<MostTokens, 'seconds'>;

/** What a call was granted. */
export interface Grant {
  /** Null when the call is free. */
  readonly row: ReservationRow | null;
  readonly price: ModelPrice | null;
}

/** Where the caps are held. All of it is synchronous. */
export interface Till {
  grant(wanted: Wanted): Result<Grant, Reason>;
  settle(row: ReservationRow, usage: ModelUsage | null, cost: number): void;
  release(row: ReservationRow): void;
  /** The sums have changed. */
  changed(): void;
}

type LedgerPorts = Pick<GatewayPorts, 'storage' | 'clock' | 'ids' | 'log'>;

export function createLedger(ports: LedgerPorts, till: Till, owner: UsageOwner): Ledger {
  const open = new Set<Call>();
  const ended = new Set<ModelCall>();
  return {
    async open(candidate, request, signal) {
      const wanted = { ...owner, at: ports.clock.now(), model: candidate.ref, ...mostTokens(request) };
      const granted = till.grant(wanted);
      if (!granted.ok) return failed(refusal(granted.failure));
      const { row } = granted.value;
      if (row !== null && !(await stored(ports, row, signal))) {
        till.release(row);
        return failed(abortedFailure);
      }
      const call = new Call(till, wanted, granted.value);
      open.add(call);
      return ok({
        end(usage, outcome) {
          const over = call.end(usage, outcome);
          if (open.delete(call)) ended.add(over);
          return over;
        },
      });
    },
    handOver(calls) {
      for (const call of calls) ended.delete(call);
    },
    [Symbol.dispose]() {
      for (const call of open) ended.add(call.abandon());
      open.clear();
      const calls = [...ended];
      ended.clear();
      if (calls.length > 0) void store(ports, till, owner, calls);
    },
  };
}

class Call {
  readonly #till: Till;
  readonly #wanted: Wanted;
  readonly #grant: Grant;
  #over: ModelCall | null = null;

  constructor(till: Till, wanted: Wanted, grant: Grant) {
    this.#till = till;
    this.#wanted = wanted;
    this.#grant = grant;
  }

  end(told: ModelUsage | null, outcome: string): ModelCall {
    if (this.#over !== null) return this.#over;
    const { row, price } = this.#grant;
    const { at, model } = this.#wanted;
    const usage = price?.minute === undefined ? told : bySound(told);
    const cost = price === null ? null : costOf(price, took(usage));
    if (row !== null) this.#till.settle(row, usage, cost ?? 0);
    return (this.#over = { at, model, local: row === null, usage, cost, reservation: row?.id ?? null, outcome });
  }

  /** Nobody will ever know what it used: in full when it was to be paid for. */
  abandon(): ModelCall {
    const { inputTokens, outputTokens, seconds } = this.#wanted;
    const sound = seconds === undefined ? {} : { sound: { seconds, estimated: true } };
    const usage = { inputTokens, outputTokens, estimated: true, ...sound };
    return this.end(this.#grant.row === null ? null : usage, 'aborted');
  }
}

function took(usage: ModelUsage | null): MostTokens {
  const { inputTokens, outputTokens, sound } = usage ?? { inputTokens: 0, outputTokens: 0 };
  return { inputTokens, outputTokens, ...(sound === undefined ? {} : { seconds: sound.seconds }) };
}

/** Where minutes are paid for, it is those that are an estimate or none; nobody counts the tokens. */
function bySound(usage: ModelUsage | null): ModelUsage | null {
  return usage?.sound === undefined ? usage : { ...usage, estimated: usage.sound.estimated };
}

function mostTokens(request: ModelRequest | MostTokens): MostTokens {
  if (!('messages' in request)) return request;
  return { inputTokens: promptTokens(request), outputTokens: request.maxOutputTokens };
}

/** Another model may be asked: the fault is not this one's, and it does not rest for it. */
function refusal(reason: Reason): ModelFailure {
  return { class: 'quota', reason, detail: reason.code };
}

/** False when the wait for a store in trouble was ended. */
async function stored({ storage }: LedgerPorts, row: ReservationRow, signal: AbortSignal): Promise<boolean> {
  const noted = await noteWhenWell(storage, signal, (tables) => {
    tables.reservations.put(row);
    return true;
  });
  return noted === true;
}

async function store(ports: LedgerPorts, till: Till, owner: UsageOwner, calls: readonly ModelCall[]): Promise<void> {
  try {
    // A store that is closed first still has the reservations: they are charged at the next start.
    const never = new AbortController().signal;
    await noteWhenWell(ports.storage, never, (tables) => settleCalls(tables, owner, calls, ports.ids));
    till.changed();
  } catch (error) {
    ports.log.write('error', 'usage.not-stored', { calls: calls.length, error: describeError(error) });
  }
}
