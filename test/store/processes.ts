/** Real child processes for the tests that kill them, and the real clock they run on. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock } from '../../main/gateway/clock.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delay, run) {
    const timer = setTimeout(run, delay);
    timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

export class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  #complaints = '';

  constructor(entry: string, ...args: readonly string[]) {
    this.process = spawn(process.execPath, [join(import.meta.dirname, 'children', entry), ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.process.stderr?.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()));
    this.ended = once(this.process, 'exit').then(([code, signal]: unknown[]) => ({
      code: typeof code === 'number' ? code : null,
      signal: typeof signal === 'string' ? signal : null,
    }));
  }

  /** The next line of its output, as JSON. */
  async says(): Promise<unknown> {
    if (!this.process.stdout) throw new Error('no output');
    const lines = createInterface({ input: this.process.stdout });
    for await (const line of lines) return JSON.parse(line) as unknown;
    throw new Error(`the child said nothing: ${this.#complaints}`);
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.ended;
  }
}
