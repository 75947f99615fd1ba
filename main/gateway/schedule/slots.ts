/**
 * When a schedule runs. A *slot* is a moment it runs for, named by its schedule and its time, so that one slot runs once
 * whatever happens between: whoever runs it stores the key first, under a unique constraint.
 *
 * In quiet hours there are no slots. With `run-late` what would have been in them becomes one slot at their end; with
 * `skip` it is left out. Nothing here reads a clock: the same question has the same answer for ever, as long as the
 * rules of the time zone stay as they are.
 */
import type { Millis } from '../types.ts';
import { assertNever } from '../../lib/assert-never.ts';
import { nextOfCron, parseCron } from './cron.ts';
import { quietStretches, type Stretch } from './quiet.ts';
import type { Schedule, Timing } from './types.ts';
import { day, Zone } from './zone.ts';

/** Slots that are counted one by one; there may be more. */
export const mostCounted = 100;
/** A slot that is taken up so soon after its time is not late: timers and busy machines are that exact. */
const onTime: Millis = 60_000;
/**
 * Quiet stretches in a row that swallowed every slot, and how far ahead is looked past one: after two years of nights, or
 * beyond the rarest day there is (29 February, round a century), it is taken for never.
 */
const mostSwallowed = 800;
const longestSilence: Millis = 8 * 366 * day;

/** The first slot later than `after`; null when there is none any more, or not as long as it is paused. */
export function nextSlot(schedule: Schedule, after: Millis): Millis | null {
  return slotsOf(schedule)(after);
}

/** The same for many questions about one schedule. Throws for a time zone or an expression that was never parsed. */
export function slotsOf({ timing, quiet, catchUp, pausedUntil }: Schedule): (after: Millis) => Millis | null {
  const next = timesOf(timing);
  const quietAt = quiet === null ? (): Stretch | null => null : quietStretches(quiet);
  const begin = pausedUntil === null ? -Infinity : pausedUntil - 1;
  return (after) => {
    if (pausedUntil === Number.MAX_SAFE_INTEGER) return null;
    // What fell into quiet hours that are not over yet is still to come.
    const asleep = catchUp === 'run-late' ? quietAt(after) : null;
    let cursor = Math.max(asleep === null ? after : asleep.from - 1, begin);
    for (let swallowed = 0; swallowed < mostSwallowed; swallowed++) {
      const time = next(cursor);
      if (time === null || (swallowed > 0 && time - after > longestSilence)) return null;
      const stretch = quietAt(time);
      if (stretch === null) return time;
      if (catchUp === 'run-late') return stretch.to;
      cursor = Math.max(after, stretch.to - 1);
    }
    return null;
  };
}

function timesOf(timing: Timing): (after: Millis) => Millis | null {
  switch (timing.kind) {
    case 'once':
      return (after) => (timing.at > after ? timing.at : null);
    case 'every':
      return (after) => {
        const passed = after < timing.from ? 0 : Math.floor((after - timing.from) / timing.everyMs) + 1;
        return timing.from + passed * timing.everyMs;
      };
    case 'cron': {
      const cron = parseCron(timing.expression);
      if (!cron.ok) throw new RangeError(cron.failure.sentence);
      const zone = new Zone(timing.timeZone);
      return (after) => nextOfCron(cron.value, zone, after);
    }
    default:
      return assertNever(timing, 'timing');
  }
}

export interface Missed {
  /** How many there were; {@link mostCounted} means that many or more. */
  readonly count: number;
  /** The newest of them, null when there was none. */
  readonly last: Millis | null;
}

/** The slots later than `from` and not later than `to`, nobody having been there to run them. */
export function slotsMissed(schedule: Schedule, from: Millis, to: Millis): Missed {
  const next = slotsOf(schedule);
  const slots: Millis[] = [];
  for (let slot = next(from); slot !== null && slot <= to && slots.length < mostCounted; slot = next(slot)) {
    slots.push(slot);
  }
  const last = slots.length < mostCounted ? (slots.at(-1) ?? null) : newest(next, slots.at(-1) ?? from, to);
  return { count: slots.length, last };
}

/** The newest slot not later than `to`, `known` being an older one: looked for ever further back. */
function newest(next: (after: Millis) => Millis | null, known: Millis, to: Millis): Millis {
  for (let back = onTime; back < to - known; back *= 2) {
    const found = next(to - back);
    if (found !== null && found <= to) return lastOf(next, found, to);
  }
  return lastOf(next, known, to);
}

function lastOf(next: (after: Millis) => Millis | null, known: Millis, to: Millis): Millis {
  let slot = known;
  for (let later = next(slot); later !== null && later <= to; later = next(slot)) slot = later;
  return slot;
}

export type Due =
  | { readonly kind: 'nothing' }
  /** This slot is to run now. `late`: its time has passed; `left`: older ones that are left out, counted as in {@link Missed}. */
  | { readonly kind: 'run'; readonly slot: Millis; readonly late: boolean; readonly left: number }
  /** All of it has passed and is left out; `slot` is the newest. */
  | { readonly kind: 'left'; readonly slot: Millis; readonly left: number };

/**
 * What is to be done now, after sleep, a restart or a timer. `handled` is the newest slot that was run or left out (at
 * first the moment the schedule was made): it is to be stored together with what is done about the answer's `slot`.
 * A clock that was set back past `handled` finds nothing due until it has caught up.
 */
export function whatIsDue(schedule: Schedule, handled: Millis, now: Millis): Due {
  const { count, last } = slotsMissed(schedule, handled, now);
  if (last === null) return { kind: 'nothing' };
  const late = now - last > onTime;
  if (late && schedule.catchUp === 'skip') return { kind: 'left', slot: last, left: count };
  return { kind: 'run', slot: last, late, left: count - 1 };
}

/** The name of a run, the same before and after a crash, sleep or a change of the clocks. */
export function slotKey(scheduleId: string, slot: Millis): string {
  return `${scheduleId}@${String(slot)}`;
}
