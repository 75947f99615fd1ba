/**
 * What the store puts in order by itself, in steps of some milliseconds with pauses between them: events that no
 * platform will repeat, words of forgotten messages in the index, words of files that are not in it yet, files that were
 * never sent, files without a row. Once a while after the start, then every hour, since a conversation may be forgotten at
 * any time. A failure is logged; the next round begins anew.
 */
import { pause, type Clock } from '../gateway/clock.ts';
import { describeError, type Log } from '../gateway/log.ts';
import type { Millis } from '../gateway/types.ts';
import type { FileStore } from './attachments.ts';
import type { FilePlace } from './files.ts';
import type { StoreTables } from './tables.ts';

/** Telegram repeats an update for a day (https://core.telegram.org/bots/api#getting-updates). */
const eventsKept: Millis = 30 * 86_400_000;
const eventsPerStep = 500;
/** A file that was put into the window and belongs to no message yet: whoever was writing has slept over it. */
const unsentKept: Millis = 86_400_000;
const filesPerStep = 200;
/** Not in the first minutes, when everything else starts. */
const firstRound: Millis = 10 * 60_000;
const everyRound: Millis = 60 * 60_000;
const betweenSteps: Millis = 250;

export interface TidyParts {
  readonly note: <T>(work: (tables: StoreTables) => T) => Promise<T>;
  readonly read: StoreTables;
  readonly files: Pick<FileStore, 'sweep'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** `step` is run until it answers that nothing is left, or until the end. */
async function inSteps(clock: Clock, signal: AbortSignal, step: () => Promise<boolean>): Promise<void> {
  while (!signal.aborted && !(await step())) await pause(clock, betweenSteps, signal);
}

async function tidy(parts: TidyParts, signal: AbortSignal): Promise<void> {
  const { note, read, files, clock, log } = parts;
  const before = clock.now() - eventsKept;
  let events = 0;
  await inSteps(clock, signal, async () => {
    const gone = await note((tables) => tables.events.prune(before, eventsPerStep));
    events += gone;
    return gone < eventsPerStep;
  });
  if (!signal.aborted && read.textIndex.stale()) {
    let first = true;
    await inSteps(clock, signal, async () => {
      const done = await note((tables) => tables.textIndex.merge(first));
      first = false;
      return done;
    });
  }
  await inSteps(clock, signal, async () => {
    if (!read.textIndex.unindexed()) return true;
    await note((tables) => tables.textIndex.indexPiece());
    return false;
  });
  await dropUnsent(parts, signal);
  const swept = signal.aborted ? 0 : await files.sweep();
  if (events + swept > 0) log.write('info', 'store.tidied', { events, files: swept });
}

/** Their rows; the bytes have none then and are swept away. */
async function dropUnsent({ note, read, clock }: TidyParts, signal: AbortSignal): Promise<void> {
  const before = clock.now() - unsentKept;
  let place: FilePlace | null = null;
  await inSteps(clock, signal, async () => {
    const { ids, next } = read.files.unsent(before, place, filesPerStep);
    if (ids.length > 0) await note((tables) => tables.files.removeUnsent(ids));
    place = next;
    return next === null;
  });
}

/** Ends when disposed of. */
export function tidyHourly(parts: TidyParts): Disposable {
  const { clock, log } = parts;
  const ending = new AbortController();
  let timer: Disposable | null = null;
  const round = async (): Promise<void> => {
    try {
      await tidy(parts, ending.signal);
    } catch (error) {
      if (!ending.signal.aborted) log.write('warn', 'store.tidy-failed', { error: describeError(error) });
    }
    arm(everyRound);
  };
  const arm = (delay: Millis): void => {
    if (!ending.signal.aborted) timer = clock.after(delay, () => void round());
  };
  arm(firstRound);
  return {
    [Symbol.dispose]() {
      ending.abort();
      timer?.[Symbol.dispose]();
    },
  };
}
