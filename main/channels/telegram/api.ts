/**
 * One bot's calls through grammY, each with a deadline of our clock and a typed failure. grammY repeats nothing and is
 * given our own `fetch`, so that "was never written" and "may have been executed" can be told apart.
 *
 * The token is part of every address, so only this file makes addresses.
 */
import type { RawApi } from 'grammy/web';
import { Api } from 'grammy/web';
import type { Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';
import type { Result } from '../../lib/result.ts';
import { failed, ok } from '../../lib/result.ts';
import { startDeadline } from './deadline.ts';
import type { CallFailure } from './failure.ts';
import { failureOf } from './failure.ts';

const PUBLIC_API = 'https://api.telegram.org';

/** grammY's own time-out, which only matters if ours failed: longer than any of them. */
const BACKSTOP_SECONDS = 90;

export interface ApiDeps {
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
}

/** grammY's own kind of signal; of it and of the built-in one it uses what both have. */
type GrammySignal = NonNullable<Parameters<RawApi['getMe']>[0]>;

export interface BotApi {
  /** Runs one call and settles as soon as `limit` has passed or `signal` is aborted. Never rejects. */
  call<Value>(
    run: (raw: RawApi, signal: GrammySignal) => Promise<Value>,
    limit: Millis,
    signal: AbortSignal,
  ): Promise<Result<Value, CallFailure>>;
  /**
   * Asks for the bytes at a `file_path` (https://core.telegram.org/bots/api#getfile) and settles when the answer has
   * begun; `signal` also ends its body. Never rejects.
   */
  open(path: string, signal: AbortSignal): Promise<Result<Response, CallFailure>>;
}

/** `<digits>:<letters, digits, _ and ->`, as BotFather gives them. Anything else would make a different address. */
export function isTokenShaped(token: string): boolean {
  return /^\d+:[\w-]+$/.test(token);
}

/** `apiRoot` is without a trailing slash; null is Telegram's own server. Sends nothing yet. */
export function createBotApi(deps: ApiDeps, token: string, apiRoot: string | null): BotApi {
  const root = apiRoot ?? PUBLIC_API;
  const { raw } = new Api(token, {
    apiRoot: root,
    fetch: plainFetch(deps.fetch),
    timeoutSeconds: BACKSTOP_SECONDS,
  });
  return {
    async call(run, limit, signal) {
      if (signal.aborted) return failed({ kind: 'aborted' });
      using deadline = startDeadline(deps.clock, limit, signal);
      try {
        return ok(await run(raw, deadline.signal as GrammySignal));
      } catch (error) {
        const failure = failureOf(error);
        // An answer that was read counts, whatever happened in the same moment.
        if (failure.kind === 'refused') return failed(failure);
        if (deadline.passed) return failed({ kind: 'expired' });
        return failed(signal.aborted ? { kind: 'aborted' } : failure);
      }
    },
    async open(path, signal) {
      const place = path.split('/').map(encodeURIComponent).join('/');
      try {
        return ok(await deps.fetch(`${root}/file/bot${token}/${place}`, { redirect: 'error', signal }));
      } catch (error) {
        return failed(signal.aborted ? { kind: 'aborted' } : failureOf(error));
      }
    },
  };
}

interface GrammyRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** A stream when a file is sent. */
  readonly body?: string | ReadableStream<Uint8Array>;
  /** Of grammY's own kind, which the built-in fetch does not take. */
  readonly signal: { readonly aborted: boolean; addEventListener(type: 'abort', listener: () => void): void };
}

/** Takes from grammY's request what the built-in fetch needs; a redirect would carry the token somewhere else. */
function plainFetch(fetch: typeof globalThis.fetch) {
  return async (url: string, request: GrammyRequest): Promise<Response> => {
    const controller = new AbortController();
    if (request.signal.aborted) controller.abort();
    else request.signal.addEventListener('abort', () => controller.abort());
    return fetch(url, {
      method: request.method ?? 'POST',
      headers: { 'content-type': request.headers?.['content-type'] ?? 'application/json' },
      body: await wholeBody(request.body),
      redirect: 'error',
      signal: controller.signal,
    });
  };
}

/** Files of ours are small; sent as a whole they have a length, which not every proxy can do without. */
async function wholeBody(body: GrammyRequest['body']): Promise<string | Uint8Array<ArrayBuffer> | null> {
  if (body === undefined || typeof body === 'string') return body ?? null;
  return new Uint8Array(await new Response(body).arrayBuffer());
}
