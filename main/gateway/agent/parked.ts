/** Turns that wait for the owner to decide about a tool: running in the store, without a lane, at most ten minutes. */
import type { TurnStatus } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { ConversationId, Millis, TurnId, TurnRow } from '../types.ts';
import { leftToDecide } from './call-rows.ts';

interface Parked {
  readonly row: TurnRow;
  timer: Disposable;
}

/** A timer is looked at again at least so often: it stands still while the machine sleeps. */
const lookEvery: Millis = 60_000;

export class ParkedTurns {
  readonly #ports: Pick<GatewayPorts, 'storage' | 'clock'>;
  readonly #goOn: (turn: TurnId) => void;
  readonly #parked = new Map<TurnId, Parked>();
  #closed = false;

  /** `goOn` is called when nobody has answered in time. */
  constructor(ports: Pick<GatewayPorts, 'storage' | 'clock'>, goOn: (turn: TurnId) => void) {
    this.#ports = ports;
    this.#goOn = goOn;
  }

  /** False: nothing of it waits for the owner (any more), it goes on at once. */
  add(row: TurnRow): boolean {
    const wait = this.#untilDue(row.id);
    if (wait === null || wait <= 0) return false;
    if (!this.#closed) this.#parked.set(row.id, { row, timer: this.#arm(row.id, wait) });
    return true;
  }

  /** It waits no longer; null when it did not, or when the owner has more to decide about it. */
  takeDecided(turn: TurnId): TurnRow | null {
    const wait = this.#untilDue(turn);
    return wait === null || wait <= 0 ? this.#take(turn) : null;
  }

  /** All of a conversation, or this one of it, wait no longer. */
  takeAll(conversation: ConversationId, only?: TurnId): readonly TurnRow[] {
    const here = [...this.#parked.values()].filter(
      ({ row }) => row.conversation === conversation && (only === undefined || row.id === only),
    );
    return here.flatMap(({ row }) => this.#take(row.id) ?? []);
  }

  /** Of the oldest one there. */
  status(conversation: ConversationId): TurnStatus | null {
    const first = [...this.#parked.values()].find(({ row }) => row.conversation === conversation);
    return first === undefined ? null : parkedStatus(first.row);
  }

  /** The program ends: they go on waiting in the store, as does one that begins to wait while others come to their end. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#parked.values()) timer[Symbol.dispose]();
    this.#parked.clear();
  }

  #take(turn: TurnId): TurnRow | null {
    const parked = this.#parked.get(turn);
    if (parked === undefined) return null;
    parked.timer[Symbol.dispose]();
    this.#parked.delete(turn);
    return parked.row;
  }

  /** Milliseconds until the first of its calls is refused; null when none is asked about. */
  #untilDue(turn: TurnId): Millis | null {
    const { storage, clock } = this.#ports;
    const asking = storage.read.toolCalls.ofTurn(turn).filter(({ state }) => state === 'asking');
    const now = clock.now();
    return asking.length === 0 ? null : Math.min(...asking.map((call) => leftToDecide(call, now)));
  }

  #arm(turn: TurnId, wait: Millis): Disposable {
    return this.#ports.clock.after(Math.min(wait, lookEvery), () => {
      const parked = this.#parked.get(turn);
      const left = this.#untilDue(turn);
      if (parked === undefined) return;
      if (left === null || left <= 0) return this.#goOn(turn);
      parked.timer = this.#arm(turn, left);
    });
  }
}

export function parkedStatus(row: TurnRow): TurnStatus {
  return { row, model: null, waitingFor: null, attempt: 0, text: '', doing: null, asking: true };
}
