/**
 * The headless host's one port: the window's files, `/rpc` (a WebSocket), `/healthz`, `/files` and `/v1`.
 * Every request passes the guard (Host, Origin) first; everything but the window's own files and the bare `/healthz`
 * needs the token, which never stands in a URL.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { rpcPath } from '../../preload/contract/bridge.ts';
import { describeError } from '../gateway/log.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import type { Dispatch } from './dispatch.ts';
import type { EventLog } from './event-log.ts';
import { sendError, sendJson } from './http/exchange.ts';
import { answerFiles } from './http/files.ts';
import { createGuard, type Guard } from './http/guard.ts';
import { createWindowFiles, type ServeWindow } from './http/window.ts';
import { createOpenAiApi, type OpenAiApi } from './openai/chat.ts';
import { invalid } from './openai/errors.ts';
import { sendRefusal } from './openai/refuse.ts';
import type { ApiPorts } from './ports.ts';
import { healthStatus, healthView } from './views.ts';
import type { RpcServer } from './websocket.ts';

export interface HttpOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Address to listen on; loopback unless the owner said otherwise. */
  readonly host: string;
  readonly allowHosts: readonly string[];
  readonly token: string;
  /** Folder of the built window. */
  readonly windowDir: string;
}

export interface HttpHost {
  readonly port: number;
  /** `http://ADDRESS:PORT/`, loopback where every address is listened on. */
  readonly url: string;
  /** Calls are answered from now on; before that, with 503. */
  open(): void;
  /** From now on new calls are refused with 503; running ones go on. */
  refuseNew(): void;
  /** Resolves when no call of `/v1` is being answered. */
  idle(): Promise<void>;
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>;
}

/** Why the port could not be opened. */
export interface ListenFailure {
  readonly taken: boolean;
  readonly detail: string;
}

interface Parts {
  readonly ports: ApiPorts;
  readonly guard: Guard;
  readonly window: ServeWindow;
  readonly openAi: OpenAiApi;
  /** Why calls are refused; null while they are answered. */
  closed: 'starting' | 'stopping' | null;
}

export async function startHttp(
  ports: ApiPorts,
  dispatch: Dispatch,
  events: EventLog,
  options: HttpOptions,
): Promise<Result<HttpHost, ListenFailure>> {
  const guard = createGuard(options);
  const parts: Parts = {
    ports,
    guard,
    window: createWindowFiles(options.windowDir),
    openAi: createOpenAiApi(ports),
    closed: 'starting',
  };
  // An ESM import of node:http reads all its exports, and with them loads the whole of `fetch`: 35 ms of a start.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 120_000, keepAliveTimeout: 60_000 });
  server.maxConnections = 1024;
  server.on('request', (request, response) => void route(parts, request, response));
  server.on('clientError', refuseMalformed);
  let rpc: Promise<RpcServer> | undefined;
  const loadRpc = async (): Promise<RpcServer> => {
    const { createRpcServer } = await import('./websocket.ts');
    return createRpcServer({ dispatch, events, guard, clock: ports.clock, log: ports.log });
  };
  server.on('upgrade', (request, socket, head) => {
    const why = upgradeRefusal(parts, request);
    if (why !== null) return refuseUpgrade(socket, why.status, why.sentence);
    rpc ??= loadRpc();
    void rpc.then(
      (loaded) => loaded.accept(request, socket, head),
      (error: unknown) => {
        // Its file is gone, such as after a rebuild under a running host.
        ports.log.write('error', 'api.rpc-not-loaded', { error: describeError(error) });
        refuseUpgrade(socket, '500 Internal Server Error', 'Porchlight has to be started again.');
      },
    );
  });
  const listening = await listen(server, options);
  if (!listening.ok) return listening;
  const { port } = listening.value;
  return ok({
    port,
    url: `http://${shownHost(options.host)}:${String(port)}/`,
    open: () => void (parts.closed = null),
    refuseNew: () => void (parts.closed = 'stopping'),
    idle: () => parts.openAi.idle(),
    async close() {
      parts.closed = 'stopping';
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      (await rpc)?.close();
      server.closeAllConnections();
      await closed;
    },
  });
}

