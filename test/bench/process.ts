/* A process that says one line of JSON when it is ready, and is ended by whoever started it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Started extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The line it printed. */
  readonly said: Readonly<Record<string, unknown>>;
  /** From just before the spawn until the line was read, in ms. */
  readonly readyAfter: number;
}

export interface StartOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Opens a channel for messages to and from the process. */
  readonly channel?: boolean;
}

/** Longest wait for the line, and for the end after SIGTERM. */
const patience = 30_000;

/** Starts this same Node with `args`. Rejects, with what it printed to stderr, when it ends before it is ready. */
export async function startNode({ args, env = {}, channel = false }: StartOptions): Promise<Started> {
  const from = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'pipe', ...(channel ? ['ipc' as const] : [])],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
  });
  // A bench that is ended in the middle must not leave a host behind.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const { stdout, stderr, pid } = child;
  if (stdout === null || stderr === null || pid === undefined) throw new Error(`${args.join(' ')} did not start.`);
  const complaints: string[] = [];
  stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints.push(text);
    if (complaints.length > 50) complaints.shift();
  });
  const line = await firstLine(child, createInterface({ input: stdout }), () => complaints.join(''));
  const readyAfter = performance.now() - from;
  return {
    child,
    pid,
    said: JSON.parse(line) as Readonly<Record<string, unknown>>,
    readyAfter,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), patience);
      await gone;
      clearTimeout(timer);
    },
  };
}

function firstLine(child: ChildProcess, lines: NodeJS.EventEmitter, complaints: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`Not ready after ${String(patience)} ms: ${complaints()}`));
    }, patience);
    lines.once('line', (line: string) => {
      clearTimeout(timer);
      resolve(line);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`It ended with ${String(code)} before it was ready: ${complaints()}`));
    });
  });
}
