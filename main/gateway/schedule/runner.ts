/**
 * Runs schedules: looks what is due at its start, at a timer, after a wake-up or a change of the clock, and when a
 * schedule was changed. The timer goes to the next slot, at most an hour ahead, since clocks drift. What was done stands
 * in the store alone; a look that finds nothing due writes nothing.
 */
import type { TurnControl } from '../access/decision.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { LinkRegistry } from '../links/links.ts';
import { describeError } from '../log.ts';
import { commitWhenWell } from '../persist.ts';
import type { Millis } from '../types.ts';
import { settleDue, type Settled } from './settle.ts';
import { nextSlot } from './slots.ts';
import { isScheduled, type Schedule, type ScheduleId, type ScheduleRow } from './types.ts';
import { hour } from './zone.ts';

export interface ScheduleRunner {
  start(): void;
  /**
   * There may be something due, or the next slot is another one. Cheap, repeatable. Resolves when what is due by now is
   * in the store; never rejects.
   */
  look(): Promise<void>;
  /** Begins nothing more; resolves when the look under way has ended. */
  stop(): Promise<void>;
}

export type SchedulePorts = Pick<
  GatewayPorts,
  'storage' | 'clock' | 'ids' | 'log' | 'settings' | 'sentences' | 'systemTimeZone'
>;

export interface RunnerParts {
  readonly ports: SchedulePorts;
  readonly events: Events;
  readonly links: Pick<LinkRegistry, 'get'>;
  readonly turns: Pick<TurnControl, 'kick'>;
}

/** The next slot after `now`; null also for one whose time zone this system does not know. */
export function nextOf(schedule: Schedule, now: Millis): Millis | null {
  try {
    return nextSlot(schedule, now);
  } catch (error) {
    // A zone that another system knew: it cannot run here, and has to stay visible so that it can be changed.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

export function createRunner(parts: RunnerParts): ScheduleRunner {
  const runner = new Runner(parts);
  return { start: () => runner.start(), look: () => runner.look(), stop: () => runner.stop() };
}

class Runner {
  readonly #parts: RunnerParts;
  readonly #ending = new AbortController();
  readonly #undo = new DisposableStack();
  #started = false;
  #timer: Disposable | null = null;
  #looking: Promise<void> | null = null;
  #again = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  start(): void {
    const { events } = this.#parts;
    this.#started = true;
    this.#undo.use(
      events.subscribe((event) => {
        // How a run ends is seen at its message.
        if (event.kind === 'message' && !event.added && isScheduled(event.message)) {
          events.publish({ kind: 'schedules' });
        }
      }),
    );
    void this.look();
  }

  async stop(): Promise<void> {
    this.#ending.abort('shutdown');
    this.#undo.dispose();
    this.#timer?.[Symbol.dispose]();
    await this.#looking;
  }

  /** One look at a time; what happens meanwhile is seen by the next. */
  async look(): Promise<void> {
    if (!this.#started || this.#ending.signal.aborted) return;
    this.#again = true;
    this.#looking ??= this.#lookWhileAsked();
    await this.#looking;
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#lookOnce();
    }
    this.#looking = null;
  }

  async #lookOnce(): Promise<void> {
    const { ports } = this.#parts;
    const now = ports.clock.now();
    let delay: Millis | null = hour;
    try {
      const due = ports.storage.read.schedules.all().filter((row) => isDue(row, now));
      // Asked for in one tick, so that what is due together is one transaction.
      await Promise.all(due.map(({ id }) => this.#settle(id)));
      delay = this.#untilNext(now);
    } catch (error) {
      ports.log.write('error', 'schedule.failed', { error: describeError(error) });
    }
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
    if (delay === null || this.#ending.signal.aborted) return;
    this.#timer = ports.clock.after(delay, () => void this.look());
  }

  /** A bug with one schedule must not hold up the others; it is tried again with its next slot. */
  async #settle(id: ScheduleId): Promise<void> {
    const { ports } = this.#parts;
    try {
      const settled = await commitWhenWell(ports.storage, this.#ending.signal, (tables) =>
        settleDue(this.#parts, tables, id, ports.clock.now()),
      );
      if (settled !== null) this.#tell(id, settled);
    } catch (error) {
      ports.log.write('error', 'schedule.failed', { schedule: id, error: describeError(error) });
    }
  }

  #tell(id: ScheduleId, { message }: Settled): void {
    const { ports, events, turns } = this.#parts;
    events.publish({ kind: 'schedules' });
    ports.log.write('info', message === null ? 'schedule.left-out' : 'schedule.ran', { schedule: id });
    if (message === null) return;
    events.publish({ kind: 'message', message, added: true });
    events.publish({ kind: 'conversation', conversation: message.conversation });
    turns.kick(message.conversation);
  }

  /** Null: there is no schedule. Zero when a slot came after `looked`, while what was due then was being stored. */
  #untilNext(looked: Millis): Millis | null {
    const { clock, storage } = this.#parts.ports;
    const next = storage.read.schedules.all().map((row) => nextOf(row, Math.max(looked, row.handled)) ?? Infinity);
    return next.length === 0 ? null : Math.max(0, Math.min(hour, ...next.map((slot) => slot - clock.now())));
  }
}

function isDue(row: ScheduleRow, now: Millis): boolean {
  const next = nextOf(row, row.handled);
  return row.handled > now || (next !== null && next <= now);
}
