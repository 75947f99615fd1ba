/** The main thread's side of `workers/page-text.ts`: one thread per page, ended when it has answered or may not go on. */
import { Worker } from 'node:worker_threads';
import { failed, ok, type Result } from '../../lib/result.ts';

export interface PageStart {
  readonly html: string;
  /** Links in it are relative to this. */
  readonly baseUrl: string;
}

/** What came over to the worker is what was meant for it. */
export function isPageStart(value: unknown): value is PageStart {
  if (typeof value !== 'object' || value === null) return false;
  return 'html' in value && typeof value.html === 'string' && 'baseUrl' in value && typeof value.baseUrl === 'string';
}

export interface PageText {
  readonly title: string;
  readonly text: string;
}

/** In a package the workers lie beside the archive that the rest of the program is in; elsewhere there is no archive. */
function besideArchive(url: URL): URL {
  return new URL(url.href.replace('/app.asar/', '/app.asar.unpacked/'));
}

/** Fails with a few words when the page is too deep, takes too much memory, or `signal` ends it. Never rejects. */
export function textOfPage(page: PageStart, signal: AbortSignal): Promise<Result<PageText, string>> {
  const { promise, resolve } = Promise.withResolvers<Result<PageText, string>>();
  const worker = new Worker(besideArchive(new URL('./workers/page-text.ts', import.meta.url)), {
    workerData: page,
    name: 'page',
    resourceLimits: { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  });
  const stop = (): void => {
    resolve(failed('The page took too long to be read.'));
  };
  signal.addEventListener('abort', stop, { once: true });
  worker.on('message', (answer: PageText) => resolve(ok(answer)));
  worker.on('error', () => resolve(failed('The page is too large or too deeply nested to be read.')));
  worker.on('exit', () => resolve(failed('The page could not be read.')));
  if (signal.aborted) stop();
  return promise.finally(() => {
    signal.removeEventListener('abort', stop);
    void worker.terminate();
  });
}
