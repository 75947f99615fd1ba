/**
 * Whether the server is still there: any frame of it proves that. A keep-alive every 25 s makes it answer; 60 s without
 * a frame, which leave room for one lost answer, and the connection is dead. Messages are never what is judged: quiet is
 * not dead.
 *
 * The library has a keep-alive of its own on the machine's time, which cannot be switched off; it is set slower than this
 * one (make-socket.ts) and only ever acts when this one could not.
 */
import type { Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';

const KEEP_ALIVE: Millis = 25_000;
const DEAD_AFTER: Millis = 60_000;
/** The answer to a proof that was asked for has to come within this. */
const PROVE_WITHIN: Millis = 10_000;
/** How much newer a proof has to be to be worth an event. */
const PROOF_STEP: Millis = 1_000;

export interface ProofWork {
  /** Makes the server say something. What it throws or rejects with is its own business. */
  ping(): void;
  /** A frame came; at most once a second. */
  proven(): void;
  /** Nothing came for too long; called once. */
  dead(): void;
}

export interface Proof extends Disposable {
  /** To be called for every frame of the server. */
  frame(): void;
  /** Asks for a frame now. Asked again while one is awaited, the first time limit holds. */
  prove(): void;
}

/** Begins with the first frame: before it there is nothing to keep alive. */
export function createProof(clock: Clock, work: ProofWork): Proof {
  let told: Millis | null = null;
  let over = false;
  let keepAlive: Disposable | null = null;
  let silence: Disposable | null = null;
  let proving: Disposable | null = null;

  const clear = (): void => {
    for (const timer of [keepAlive, silence, proving]) timer?.[Symbol.dispose]();
    keepAlive = silence = proving = null;
  };
  const die = (): void => {
    over = true;
    clear();
    work.dead();
  };
  const beat = (): void => {
    keepAlive = clock.after(KEEP_ALIVE, beat);
    work.ping();
  };

  return {
    frame() {
      if (over) return;
      proving?.[Symbol.dispose]();
      proving = null;
      silence?.[Symbol.dispose]();
      silence = clock.after(DEAD_AFTER, die);
      keepAlive ??= clock.after(KEEP_ALIVE, beat);
      const now = clock.monotonic();
      if (told !== null && now - told < PROOF_STEP) return;
      told = now;
      work.proven();
    },
    prove() {
      if (over || proving !== null) return;
      proving = clock.after(PROVE_WITHIN, die);
      work.ping();
    },
    [Symbol.dispose]() {
      over = true;
      clear();
    },
  };
}
