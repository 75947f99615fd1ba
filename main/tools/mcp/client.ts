/**
 * One connection to one server, through the SDK. This file and `stdio.ts` are the only ones that load it, and they are
 * loaded when the first server starts.
 *
 * No schema of a server is ever compiled: the SDK's validator makes code of text (`new Function`), so it is replaced by
 * one that is never asked, and requests go out with lenient shapes of our own, so that one malformed tool does not hide
 * the others. Of the client's features none is offered: no sampling, no elicitation, no roots.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { McpError, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { pause, type Clock } from '../../gateway/clock.ts';
import { describeError } from '../../gateway/log.ts';
import type { Millis } from '../../gateway/types.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { z } from 'zod';
import { isRecord, visibleLine } from './clean.ts';
import { cutAnswer, guardedFetch } from './http.ts';
import type { ServerProcess } from './process.ts';
import { StdioTransport, type StdioHooks } from './stdio.ts';
import type { McpReason } from './types.ts';

/** The SDK's own time-outs are not used: the clock is ours. This is the longest that a timer can be set to. */
const never: Millis = 2 ** 31 - 1;
/** A session that is not needed any more is told so; not longer than this. */
const farewell: Millis = 1_000;
/** Pages of a list of tools. */
const mostPages = 20;

export type Endpoint =
  | { readonly kind: 'stdio'; readonly process: ServerProcess; readonly said: StdioHooks['said'] }
  | { readonly kind: 'http'; readonly url: URL; readonly headers: Headers; readonly fetch: typeof fetch };

export interface SessionDeps {
  readonly clock: Clock;
  readonly version: string;
  readonly noticed: (text: string) => void;
  readonly toolsChanged: () => void;
}

export interface Session {
  /** Why the connection is over, once it is and we did not end it. Never rejects. */
  readonly ended: Promise<McpReason>;
  /** Whatever the server calls its tools, all pages. */
  list(signal: AbortSignal): Promise<Result<readonly unknown[], McpReason>>;
  /** The result as it came. Aborting `signal` cancels the call at the server; that is then a failure like others. */
  call(name: string, input: unknown, signal: AbortSignal): Promise<Result<unknown, McpReason>>;
  /** Settles when nothing of it is left. */
  close(): Promise<void>;
}

const toolPage = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });
const anyResult = z.looseObject({});

