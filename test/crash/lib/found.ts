/** Waiting for what a host does, by what it tells a window, and for lines that somebody else writes. */
import { existsSync, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { RpcClient } from '../../lib/headless.ts';

/** Longest wait, in milliseconds. */
const patience = 60_000;

/**
 * What `look` finds once it finds something; it looks again after each event of the host. Rejects, naming `what`, after a
 * minute and when the connection ends.
 */
export async function found<T>(window: RpcClient, what: () => string, look: () => Promise<T | undefined>): Promise<T> {
  const lost = Promise.withResolvers<never>();
  const wait = { isOver: false };
  const lose = (why: string): void => {
    if (!wait.isOver) lost.reject(new Error(`${why}: ${what()}`));
  };
  const timer = setTimeout(() => lose('after a minute'), patience);
  void window.closed.then(() => lose('the connection ended'));
  const orLost = <V>(wanted: Promise<V>): Promise<V> => Promise.race([wanted, lost.promise]);
  try {
    const { seq } = await orLost(window.value('host.get', {}));
    window.subscribe(seq);
    for (;;) {
      const seen = window.events.length;
      const value = await orLost(look());
      if (value !== undefined) return value;
      await orLost(window.event(() => window.events.length > seen));
    }
  } finally {
    wait.isOver = true;
    clearTimeout(timer);
  }
}

/** The lines of a file, in their order; none where there is no file. */
export function linesOf(path: string): readonly string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}

/** Resolves when `line` stands in the file, which need not be there yet; its folder must. */
export function lineIn(path: string, line: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(path), look);
    function look(): void {
      if (!linesOf(path).includes(line)) return;
      watcher.close();
      resolve();
    }
    look();
  });
}
