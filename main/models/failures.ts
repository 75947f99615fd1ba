/**
 * What went wrong with a call, as the closed classes of the port. Refusals over HTTP are in refusals.ts; here are the
 * ways of the network, of time and of the caller.
 */
import type { ModelErrorClass, ModelFailure } from '../gateway/model.ts';
import type { Millis, ReasonCode } from '../gateway/types.ts';
import type { Phase } from './watchdog.ts';

/** Whom a failure is about. */
export interface About {
  /** The provider's id. */
  readonly provider: string;
  readonly model: string;
  /** Struck out of every detail. */
  readonly key: string | null;
}

const classes = {
  'model.invalid-request': 'invalid-request',
  'model.wrong-path': 'invalid-request',
  'model.key-refused': 'auth',
  'model.quota': 'quota',
  'model.rate-limit': 'rate-limit',
  'model.overloaded': 'overloaded',
  'model.empty': 'overloaded',
  'model.timeout': 'timeout',
  'model.network': 'network',
  'model.tls': 'network',
  'model.cut': 'network',
  'model.malformed': 'network',
  'model.context-overflow': 'context-overflow',
  'model.content-filter': 'content-filter',
  'model.missing': 'model-missing',
  'model.name-unknown': 'model-missing',
  'model.library-unreachable': 'network',
  'model.no-space': 'overloaded',
  'model.server-old': 'invalid-request',
  'model.pull-refused': 'invalid-request',
  'model.aborted': 'aborted',
  'model.bug': 'bug',
} as const satisfies Partial<Record<ReasonCode, ModelErrorClass>>;

export type FailureCode = keyof typeof classes;

/** A failure with the class that belongs to its reason; `detail` is redacted and cut to 500 characters. */
export function modelFailure(about: About, code: FailureCode, detail: string, retryAfter?: Millis): ModelFailure {
  const failure = {
    class: classes[code],
    reason: { code, params: { provider: about.provider, model: about.model } },
    detail: redact(detail, about.key).slice(0, 500),
  };
  return retryAfter === undefined ? failure : { ...failure, retryAfter };
}

/** `text` without the key, bearer tokens, credentials in addresses and what looks like a key of a known service. */
export function redact(text: string, key: string | null): string {
  const without = key === null || key.length < 4 ? text : text.replaceAll(key, '***');
  return without
    .replace(/\b(bearer|basic)\s+[\w.~+/*=-]{6,}/gi, '$1 ***')
    .replace(/\b(?:(?:sk|pk|rk|gsk|xai|hf|key)[-_]|AIza|eyJ)[\w.*-]{8,}/g, '***')
    .replace(/:\/\/[^/\s:@]+:[^/\s@]+@/g, '://***@');
}

/** The reason a call is aborted with when one of its limits has passed. */
export class LimitPassed extends Error {
  readonly phase: Phase;

  constructor(phase: Phase) {
    super(`time-out: ${phase}`);
    this.name = 'LimitPassed';
    this.phase = phase;
  }
}

/** The server sent something that is not what the protocol says; the text says what. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Why `signal` was aborted: a limit of ours, or the caller's wish. */
export function abortFailure(about: About, signal: AbortSignal): ModelFailure {
  const why: unknown = signal.reason;
  if (why instanceof LimitPassed) return modelFailure(about, 'model.timeout', why.message);
  return modelFailure(about, 'model.aborted', 'aborted by the caller');
}

/** A failure below HTTP, or a bug. `answered`: headers had come, so what broke was a reply under way. */
export function transportFailure(about: About, error: unknown, answered: boolean): ModelFailure {
  if (error instanceof Malformed) return modelFailure(about, 'model.malformed', error.message);
  const chain = causes(error);
  const codes = chain.flatMap((one) => ('code' in one && typeof one.code === 'string' ? [one.code] : []));
  const detail = chain.map((one) => one.message).join(': ');
  if (codes.some((code) => timeoutCodes.has(code))) return modelFailure(about, 'model.timeout', detail);
  if (codes.some((code) => isTlsCode(code))) return modelFailure(about, 'model.tls', detail);
  if (codes.some((code) => isNetworkCode(code))) {
    return modelFailure(about, answered ? 'model.cut' : 'model.network', detail);
  }
  if (chain.some((one) => one instanceof SyntaxError)) return modelFailure(about, 'model.malformed', detail);
  // What Node's fetch says when it gives no code: `terminated` in mid-body, `fetch failed` before it.
  if (chain.some((one) => one instanceof TypeError && /^(terminated|fetch failed|network error)/i.test(one.message))) {
    return modelFailure(about, answered ? 'model.cut' : 'model.network', detail);
  }
  return modelFailure(about, 'model.bug', detail === '' ? String(error) : `${chain[0]?.name ?? ''}: ${detail}`);
}

/** Error, cause and so on, the parts of an `AggregateError` (one for each address tried) included. */
function causes(error: unknown): readonly Error[] {
  const found: Error[] = [];
  const open: unknown[] = [error];
  for (let one = open.shift(); one !== undefined && found.length < 12; one = open.shift()) {
    if (!(one instanceof Error) || found.includes(one)) continue;
    found.push(one);
    if (one instanceof AggregateError) open.push(...(one.errors as readonly unknown[]));
    open.push(one.cause);
  }
  return found;
}

const timeoutCodes: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Codes of OpenSSL's verification and of Node's TLS; Node's documentation of `tls`, X.509 certificate error codes. */
function isTlsCode(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|ERROR_IN_CERT_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_CA$|PATH_LENGTH_EXCEEDED$)/.test(
    code,
  );
}

function isNetworkCode(code: string): boolean {
  return /^(ECONN|ENOTFOUND$|EAI_|EHOST|ENET|EPIPE$|EADDRNOTAVAIL$|EACCES$|UND_ERR_SOCKET$|UND_ERR_RES|UND_ERR_PRX|HPE_)/.test(
    code,
  );
}
