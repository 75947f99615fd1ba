/** Full-text search through the worker: answered or given up at once, whatever the worker is doing. */
import type { SearchHit } from '../gateway/storage.ts';
import { sqlite } from './database.ts';
import { JobFailed, type HeavyWorker } from './heavy-worker.ts';
import type { Trouble } from './trouble.ts';

/** Rejects with the signal's reason when it is aborted, with `StorageTrouble` when the index is damaged. */
export async function searchMessages(
  worker: HeavyWorker,
  trouble: Trouble,
  query: string,
  limit: number,
  signal: AbortSignal,
  link: string | null,
): Promise<readonly SearchHit[]> {
  signal.throwIfAborted();
  const cancelled = new SharedArrayBuffer(4);
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    Atomics.store(new Int32Array(cancelled), 0, 1);
    aborted.reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([worker.ask({ kind: 'search', query, limit, link, cancelled }), aborted.promise]);
  } catch (error) {
    const damage = error instanceof JobFailed && (error.code === sqlite.corrupt || error.code === sqlite.notADatabase);
    throw damage ? trouble.damaged(error) : error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
