/** A whole headless host in this process, on a data directory of its own that goes away with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProvision } from '../../main/api/provision.ts';
import { startHost, type Host } from '../../main/host.ts';
import type { HostOptions } from '../../main/host/types.ts';
import { rpcProtocol, rpcTokenPrefix, type ServerFrame } from '../../preload/contract/bridge.ts';
import type { AnswerOf, CommandName, Outcome, ParamsOf } from '../../preload/contract/commands.ts';
import type { NumberedEvent } from '../../preload/contract/events.ts';
import { WebSocket } from 'ws';

export const testToken = 'test-token-of-24-letters';

export interface TestHost extends AsyncDisposable {
  readonly host: Host;
  readonly dataDir: string;
  readonly port: number;
  readonly url: string;
}

export interface TestHostOptions {
  /** As it would stand in a provision file. */
  readonly provision?: unknown;
  readonly allowHosts?: readonly string[];
  readonly windowDir?: string;
  readonly wrap?: HostOptions['wrap'];
}

/** Starts a host with the token {@link testToken} on a free port. */
export async function startTestHost(options: TestHostOptions = {}): Promise<TestHost> {
  const dataDir = await mkdtemp(join(tmpdir(), 'porchlight-test-'));
  const provision = options.provision === undefined ? null : readProvision(JSON.stringify(options.provision), {});
  if (provision?.ok === false) throw new Error(provision.failure.join('\n'));
  const started = await startHost({
    mode: 'headless',
    version: '0.0.0-test',
    dataDir,
    environment: { LANG: 'en_US.UTF-8' },
    provision: provision?.value ?? null,
    http: {
      port: 0,
      host: '127.0.0.1',
      allowHosts: options.allowHosts ?? [],
      token: testToken,
      windowDir: options.windowDir ?? join(dataDir, 'no-window'),
    },
    ...(options.wrap === undefined ? {} : { wrap: options.wrap }),
  });
  if (!started.ok) throw new Error(JSON.stringify(started.failure));
  const host = started.value;
  if (host.http === null) throw new Error('a headless host has a port');
  return {
    host,
    dataDir,
    port: host.http.port,
    url: host.http.url,
    async [Symbol.asyncDispose]() {
      await host.stop(2000);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A client of `/rpc`, as a window is one. */
export class RpcClient implements Disposable {
  readonly socket: WebSocket;
  /** Every event so far. */
  readonly events: NumberedEvent[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #waiting = new Map<number, (outcome: unknown) => void>();
  readonly #watchers = new Set<() => void>();
  #last = 0;

  constructor(url: string, token = testToken, options: { readonly headers?: Readonly<Record<string, string>> } = {}) {
    const address = new URL('/rpc', url);
    address.protocol = 'ws:';
    this.socket = new WebSocket(address, [rpcProtocol, `${rpcTokenPrefix}${token}`], { ...options });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, why) => resolve({ code, reason: why.toString() }));
    });
    this.socket.on('message', (data: Buffer) => this.#read(JSON.parse(data.toString()) as ServerFrame));
  }

  /** Resolves when the handshake is over; rejects when it was refused. */
  opened(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.socket.once('open', () => resolve(this));
      this.socket.once('error', reject);
    });
  }

  call<Name extends CommandName>(name: Name, params: ParamsOf<Name>): Promise<Outcome<Name>> {
    return this.raw(name, params) as Promise<Outcome<Name>>;
  }

  /** The value, or a failure of the test. */
  async value<Name extends CommandName>(name: Name, params: ParamsOf<Name>): Promise<AnswerOf<Name>> {
    const outcome = await this.call(name, params);
    if (!outcome.ok) throw new Error(`${name}: ${JSON.stringify(outcome.reason)}`);
    return outcome.value;
  }

  /** A call whose name and parameters may be anything. */
  raw(name: string, params: unknown): Promise<unknown> {
    const id = ++this.#last;
    this.socket.send(JSON.stringify({ kind: 'call', id, name, params }));
    return new Promise((resolve) => void this.#waiting.set(id, resolve));
  }

  subscribe(since: number): void {
    this.socket.send(JSON.stringify({ kind: 'subscribe', since }));
  }

  /** The first event, past or future, that fits. */
  event(fits: (event: NumberedEvent['event']) => boolean): Promise<NumberedEvent['event']> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.events.find(({ event }) => fits(event));
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found.event);
      };
      this.#watchers.add(look);
      look();
    });
  }

  [Symbol.dispose](): void {
    this.socket.on('error', () => undefined);
    this.socket.terminate();
  }

  #read(frame: ServerFrame): void {
    if (frame.kind === 'answer') {
      this.#waiting.get(frame.id)?.(frame.outcome);
      this.#waiting.delete(frame.id);
      return;
    }
    this.events.push(frame.event);
    for (const look of [...this.#watchers]) look();
  }
}
