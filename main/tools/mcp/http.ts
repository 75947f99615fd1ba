/**
 * The way to a server behind an address (specification: basic/transports, "Streamable HTTP"). The SDK speaks the
 * protocol, resumes streams and follows redirects within one origin; here is what it leaves open: which addresses are
 * used at all, how much may come, and that a call whose stream is cut for good ends at once instead of waiting.
 */
import type { Clock } from '../../gateway/clock.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { isRecord } from './clean.ts';
import type { McpReason } from './types.ts';

/** Bytes of one message. */
const largestMessage = 10 * 1024 * 1024;

/** What stands in the place of an answer that cannot come any more. */
export const cutAnswer = { code: -32_790, message: 'The connection was cut before the answer came.' } as const;

/** https, or http to this machine; no name and password in it. */
export function checkAddress(typed: string): Result<URL, McpReason> {
  const url = URL.parse(typed.trim());
  if (url === null || url.username !== '' || url.password !== '' || !isAllowed(url)) {
    return failed({ code: 'mcp.address-refused' });
  }
  url.hash = '';
  return ok(url);
}

function isAllowed({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (/^(?:localhost|127(?:\.\d{1,3}){3})$/.test(hostname) || hostname === '[::1]');
}

/** Headers as they go out; a name or value that HTTP does not allow is refused here and not in every request. */
export function checkHeaders(entries: readonly (readonly [string, string])[]): Result<Headers, McpReason> {
  const headers = new Headers();
  for (const [name, value] of entries) {
    try {
      headers.set(name, value);
    } catch {
      return failed({ code: 'mcp.header-refused', params: { name: name.slice(0, 80) } }); // never the value
    }
  }
  return ok(headers);
}

/** When a server is not heard any more. */
export interface HttpWatch {
  readonly clock: Clock;
  /** The connection has to end: what comes is without measure. */
  readonly tooMuch: (reason: McpReason) => void;
}

/** Streams that may be opened in a minute: a server that ends each at once would otherwise be asked without a pause. */
const mostStreams = 300;

/** `fetch` for one server. */
export function guardedFetch(fetch: typeof globalThis.fetch, watch: HttpWatch): typeof globalThis.fetch {
  const guard: Guard = {
    over() {
      watch.tooMuch({ code: 'mcp.too-much', params: { megabytes: largestMessage / 1024 / 1024 } });
      return new Error('The message is too long.');
    },
  };
  let opened: readonly number[] = [];
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!isAllowed(url)) throw new TypeError('This address is not used.');
    if ((init?.method ?? 'GET') === 'GET') {
      const now = watch.clock.monotonic();
      opened = [...opened.filter((at) => at > now - 60_000), now];
      if (opened.length > mostStreams) watch.tooMuch({ code: 'mcp.stream-cut' });
    }
    const response = await fetch(url, { ...init, redirect: 'manual' });
    if (response.body === null) return response;
    const isStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
    const body = isStream ? watchedStream(response.body, idOfRequest(init), guard) : limited(response.body, guard);
    const { status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  };
}

interface Guard {
  /** There is more than may be: says so, and gives the error for whoever reads. */
  over(): Error;
}

/** Of the request that a stream will answer; null for the stream that answers none. */
function idOfRequest(init: RequestInit | undefined): string | number | null {
  if (init?.method !== 'POST' || typeof init.body !== 'string') return null;
  const message: unknown = JSON.parse(init.body);
  const id = isRecord(message) && 'method' in message ? message['id'] : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function limited(body: ReadableStream<Uint8Array>, guard: Guard): ReadableStream<Uint8Array> {
  let size = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.length;
        if (size > largestMessage) controller.error(guard.over());
        else controller.enqueue(chunk);
      },
    }),
  );
}

/**
 * Server-sent events, counted between their empty lines. A stream that ends before an event gave it an id cannot be
 * resumed: what answers request `id` then is that it was cut. After the real answer nobody waits for a second one.
 */
function watchedStream(
  body: ReadableStream<Uint8Array>,
  id: string | number | null,
  guard: Guard,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const events = createEventWatch();
  const rescue = (controller: ReadableStreamDefaultController<Uint8Array>): boolean => {
    if (id === null || events.resumable) return false;
    const answer = JSON.stringify({ jsonrpc: '2.0', id, error: cutAnswer });
    controller.enqueue(new TextEncoder().encode(`\n\ndata: ${answer}\n\n`));
    controller.close();
    return true;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (done) {
          if (!rescue(controller)) controller.close();
          return;
        }
        if (events.feed(value) > largestMessage) throw guard.over();
        controller.enqueue(value);
      } catch (error) {
        if (!rescue(controller)) controller.error(error);
        await reader.cancel(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

interface EventWatch {
  /** Whether an event had an id. */
  readonly resumable: boolean;
  /** Bytes of the event that is being received. */
  feed(chunk: Uint8Array): number;
}

/** Looks at the beginnings of lines: an empty one ends an event, `id` names it (HTML standard, 9.2.6). */
function createEventWatch(): EventWatch {
  let resumable = false;
  let size = 0;
  let line = '';
  let afterReturn = false;
  const end = (): void => {
    if (line === '') size = 0;
    if (/^id(?::|$)/.test(line)) resumable = true;
    line = '';
  };
  return {
    get resumable() {
      return resumable;
    },
    feed(chunk) {
      for (const byte of chunk) {
        size += 1;
        const isReturn = byte === 13;
        // CR and LF together end one line.
        if (isReturn || (byte === 10 && !afterReturn)) end();
        else if (byte !== 10 && line.length < 3) line += String.fromCharCode(byte);
        afterReturn = isReturn;
      }
      return size;
    },
  };
}
