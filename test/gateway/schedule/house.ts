/*
 * Schedules as a gateway runs them, over a real store and a clock that the test moves: awake it goes from timer to timer,
 * asleep no timer runs. What asks is answered at once, as by a lane with a very quick model.
 */
import { createEvents } from '../../../main/gateway/events.ts';
import type { LinkStatus } from '../../../main/gateway/links/types.ts';
import { createSchedules, type ScheduleDesk } from '../../../main/gateway/schedule/schedules.ts';
import type { Schedule, ScheduleRow, ScheduleRunRow } from '../../../main/gateway/schedule/types.ts';
import { createSentences } from '../../../main/store/sentences.ts';
import { openSettings, type SettingsFile } from '../../../main/store/settings-file.ts';
import type { StoreOptions } from '../../../main/store/store.ts';
import { conversationRow, countingIds, linkRow, openTestStore, TemporaryDirectory } from '../../store/support.ts';
import type { TestStore } from '../../store/support.ts';

const id = 's';
const minute = 60_000;

export class ScheduleHouse implements AsyncDisposable {
  readonly #directory: TemporaryDirectory;
  readonly #opened: TestStore;
  readonly #settings: SettingsFile;
  readonly #ids = countingIds('m');
  readonly #answering: Promise<void>[] = [];
  #desk: ScheduleDesk | null = null;

  private constructor(directory: TemporaryDirectory, opened: TestStore, settings: SettingsFile) {
    this.#directory = directory;
    this.#opened = opened;
    this.#settings = settings;
  }

  static async open(): Promise<ScheduleHouse> {
    const directory = new TemporaryDirectory();
    // Years of commits: none of them has to outlive a loss of power.
    const onConnection: StoreOptions['onConnection'] = (connection) => connection.exec('PRAGMA synchronous = OFF');
    const opened = await openTestStore(directory.path, { onConnection });
    const { clock, log } = opened;
    const settings = await openSettings({ dataDir: directory.path, clock, log });
    const house = new ScheduleHouse(directory, opened, settings);
    await opened.store.commit(({ conversations }) => conversations.put(conversationRow({ id: 'c', link: 'window' })));
    return house;
  }

  get now(): number {
    return this.#opened.clock.now();
  }

  /** Runs in the order in which they were made, those that were left out among them. */
  get runs(): readonly ScheduleRunRow[] {
    return this.#opened.store.read.schedules.runs(id, 100_000).toReversed();
  }

  get handled(): number {
    return this.#opened.store.read.schedules.get(id)?.handled ?? NaN;
  }

  /** Error lines so far. */
  get errors(): readonly unknown[] {
    return this.#opened.log.lines.filter(({ level }) => level === 'error');
  }

  /** The program starts at `now` with this schedule and no others, made just then. */
  async begin(schedule: Schedule, now: number): Promise<void> {
    await this.#stop();
    this.#opened.clock.setWall(now);
    const row: ScheduleRow = {
      ...{ ...schedule, id, name: 'Slot', prompt: 'Do it.', conversation: 'c' },
      ...{ handled: now, origin: 'window', createdAt: now },
    };
    await this.#opened.store.commit(({ schedules, conversations }) => {
      schedules.remove(id);
      conversations.forget('c');
      conversations.put(conversationRow({ id: 'c', link: 'window' }));
      schedules.put(row);
    });
    this.#start();
    await this.#looked();
  }

  /** Awake until `until`: timers run, each as soon as it is due. */
  async awake(until: number): Promise<void> {
    const { clock } = this.#opened;
    while (clock.now() < until) {
      const next = clock.untilNext;
      clock.advance(Math.min(next ?? Infinity, until - clock.now()));
      await this.#looked();
    }
  }

  /** The machine sleeps, or is off, and is on again at `until`; its clock may be wrong by then. */
  async away(until: number, how: 'sleep' | 'restart'): Promise<void> {
    if (how === 'restart') await this.#stop();
    this.#opened.clock.setWall(until);
    if (how === 'restart') this.#start();
    await this.#looked();
  }

  /** The owner moves to another time zone. */
  move(timeZone: string): void {
    this.#settings.set('timeZone', timeZone);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.#opened[Symbol.asyncDispose]();
    this.#directory[Symbol.dispose]();
  }

  #start(): void {
    const { store, clock, log } = this.#opened;
    const window = linkRow({ id: 'window', kind: 'window', name: 'Window', linkedAt: null });
    const status: LinkStatus = {
      row: window,
      state: { kind: 'up', provenAt: 0 },
      since: 0,
      lastInAt: null,
      lastOutAt: null,
    };
    const desk = createSchedules({
      ports: {
        ...{ storage: store, clock, log, ids: this.#ids, settings: this.#settings },
        ...{ sentences: createSentences(), systemTimeZone: 'UTC' },
      },
      events: createEvents(log),
      links: { get: () => status, row: () => window },
      turns: { kick: (conversation) => void this.#answering.push(this.#answer(conversation)) },
    });
    desk.runner.start();
    this.#desk = desk;
  }

  async #stop(): Promise<void> {
    await this.#desk?.runner.stop();
    this.#desk = null;
  }

  async #answer(conversation: string): Promise<void> {
    await this.#opened.store.note(({ messages }) => {
      const waiting = messages.waiting(conversation, 100);
      messages.mark(
        waiting.map(({ id: message }) => message),
        'answered',
        null,
      );
    });
  }

  async #looked(): Promise<void> {
    await this.#desk?.runner.look();
    await Promise.all(this.#answering.splice(0));
  }
}

/** What a stretch of a machine's life is: minutes awake, then away, and how far its clock is set when it is back. */
export interface Shift {
  readonly awake: number;
  readonly away: number;
  readonly how: 'sleep' | 'restart';
  /** Minutes; below 0 it is set back. */
  readonly set: number;
}

export interface Expected {
  readonly slot: number;
  readonly late: boolean;
  readonly left: boolean;
}

/** What has to come of `slots` (found by brute force) through `shifts`, and the end of each in clock time. */
export function lifeOf(
  slots: readonly number[],
  begin: number,
  until: number,
  shifts: readonly Shift[],
  isSkipping: boolean,
): {
  readonly expected: readonly Expected[];
  readonly turns: readonly { readonly sleeps: number; readonly back: number }[];
} {
  const expected: Expected[] = [];
  const ran = new Set<number>();
  const turns: { sleeps: number; back: number }[] = [];
  let [now, handled] = [begin, begin];
  const settle = (missed: readonly number[], at: number): void => {
    const slot = missed.at(-1);
    if (slot === undefined) return;
    handled = slot;
    if (ran.has(slot)) return;
    ran.add(slot);
    const late = at - slot > minute;
    expected.push({ slot, late, left: late && isSkipping });
  };
  for (const { awake, away, set } of shifts) {
    const sleeps = Math.min(now + awake * minute, until);
    for (const slot of slots) if (slot > handled && slot <= sleeps) settle([slot], slot);
    // A clock may well be set back to before the schedule was made; a day of that is enough.
    const back = Math.max(begin - 1440 * minute, Math.min(sleeps + away * minute + set * minute, until));
    handled = Math.min(handled, back);
    settle(
      slots.filter((slot) => slot > handled && slot <= back),
      back,
    );
    turns.push({ sleeps, back });
    now = back;
  }
  return { expected, turns };
}
