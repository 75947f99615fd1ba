/**
 * One bot's calls through grammY, each with a deadline of our clock and a typed failure. grammY repeats nothing and is
 * given our own `fetch`, so that "was never written" and "may have been executed" can be told apart.
 *
 * The token is part of every address; failures therefore carry codes and the server's own words, never an address.
 */
import type { RawApi } from 'grammy/web';
import { Api, GrammyError, HttpError } from 'grammy/web';
import type { Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';
import type { Result } from '../../lib/result.ts';
import { failed, ok } from '../../lib/result.ts';

export const PUBLIC_API = 'https://api.telegram.org';

/** grammY's own time-out, which only matters if ours failed: longer than any of them. */
const BACKSTOP_SECONDS = 90;

export interface ApiDeps {
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
}

export type CallFailure =
  /** The Bot API answered `ok: false`: surely not executed. `retryAfter` comes with 429. */
  | { readonly kind: 'refused'; readonly code: number; readonly words: string; readonly retryAfter: Millis | null }
  /** No connection came about (refused, DNS, TLS): surely not executed. */
  | { readonly kind: 'unreached'; readonly detail: string }
  /** Written, but what came back is no answer of the Bot API (cut, a proxy's page): may have been executed. */
  | { readonly kind: 'unanswered'; readonly detail: string }
  /** Our deadline passed: may have been executed. */
  | { readonly kind: 'expired' }
  /** The caller gave up: may have been executed. */
  | { readonly kind: 'aborted' };

/** grammY's own kind of signal; of it and of the built-in one it uses what both have. */
type GrammySignal = NonNullable<Parameters<RawApi['getMe']>[0]>;

export interface BotApi {
  /** Runs one call and settles as soon as `limit` has passed or `signal` is aborted. Never rejects. */
  call<Value>(
    run: (raw: RawApi, signal: GrammySignal) => Promise<Value>,
    limit: Millis,
    signal: AbortSignal,
  ): Promise<Result<Value, CallFailure>>;
}

/** `<digits>:<letters, digits, _ and ->`, as BotFather gives them. Anything else would make a different address. */
export function isTokenShaped(token: string): boolean {
  return /^\d+:[\w-]+$/.test(token);
}

/** `apiRoot` is without a trailing slash; null is Telegram's own server. Sends nothing yet. */
export function createBotApi(deps: ApiDeps, token: string, apiRoot: string | null): BotApi {
  const { raw } = new Api(token, {
    apiRoot: apiRoot ?? PUBLIC_API,
    fetch: plainFetch(deps.fetch),
    timeoutSeconds: BACKSTOP_SECONDS,
  });
  return {
    async call(run, limit, signal) {
      if (signal.aborted) return failed({ kind: 'aborted' });
      const controller = new AbortController();
      const abort = (): void => controller.abort();
      let expired = false;
      const timer = deps.clock.after(limit, () => {
        expired = true;
        abort();
      });
      signal.addEventListener('abort', abort, { once: true });
      try {
        return ok(await run(raw, controller.signal as GrammySignal));
      } catch (error) {
        if (expired) return failed({ kind: 'expired' });
        return failed(signal.aborted ? { kind: 'aborted' } : failureOf(error));
      } finally {
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', abort);
      }
    },
  };
}

/** A failure in words for the log. */
export function describeFailure(failure: CallFailure): string {
  switch (failure.kind) {
    case 'refused':
      return `${failure.code} ${failure.words}`;
    case 'unreached':
    case 'unanswered':
      return `${failure.kind} ${failure.detail}`;
    case 'expired':
    case 'aborted':
      return failure.kind;
  }
}

interface GrammyRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Of grammY's own kind, which the built-in fetch does not take. */
  readonly signal: { readonly aborted: boolean; addEventListener(type: 'abort', listener: () => void): void };
}

/** Takes from grammY's request what the built-in fetch needs; a redirect would carry the token somewhere else. */
function plainFetch(fetch: typeof globalThis.fetch) {
  return (url: string, request: GrammyRequest): Promise<Response> => {
    const controller = new AbortController();
    if (request.signal.aborted) controller.abort();
    else request.signal.addEventListener('abort', () => controller.abort());
    return fetch(url, {
      method: request.method ?? 'POST',
      headers: { 'content-type': request.headers?.['content-type'] ?? 'application/json' },
      body: request.body ?? null,
      redirect: 'error',
      signal: controller.signal,
    });
  };
}

function failureOf(error: unknown): CallFailure {
  if (error instanceof GrammyError && Number.isInteger(error.error_code)) {
    const seconds = error.parameters.retry_after;
    const retryAfter = typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : null;
    return { kind: 'refused', code: error.error_code, words: String(error.description), retryAfter };
  }
  const causes = causesOf(error instanceof HttpError ? error.error : error);
  const detail = causes.map((cause) => cause.code ?? cause.name).join(' < ');
  return { kind: causes.some(isBeforeWriting) ? 'unreached' : 'unanswered', detail };
}

interface Cause {
  readonly name: string;
  readonly code: string | undefined;
  readonly syscall: string | undefined;
  readonly message: string;
}

/** The error, what caused it, and the attempts inside it (one per address of a host name). */
function causesOf(error: unknown, depth = 0): readonly Cause[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const inner = [error.cause, ...(error instanceof AggregateError ? (error.errors as readonly unknown[]) : [])];
  const cause = {
    name: error.name,
    message: error.message,
    code: field(error, 'code'),
    syscall: field(error, 'syscall'),
  };
  return [cause, ...inner.flatMap((each) => causesOf(each, depth + 1))];
}

function field(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}

/** Names of OpenSSL's and Node's refusals of a certificate or a handshake. */
const TLS =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_(?:WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PACKET_LENGTH_TOO_LONG|.*HANDSHAKE|.*PROTOCOL_VERSION)|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH)/;

function isBeforeWriting({ code, syscall, message }: Cause): boolean {
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
  if (code === undefined) return false;
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || TLS.test(code)) return true;
  // The one reset that is known to come before the request: https://github.com/nodejs/node, lib/_tls_wrap.js.
  return code === 'ECONNRESET' && message.includes('before secure TLS connection');
}