/** Greets the server. Fails when `signal` is aborted before it has answered; nothing is left of it then. */
export async function openSession(
  deps: SessionDeps,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<Result<Session, McpReason>> {
  const session = new SdkSession(deps, endpoint);
  const refused = await session.greet(signal);
  if (refused === null) return ok(session);
  await session.close();
  return failed(refused);
}

class SdkSession implements Session {
  readonly ended: Promise<McpReason>;
  readonly #deps: SessionDeps;
  readonly #transport: StdioTransport | StreamableHTTPClientTransport;
  readonly #client: Client;
  readonly #end: (reason: McpReason) => void;
  #why: McpReason | null = null;
  #closing: Promise<void> | null = null;

  constructor(deps: SessionDeps, endpoint: Endpoint) {
    const { promise, resolve } = Promise.withResolvers<McpReason>();
    this.ended = promise;
    this.#deps = deps;
    this.#end = (reason) => {
      this.#why ??= reason;
      resolve(this.#why);
    };
    this.#transport = transportTo(deps, endpoint, this.#end);
    this.#client = createClient(deps);
    this.#client.onclose = () => {
      // Without a reason it was closed by us, or by the SDK after a greeting that failed.
      const why = this.#cause();
      if (why !== null) this.#end(why);
    };
    this.#client.onerror = (error) => this.#onError(error);
    this.#client.setNotificationHandler(ToolListChangedNotificationSchema, deps.toolsChanged);
  }

  async greet(signal: AbortSignal): Promise<McpReason | null> {
    const transport: Transport = this.#transport;
    try {
      await this.#client.connect(transport, { signal, timeout: never });
      return null;
    } catch (error) {
      return atGreeting(this.#whyNot(error));
    }
  }

  async list(signal: AbortSignal): Promise<Result<readonly unknown[], McpReason>> {
    if (this.#client.getServerCapabilities()?.tools === undefined) return ok([]);
    const tools: unknown[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const params = cursor === undefined ? {} : { cursor };
      try {
        const answer = await this.#client.request({ method: 'tools/list', params }, toolPage, {
          signal,
          timeout: never,
        });
        tools.push(...answer.tools);
        cursor = answer.nextCursor;
      } catch (error) {
        return failed(this.#whyNot(error));
      }
      if (cursor === undefined) break;
    }
    return ok(tools);
  }

  async call(name: string, input: unknown, signal: AbortSignal): Promise<Result<unknown, McpReason>> {
    const params = { name, arguments: input };
    try {
      return ok(await this.#client.request({ method: 'tools/call', params }, anyResult, { signal, timeout: never }));
    } catch (error) {
      const reason = this.#whyNot(error);
      if (signal.aborted) return failed(reason);
      // After these a new connection is needed; the others are about this call.
      if (['mcp.signed-out', 'mcp.session-ended', 'mcp.unreachable', 'mcp.redirected'].includes(reason.code)) {
        this.#end(reason);
      }
      return failed(reason);
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    if (this.#transport instanceof StreamableHTTPClientTransport) {
      const over = new AbortController();
      const told = this.#transport.terminateSession().catch((error: unknown) => this.#onError(error));
      await Promise.race([told, pause(this.#deps.clock, farewell, over.signal)]);
      over.abort();
    }
    await this.#client.close();
    // The client forgets a transport that closed by itself; its process may still be ending.
    await this.#transport.close();
  }

  #cause(): McpReason | null {
    return this.#why ?? (this.#transport instanceof StdioTransport ? this.#transport.why : null);
  }

  #whyNot(error: unknown): McpReason {
    const reason = this.#cause() ?? reasonOf(error, this.#transport instanceof StreamableHTTPClientTransport);
    if (reason !== null) return reason;
    this.#deps.noticed(describeError(error));
    return { code: 'mcp.stream-cut' };
  }

  #onError(error: unknown): void {
    if (this.#closing !== null) return;
    const text = describeError(error);
    // An answer after its call was cancelled, or after the one that says that the stream was cut.
    if (text.includes('unknown message ID')) return;
    this.#deps.noticed(text);
    // The SDK's word for giving up a stream; calls that wait for it would wait for ever.
    if (text.includes('Maximum reconnection attempts')) this.#end({ code: 'mcp.stream-cut' });
  }
}

function createClient({ version }: SessionDeps): Client {
  const client = new Client(
    { name: 'porchlight', title: 'Porchlight', version },
    {
      capabilities: {},
      jsonSchemaValidator: {
        getValidator() {
          throw new Error('No schema of a server is made into code.');
        },
      },
    },
  );
  client.fallbackRequestHandler = async ({ method }) => {
    throw new NotOffered(`Porchlight does not offer ${visibleLine(method, 80)} to servers.`);
  };
  return client;
}

/** JSON-RPC's "method not found", which the SDK answers with from `code`. */
class NotOffered extends Error {
  readonly code = -32_601;
}

function transportTo(
  deps: SessionDeps,
  endpoint: Endpoint,
  tooMuch: (reason: McpReason) => void,
): StdioTransport | StreamableHTTPClientTransport {
  if (endpoint.kind === 'stdio') {
    return new StdioTransport(endpoint.process, { said: endpoint.said, noticed: deps.noticed });
  }
  return new StreamableHTTPClientTransport(endpoint.url, {
    requestInit: { headers: endpoint.headers },
    fetch: guardedFetch(endpoint.fetch, { clock: deps.clock, tooMuch }),
  });
}

/** What the SDK threw, as one of ours; null for what a broken pipe throws. */
function reasonOf(error: unknown, overHttp: boolean): McpReason | null {
  if (error instanceof StreamableHTTPError) return reasonOfStatus(error.code ?? 0, error.message);
  if (error instanceof McpError) {
    if (error.code === cutAnswer.code) return { code: 'mcp.stream-cut' };
    return { code: 'mcp.refused', params: { message: visibleLine(error.message, 500) } };
  }
  if (error instanceof z.core.$ZodError || error instanceof SyntaxError) return { code: 'mcp.malformed' };
  const text = describeError(error);
  const version = /protocol version is not supported: (.*)$/.exec(text)?.[1];
  if (version !== undefined) return { code: 'mcp.protocol', params: { version: visibleLine(version, 40) } };
  if (overHttp) return { code: 'mcp.unreachable', params: { error: networkCode(error) } };
  return null;
}

/** There is no session yet that could have ended, and other refusals say that something else listens there. */
function atGreeting(reason: McpReason): McpReason {
  const { code, params: { status = 0 } = {} } = reason;
  const refused = code === 'mcp.server-error' && [402, 405, 406, 409, 410, 411, 413, 415, 501].includes(Number(status));
  return refused || code === 'mcp.session-ended' ? { code: 'mcp.not-a-server', params: { status } } : reason;
}

/** Specification, "Session Management": 404 for a session that is over. Many servers say 400. */
function reasonOfStatus(status: number, message: string): McpReason {
  const to = /Redirect to (\S+) not followed/.exec(message)?.[1];
  if (to !== undefined) return { code: 'mcp.redirected', params: { to: visibleLine(to, 200) } };
  if (status === 401 || status === 403) return { code: 'mcp.signed-out', params: { status } };
  if (status === 400 || status === 404) return { code: 'mcp.session-ended', params: { status } };
  if (status === -1) return { code: 'mcp.malformed' };
  return { code: 'mcp.server-error', params: { status } };
}

/** `fetch` hides what happened in `cause`. */
function networkCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  const code = isRecord(cause) ? cause['code'] : isRecord(error) ? error['code'] : null;
  return typeof code === 'string' ? code : visibleLine(describeError(cause ?? error), 80);
}
