/** Servers of the protocol as a gateway holds them, and what a test needs to see of them. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../../main/gateway/clock.ts';
import type { Tool, ToolResult } from '../../../main/gateway/tool.ts';
import type { Observable } from '../../../main/lib/observable.ts';
import { createSecretBox } from '../../../main/store/data-key.ts';
import { createMcpServers } from '../../../main/tools/mcp/index.ts';
import { secretName } from '../../../main/tools/mcp/types.ts';
import type {
  McpDeps,
  McpEndpoint,
  McpServerRow,
  McpServers,
  McpState,
  McpValue,
} from '../../../main/tools/mcp/types.ts';
import type { StdioScript } from '../../emulators/mcp/main.ts';
import { TemporaryFolder } from '../../lib/serve-process.ts';
import { systemClock } from '../../store/processes.ts';

const root = join(import.meta.dirname, '../../..');
export const context = { conversation: 'c', link: 'window' };
export const never = new AbortController().signal;

/** The PATH of the tests, in which Node is. */
const path = `${join(process.execPath, '..')}:/usr/bin:/bin`;

export class McpWorld implements AsyncDisposable {
  readonly home = new TemporaryFolder();
  readonly secrets = createSecretBox(randomBytes(32));
  readonly mcp: McpServers;
  readonly clock: Clock;

  constructor(clock: Clock = systemClock, host: Partial<McpDeps['host']> = {}) {
    this.clock = clock;
    this.mcp = createMcpServers({
      clock,
      secrets: this.secrets,
      fetch,
      version: '0.0.0',
      host: {
        platform: process.platform,
        home: this.home.path,
        shell: null,
        env: { PATH: path, LANG: 'C.UTF-8', OTHER: 'not for servers' },
        ...host,
      },
    });
  }

  /** A value that is sealed as the program would seal it. */
  secret(server: string, where: 'env' | 'header', name: string, value: string): McpValue {
    return { kind: 'sealed', name, sealed: this.secrets.seal(secretName(server, where, name), value) };
  }

  /** Adds a server whose id is its name. */
  add(name: string, endpoint: McpEndpoint, enabled = true): McpServerRow {
    const row: McpServerRow = { id: name, name, enabled, endpoint, createdAt: 0 };
    const added = this.mcp.add(row);
    if (!added.ok) throw new Error(added.failure.code);
    return row;
  }

  /** The scripted server over stdio. */
  addScripted(name: string, script: StdioScript = {}, env: readonly McpValue[] = []): McpServerRow {
    return this.add(name, scripted(script, env));
  }

  state(name: string): McpState {
    const status = this.mcp.servers.value.find(({ row }) => row.id === name);
    if (status === undefined) throw new Error(`There is no server ${name}.`);
    return status.state;
  }

  /** The state of the server once it is of this kind. */
  async until<Kind extends McpState['kind']>(name: string, kind: Kind): Promise<Extract<McpState, { kind: Kind }>> {
    let found = this.state(name);
    await changed(this.mcp.servers, () => {
      // Kept here: before a promise goes on, the state may be another one again.
      if (found.kind !== kind) found = this.state(name);
      return found.kind === kind;
    });
    return found as Extract<McpState, { kind: Kind }>;
  }

  async ready(name: string): Promise<void> {
    await this.until(name, 'ready');
  }

  tool(name: string): Tool {
    const tool = this.mcp.tools.value.find(({ description }) => description.name === name);
    if (tool === undefined) throw new Error(`There is no tool ${name}: ${this.names().join(', ')}`);
    return tool;
  }

  names(): readonly string[] {
    return this.mcp.tools.value.map(({ description }) => description.name);
  }

  call(name: string, input: unknown = {}, signal: AbortSignal = never, left?: number): Promise<ToolResult> {
    return this.tool(name).run(input, left === undefined ? context : { ...context, left }, signal);
  }

  /** The text of an answer that has to be a good one. */
  async answer(name: string, input: unknown = {}): Promise<string> {
    const { ok, text } = await this.call(name, input);
    if (!ok) throw new Error(text);
    return text;
  }

  lines(name: string): readonly string[] {
    return this.mcp.log(name).map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mcp[Symbol.asyncDispose]();
    this.home[Symbol.dispose]();
  }
}

/** Settles when `holds`, looking at every change. */
export async function changed<Value>(observable: Observable<Value>, holds: () => boolean): Promise<void> {
  if (holds()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  using _watching = observable.subscribe(() => {
    if (holds()) resolve();
  });
  await promise;
}

export function scripted(script: StdioScript = {}, env: readonly McpValue[] = []): McpEndpoint {
  const args = [join(root, 'test/emulators/mcp/main.ts'), JSON.stringify(script)];
  return { kind: 'stdio', command: process.execPath, args, env };
}

/** A reference server of the protocol's own project. */
export function reference(name: 'everything' | 'memory', env: readonly McpValue[] = []): McpEndpoint {
  return { kind: 'stdio', command: process.execPath, args: [referenceScript(name)], env };
}

export function referenceScript(name: 'everything' | 'memory'): string {
  return join(root, `node_modules/@modelcontextprotocol/server-${name}/dist/index.js`);
}

export interface ServedReference extends AsyncDisposable {
  readonly url: string;
  /** Everything that it wrote so far. */
  readonly said: () => string;
}

/** The reference server behind an address of this machine. */
export async function referenceOverHttp(): Promise<ServedReference> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const child = spawn(process.execPath, [referenceScript('everything'), 'streamableHttp'], {
    env: { PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let said = '';
  const { promise, resolve } = Promise.withResolvers<null>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('listening')) resolve(null);
    });
  }
  await Promise.race([promise, ended]);
  return {
    url: `http://127.0.0.1:${String(port)}/mcp`,
    said: () => said,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Whether a process runs; one that waits to be buried does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Processes whose command line holds `text`. */
export function running(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isRunning(pid) && commandLine(pid).includes(text));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}
