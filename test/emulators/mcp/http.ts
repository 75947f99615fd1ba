/**
 * The scripted server behind an address (specification 2025-06-18, "Streamable HTTP"): strict about headers and
 * sessions, and able to cut, forget and refuse.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ScriptedServer, isFields, text, type Fields, type Script } from './server.ts';

export interface HttpScript {
  readonly script?: Script;
  /** Expected as `authorization: Bearer …`. */
  readonly token?: string;
  /** Answers calls as JSON instead of as a stream. */
  readonly asJson?: boolean;
  /** No stream of its own: 405 to GET. */
  readonly noStream?: boolean;
  /** Ends each stream of its own at once and wants it opened again without a pause. */
  readonly endsStreams?: boolean;
}

interface Session {
  readonly server: ScriptedServer;
  /** Streams that wait for the answer to a request. */
  readonly answering: Map<unknown, ServerResponse>;
  /** Answers that go out when a stream is resumed, by the id of the last event. */
  readonly kept: Map<string, Fields>;
  stream: ServerResponse | null;
}

export class HttpMcpEmulator implements AsyncDisposable {
  /** Method, path and a few headers of every request. */
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
  }[] = [];
  readonly complaints: string[] = [];
  /** Where requests are sent on with status 307; null when they are answered. */
  redirect: string | null = null;
  /** Answered to everything; null when requests are answered. */
  status: number | null = null;
  readonly #script: HttpScript;
  readonly #http: Server;
  readonly #sessions = new Map<string, Session>();

  private constructor(script: HttpScript) {
    this.#script = script;
    this.#http = createServer((request, response) => void this.#request(request, response));
  }

  static async start(script: HttpScript = {}, port = 0): Promise<HttpMcpEmulator> {
    const emulator = new HttpMcpEmulator(script);
    emulator.#http.listen(port, '127.0.0.1');
    await once(emulator.#http, 'listening');
    return emulator;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}/mcp`;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** Everything the client did against the specification, in every session. */
  get allComplaints(): readonly string[] {
    return [...this.complaints, ...[...this.#sessions.values()].flatMap(({ server }) => server.complaints)];
  }

  /** As a restarted server does. */
  forgetSessions(): void {
    for (const { stream } of this.#sessions.values()) stream?.destroy();
    this.#sessions.clear();
  }

  /** Cuts the streams that are not an answer, without forgetting anything. */
  cutStreams(): void {
    for (const session of this.#sessions.values()) {
      session.stream?.destroy();
      session.stream = null;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections();
    if (!this.#http.listening) return;
    this.#http.close();
    await once(this.#http, 'close');
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    this.requests.push({ method, path, headers });
    const body = await read(request);
    if (this.status !== null) return end(response, this.status);
    if (this.redirect !== null && path === '/mcp') {
      response.writeHead(307, { location: this.redirect }).end();
      return;
    }
    const { token } = this.#script;
    if (token !== undefined && headers.authorization !== `Bearer ${token}`) return end(response, 401);
    if (method === 'POST') return this.#post(request, response, body);
    const session = this.#sessionOf(request);
    if (session === null) return end(response, 404);
    if (headers['mcp-protocol-version'] === undefined) this.complaints.push(`${method} without mcp-protocol-version`);
    if (method === 'DELETE') {
      this.#sessions.delete(String(headers['mcp-session-id']));
      session.stream?.end();
      return end(response, 200);
    }
    if (method === 'GET') return this.#get(request, response, session);
    end(response, 405);
  }

  #sessionOf({ headers }: IncomingMessage): Session | null {
    return this.#sessions.get(String(headers['mcp-session-id'])) ?? null;
  }

  #post(request: IncomingMessage, response: ServerResponse, body: string): void {
    const message: unknown = JSON.parse(body);
    if (!isFields(message)) return end(response, 400);
    const { accept = '' } = request.headers;
    if (!accept.includes('application/json') || !accept.includes('text/event-stream')) {
      this.complaints.push(`POST that accepts ${accept}`);
    }
    const isGreeting = message['method'] === 'initialize';
    const session = isGreeting ? this.#open(response) : this.#sessionOf(request);
    if (session === null) return end(response, 404);
    if (!isGreeting && request.headers['mcp-protocol-version'] === undefined) {
      this.complaints.push('POST without mcp-protocol-version');
    }
    if ('method' in message && message['id'] !== undefined) session.answering.set(message['id'], response);
    else response.writeHead(202).end();
    session.server.receive(message);
  }

  #open(response: ServerResponse): Session {
    const id = randomUUID();
    response.setHeader('mcp-session-id', id);
    const session: Session = {
      answering: new Map(),
      kept: new Map(),
      stream: null,
      server: new ScriptedServer(
        this.#script.script ?? {},
        {
          send: (message) => this.#send(session, message),
          extra: (name, input) => this.#extra(session, name, input),
        },
        ['cut', 'cutAndKeep', 'flood', 'nonsense'],
      ),
    };
    this.#sessions.set(id, session);
    return session;
  }

  #send(session: Session, message: Fields): void {
    const answering = 'method' in message ? undefined : session.answering.get(message['id']);
    if (answering === undefined) {
      session.stream?.write(event(message));
      return;
    }
    session.answering.delete(message['id']);
    if (this.#script.asJson === true) {
      answering.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(message));
    } else {
      if (!answering.headersSent) answering.writeHead(200, { 'content-type': 'text/event-stream' });
      answering.end(event(message));
    }
  }

  /** Tools whose answer does not arrive as it should; the newest request is the call. */
  #extra(session: Session, name: string, input: Fields): Promise<never> | null {
    const last = [...session.answering].at(-1);
    if (last === undefined) return null;
    const [id, response] = last;
    const open = (): void => void response.writeHead(200, { 'content-type': 'text/event-stream' });
    switch (name) {
      case 'cut':
        open();
        response.write(': still working\n\n', () => response.destroy());
        break;
      case 'cutAndKeep':
        open();
        session.kept.set('before-the-cut', { jsonrpc: '2.0', id, result: text('kept for you') });
        response.write('id: before-the-cut\nretry: 10\ndata: \n\n', () => response.destroy());
        break;
      case 'flood':
        open();
        response.write(`data: ${'z'.repeat(Number(input['bytes']))}`);
        break;
      case 'nonsense':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
        break;
      default:
        return null;
    }
    session.answering.delete(id);
    return new Promise<never>(() => undefined);
  }

  #get(request: IncomingMessage, response: ServerResponse, session: Session): void {
    if (this.#script.noStream === true) return end(response, 405);
    if (request.headers.accept?.includes('text/event-stream') !== true)
      this.complaints.push('GET that accepts no stream');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const last = request.headers['last-event-id'];
    const kept = typeof last === 'string' ? session.kept.get(last) : undefined;
    if (kept !== undefined) {
      response.end(event(kept));
      return;
    }
    if (this.#script.endsStreams === true) {
      response.end('retry: 0\n\n');
      return;
    }
    response.write('retry: 10\n\n');
    session.stream = response;
  }
}

function event(message: Fields): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}

async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
