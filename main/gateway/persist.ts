/** What must be written is written once the store can: a full disk makes a turn wait, it never loses one. */
import { StorageTrouble, type Storage, type Tables } from './storage.ts';

/**
 * Commits, waiting out {@link StorageTrouble}; null only when `signal` ends the wait or the store was closed. Bugs still
 * throw.
 */
export function commitWhenWell<Value>(
  storage: Storage,
  signal: AbortSignal,
  work: (tables: Tables) => Value,
): Promise<Value | null> {
  return whenWell(storage, signal, () => storage.commit(work));
}

/** The same for what may be lost with the power. */
export function noteWhenWell<Value>(
  storage: Storage,
  signal: AbortSignal,
  work: (tables: Tables) => Value,
): Promise<Value | null> {
  return whenWell(storage, signal, () => storage.note(work));
}

/** The same for work that writes by itself; it is begun anew after each trouble, so repeating it must change nothing. */
export async function whenWell<Value>(
  storage: Storage,
  signal: AbortSignal,
  write: () => Promise<Value>,
): Promise<Value | null> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StorageTrouble)) throw error;
      // A closed store is in no trouble that could end.
      if (error.reason.code === 'host.stopping') return null;
    }
    await troubleEnds(storage, signal);
    if (signal.aborted) return null;
  }
}

/** Resolves when the store works again or `signal` is aborted. */
function troubleEnds(storage: Storage, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      watching[Symbol.dispose]();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const watching = storage.trouble.subscribe((trouble) => {
      if (trouble === null) done();
    });
    signal.addEventListener('abort', done, { once: true });
    if (storage.trouble.value === null || signal.aborted) done();
  });
}
