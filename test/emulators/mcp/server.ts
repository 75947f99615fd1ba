/**
 * A server of the Model Context Protocol (specification 2025-06-18) for tests: strict with its client, and with tools
 * that misbehave when they are asked to. Written from the specification; how messages travel is its owner's.
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Fields = Readonly<Record<string, unknown>>;

/** What is different from a server that behaves. */
export interface Script {
  /** Answered to the greeting instead of the version that was asked for. */
  readonly version?: string;
  /** Listed beside the tools that can be called. */
  readonly tools?: readonly Json[];
  /** Tools on one page of the list. */
  readonly pageSize?: number;
  /** Says nothing to a greeting. */
  readonly silent?: boolean;
  /** Refuses a greeting with these words. */
  readonly refuses?: string;
  /** Answers the request for its list with something else. */
  readonly brokenList?: boolean;
  /** A tool that comes while the first list is being made. */
  readonly latecomer?: string;
  /** Announces a change of its list so often, directly after the greeting. */
  readonly restless?: number;
}

/** How the server's owner carries out what tools ask of it. */
export interface Surroundings {
  send(message: Fields): void;
  /** A tool that the way of travelling brings along; null when there is none of this name. */
  extra(name: string, input: Fields): Promise<Json> | null;
}

const plainInput = { type: 'object' } as const;
const named = (name: string): Json => ({ name, description: `Scripted: ${name}`, inputSchema: plainInput });

const ownTools = ['say', 'blocks', 'hang', 'cancelled', 'change', 'ask', 'huge', 'refuse', 'complaints', 'lists'];

export class ScriptedServer {
  /** What the client did against the specification. */
  readonly complaints: string[] = [];
  readonly cancelled: unknown[] = [];
  /** Names of the tools that were called. */
  readonly calls: string[] = [];
  readonly #script: Script;
  readonly #around: Surroundings;
  readonly #extraTools: readonly string[];
  readonly #added: string[] = [];
  readonly #seen = new Set<unknown>();
  readonly #asked = new Map<number, (answer: Fields) => void>();
  #lists = 0;
  #phase: 'new' | 'greeted' | 'open' = 'new';

  constructor(script: Script, around: Surroundings, extraTools: readonly string[]) {
    this.#script = script;
    this.#around = around;
    this.#extraTools = extraTools;
  }

  receive(message: unknown): void {
    if (!isFields(message) || message['jsonrpc'] !== '2.0') return this.#complain('a message that is not JSON-RPC 2.0');
    const { id, method } = message;
    const params = isFields(message['params']) ? message['params'] : {};
    if (typeof method !== 'string') return this.#answered(message);
    if (id === undefined) return this.#notified(method, params);
    if (typeof id !== 'string' && typeof id !== 'number')
      return this.#complain('a request whose id is neither text nor number');
    if (this.#seen.has(id)) this.#complain(`the id ${String(id)} a second time`);
    this.#seen.add(id);
    void this.#request(id, method, params);
  }

  #complain(what: string): void {
    this.complaints.push(what);
  }

