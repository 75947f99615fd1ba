/**
 * Says when a folder may have changed. The system's own notices come at once where there are any; a look every now and
 * then covers what they miss (network drives, a folder that was moved away and came back), and stands in for them.
 */
import { watch as systemWatch, type FSWatcher } from 'node:fs';
import type { Clock } from '../../gateway/clock.ts';
import { describeError, type Log } from '../../gateway/log.ts';
import type { Millis } from '../../gateway/types.ts';

/** An editor writes in several steps; they are one change. */
export const debounce: Millis = 200;
/** Between two looks, with the system's notices and without. */
export const lookAnyway: Millis = 60_000;
export const lookInstead: Millis = 5_000;

export type WatchFolder = (path: string, changed: () => void, broken: (error: unknown) => void) => Disposable;

/** Throws when the folder cannot be watched. */
export const watchBySystem: WatchFolder = (path, changed, broken) => {
  const watcher: FSWatcher = systemWatch(path, { persistent: false }, changed);
  watcher.on('error', broken);
  return { [Symbol.dispose]: () => watcher.close() };
};

export interface WatchDeps {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch: WatchFolder;
  /** Called after a change has come to rest, and with each look; not for the state at the beginning. */
  readonly look: () => void;
}

export function watchFolder(deps: WatchDeps): Disposable {
  return new Watch(deps);
}

class Watch implements Disposable {
  readonly #deps: WatchDeps;
  #system: Disposable | null = null;
  #soon: Disposable | null = null;
  #later: Disposable | null = null;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#begin();
    this.#lookLater();
  }

  [Symbol.dispose](): void {
    for (const owned of [this.#system, this.#soon, this.#later]) owned?.[Symbol.dispose]();
    [this.#system, this.#soon, this.#later] = [null, null, null];
  }

  #begin(): void {
    const { path, watch } = this.#deps;
    try {
      this.#system = watch(
        path,
        () => this.#lookSoon(),
        (error) => this.#fallBack(error),
      );
    } catch (error) {
      this.#fallBack(error);
    }
  }

  #fallBack(error: unknown): void {
    this.#deps.log.write('debug', 'memory.watch-failed', { error: describeError(error) });
    this.#system?.[Symbol.dispose]();
    this.#system = null;
    this.#lookLater();
  }

  #lookSoon(): void {
    this.#soon?.[Symbol.dispose]();
    this.#soon = this.#deps.clock.after(debounce, () => {
      this.#soon = null;
      this.#deps.look();
    });
  }

  #lookLater(): void {
    this.#later?.[Symbol.dispose]();
    this.#later = this.#deps.clock.after(this.#system === null ? lookInstead : lookAnyway, () => {
      if (this.#system === null) this.#begin();
      this.#lookLater();
      this.#deps.look();
    });
  }
}
