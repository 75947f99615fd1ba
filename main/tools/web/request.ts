/**
 * One request to one public address. The name is resolved here, every address it has must be public, and the connection
 * goes to one of those that were looked at: a name that changes its mind between the look and the connection (DNS
 * rebinding) gains nothing.
 */
import type { LookupAddress } from 'node:dns';
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { failed, ok, type Result } from '../../lib/result.ts';
import { isPublicAddress } from './public-address.ts';

export interface RequestDeps {
  /** Every address of a name; rejects when there is none. */
  readonly resolve: (host: string) => Promise<readonly LookupAddress[]>;
  /** Left out: connections are made as usual. A test leads them to a server of its own, after everything was checked. */
  readonly connect?: NonNullable<RequestOptions['createConnection']>;
}

/** Why a page was not asked for, or did not answer, in words for the model. */
export type Refusal = string;

/** A mail server or a database behind a public address has nothing to read either. */
const ports = ['', '80', '443', '8080', '8443'];

/** What the address itself forbids; null when nothing does. */
function whyNotAsked(url: URL): Refusal | null {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'Only http and https addresses can be read.';
  if (url.username !== '' || url.password !== '') return 'Addresses with a name and password in them are not read.';
  if (!ports.includes(url.port)) return `Port ${url.port} is not read; only the usual ones of web pages are.`;
  return null;
}

const headers = {
  accept: 'text/html, text/plain, text/markdown, application/json;q=0.9, application/xml;q=0.8, text/*;q=0.7',
  'accept-encoding': 'gzip, br, deflate',
  'accept-language': 'en;q=0.8, *;q=0.5',
  'user-agent': 'Porchlight/1 (reads a page when its owner asks)',
};

/** The answer with its body still to be read. A redirect is an answer. Never rejects. */
export async function askPage(
  deps: RequestDeps,
  url: URL,
  signal: AbortSignal,
): Promise<Result<IncomingMessage, Refusal>> {
  const refused = whyNotAsked(url);
  if (refused !== null) return failed(refused);
  const addresses = await publicAddresses(deps, url, signal);
  if (!addresses.ok) return addresses;
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const { promise, resolve } = Promise.withResolvers<Result<IncomingMessage, Refusal>>();
  const options: RequestOptions = {
    method: 'GET',
    headers,
    signal,
    lookup: answeringWith(addresses.value),
    // A connection of its own: one that was opened for another name must not be taken for this one.
    ...(deps.connect === undefined ? { agent: false } : { createConnection: deps.connect }),
  };
  const request = send(url, options, (response) => resolve(ok(response)));
  request.on('error', (error) => resolve(failed(whatFailed(url, error, signal))));
  request.end();
  return promise;
}

function whatFailed(url: URL, error: Error, signal: AbortSignal): Refusal {
  if (signal.aborted) return tooLate(url);
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${url.host} could not be reached${code}.`;
}

function tooLate({ host }: URL): Refusal {
  return `${host} did not answer in time.`;
}

async function publicAddresses(
  deps: RequestDeps,
  url: URL,
  signal: AbortSignal,
): Promise<Result<readonly LookupAddress[], Refusal>> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const found = family === 0 ? await resolved(deps, host, signal) : [{ address: host, family }];
  if (signal.aborted) return failed(tooLate(url));
  if (found.length === 0) return failed(`There is no server called ${host}.`);
  // All of them: with one that is private among them the next look might give just that one.
  const allPublic = found.every(({ address }) => isPublicAddress(address));
  return allPublic ? ok(found) : failed(`${host} is not a public address; only public pages can be read.`);
}

/** Nothing once `signal` is aborted: a resolver cannot be told to stop, and may take longer than a page. */
async function resolved(
  { resolve }: RequestDeps,
  host: string,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  const over = Promise.withResolvers<readonly LookupAddress[]>();
  const stop = (): void => over.resolve([]);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([resolve(host), over.promise]);
  } catch {
    return []; // a name without an address is told as that, whatever the resolver called it
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A resolver that knows only what was looked at. */
function answeringWith(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, answer) => {
    const [first] = addresses;
    if (options.all === true) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family);
  };
}