function listen(server: Server, options: HttpOptions): Promise<Result<AddressInfo, ListenFailure>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(failed({ taken: error.code === 'EADDRINUSE', detail: error.message })),
    );
    server.listen({ port: options.port, host: options.host.replace(/^\[|\]$/g, '') }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
      resolve(ok(address));
    });
  });
}

function shownHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::' || host === '[::]') return '[::1]';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** Finds who answers. Never rejects. */
async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { ports, guard } = parts;
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const isApi = path === '/v1' || path.startsWith('/v1/');
  try {
    const why = guard.refusal(request);
    if (why !== null)
      return isApi ? sendRefusal(response, invalid(why, null, 'forbidden', 403)) : sendError(response, 403, why);
    if (isApi) return await routeApi(parts, request, response, path);
    if (path === '/healthz') return await answerHealth(parts, request, response);
    if (path === rpcPath) {
      return sendError(response, 426, 'This is a WebSocket.', { Upgrade: 'websocket', Connection: 'Upgrade' });
    }
    if (path !== '/files' && !path.startsWith('/files/')) return parts.window(request, response);
    if (!hasToken(parts, request)) return sendError(response, 401, tokenSentence, { 'WWW-Authenticate': 'Bearer' });
    if (parts.closed !== null) return sendError(response, 503, closedSentence(parts), { 'Retry-After': '1' });
    return await answerFiles(ports, request, response, path);
  } catch (error) {
    ports.log.write('error', 'api.http-failed', { path: path.slice(0, 100), error: describeError(error) });
    sendError(response, 500, ports.sentences.reason({ code: 'host.bug' }, null));
  }
}

function closedSentence({ closed, ports }: Parts): string {
  return closed === 'starting' ? 'Porchlight is starting.' : ports.sentences.reason({ code: 'host.stopping' }, null);
}

const tokenSentence = 'The token is missing or wrong: send it as `Authorization: Bearer …`.';

function hasToken(parts: Parts, request: IncomingMessage): boolean {
  const token = parts.guard.bearer(request);
  return token !== null && parts.guard.tokenFits(token);
}

async function routeApi(parts: Parts, request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  if (!hasToken(parts, request)) {
    const refusal = invalid(tokenSentence, null, 'invalid_api_key', 401);
    return sendRefusal(response, refusal, { 'WWW-Authenticate': 'Bearer' });
  }
  if (parts.closed !== null) {
    const refusal = { type: 'api_error', code: parts.closed, param: null, message: closedSentence(parts) };
    return sendRefusal(response, { ...refusal, status: 503, retryAfter: 1 });
  }
  await parts.openAi.handle(request, response, path);
}

/** Without a token only `ok` or `degraded`; with it the evidence; with a wrong one 401, so that a page can tell. */
async function answerHealth(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return sendError(response, 405, 'Use GET here.', { Allow: 'GET, HEAD' });
  }
  const { ports, guard } = parts;
  const token = guard.bearer(request);
  if (token !== null && !guard.tokenFits(token)) {
    return sendError(response, 401, tokenSentence, { 'WWW-Authenticate': 'Bearer' });
  }
  // Strangers may ask as often as they like: they get what costs nothing.
  const known = token === null ? { status: healthStatus(ports) } : await healthView(ports, ports.clock.now());
  sendJson(response, 200, known);
}

function upgradeRefusal(
  parts: Parts,
  request: IncomingMessage,
): { readonly status: string; readonly sentence: string } | null {
  const why = parts.guard.refusal(request);
  if (why !== null) return { status: '403 Forbidden', sentence: why };
  if ((request.url ?? '').split('?', 1)[0] !== rpcPath)
    return { status: '404 Not Found', sentence: 'There is nothing here.' };
  if (parts.closed !== null) return { status: '503 Service Unavailable', sentence: closedSentence(parts) };
  return null;
}

function refuseUpgrade(socket: Duplex, status: string, sentence: string): void {
  const body = JSON.stringify({ error: { message: sentence } });
  const length = String(Buffer.byteLength(body));
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** Bytes that are not HTTP, headers that are too large, requests that are too slow. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