  #notified(method: string, params: Fields): void {
    if (method === 'notifications/cancelled') this.cancelled.push(params['requestId']);
    if (method !== 'notifications/initialized') return;
    if (this.#phase !== 'greeted') this.#complain('initialized without a greeting');
    this.#phase = 'open';
    for (let count = 0; count < (this.#script.restless ?? 0); count++) this.#changed();
  }

  #answered(message: Fields): void {
    const waiting = typeof message['id'] === 'number' ? this.#asked.get(message['id']) : undefined;
    if (waiting === undefined) this.#complain('an answer that nobody waits for');
    else waiting(message);
  }

  async #request(id: string | number, method: string, params: Fields): Promise<void> {
    if (method === 'initialize') return this.#greet(id, params);
    if (this.#phase !== 'open') this.#complain(`${method} before initialized`);
    if (method === 'tools/list') return this.#answer(id, this.#page(params));
    if (method === 'ping') return this.#answer(id, {});
    if (method !== 'tools/call') return this.#refuse(id, -32_601, 'Method not found');
    const { name, arguments: input = {} } = params;
    if (typeof name !== 'string' || !isFields(input)) return this.#refuse(id, -32_602, 'Invalid params');
    this.calls.push(name);
    const answer = (await this.#around.extra(name, input)) ?? (await this.#call(id, name, input));
    if (answer !== undefined) this.#answer(id, answer);
  }

  #greet(id: string | number, params: Fields): void {
    if (this.#phase !== 'new') this.#complain('a second greeting');
    const { protocolVersion, capabilities, clientInfo } = params;
    if (typeof protocolVersion !== 'string') this.#complain('a greeting without protocolVersion');
    if (!isFields(capabilities)) this.#complain('a greeting without capabilities');
    else if (Object.keys(capabilities).length > 0) this.#complain(`capabilities ${Object.keys(capabilities).join()}`);
    if (!isFields(clientInfo) || typeof clientInfo['name'] !== 'string' || typeof clientInfo['version'] !== 'string') {
      this.#complain('a greeting without clientInfo');
    }
    this.#phase = 'greeted';
    if (this.#script.silent === true) return;
    if (this.#script.refuses !== undefined) return this.#refuse(id, -32_603, this.#script.refuses);
    this.#answer(id, {
      protocolVersion: this.#script.version ?? protocolVersion,
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'scripted', version: '1' },
    });
  }

  #page(params: Fields): Fields {
    this.#lists += 1;
    if (this.#script.brokenList === true) return { tools: 'none' };
    const late = this.#lists === 1 ? this.#script.latecomer : undefined;
    const all = [...[...ownTools, ...this.#extraTools, ...this.#added].map(named), ...(this.#script.tools ?? [])];
    const size = this.#script.pageSize ?? all.length;
    const from = Number(params['cursor'] ?? 0);
    const next = from + size;
    if (late !== undefined) {
      this.#added.push(late);
      this.#changed();
    }
    return { tools: all.slice(from, next), ...(next < all.length ? { nextCursor: String(next) } : {}) };
  }

  /** Undefined: nothing is answered. */
  async #call(id: string | number, name: string, input: Fields): Promise<Fields | undefined> {
    switch (name) {
      case 'say':
        return text(String(input['text']));
      case 'blocks':
        return input;
      case 'hang':
        return undefined;
      case 'cancelled':
        return text(JSON.stringify(this.cancelled));
      case 'complaints':
        return text(JSON.stringify(this.complaints));
      case 'lists':
        return text(JSON.stringify({ calls: this.#lists }));
      case 'change':
        this.#added.push(String(input['name']));
        this.#changed();
        return text('changed');
      case 'ask':
        return text(JSON.stringify(await this.#ask(String(input['method']), input['params'])));
      case 'huge':
        return text(`begin ${'x'.repeat(Number(input['bytes']))} end`);
      case 'refuse':
        this.#refuse(id, -32_000, String(input['text']));
        return undefined;
      default:
        this.#refuse(id, -32_602, `Unknown tool: ${name}`);
        return undefined;
    }
  }

  #changed(): void {
    this.#around.send({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
  }

  #ask(method: string, params: unknown): Promise<Fields> {
    const id = 1_000 + this.#asked.size;
    const { promise, resolve } = Promise.withResolvers<Fields>();
    this.#asked.set(id, resolve);
    this.#around.send({ jsonrpc: '2.0', id, method, params });
    return promise;
  }

  #answer(id: string | number, result: unknown): void {
    this.#around.send({ jsonrpc: '2.0', id, result });
  }

  #refuse(id: string | number, code: number, message: string): void {
    this.#around.send({ jsonrpc: '2.0', id, error: { code, message } });
  }
}

/** A result of one text. */
export function text(words: string): { readonly content: readonly Json[] } {
  return { content: [{ type: 'text', text: words }] };
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
