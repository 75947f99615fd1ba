/**
 * One server's process: started without a shell, in a group of its own, and ended with everything that it started.
 * Ending it: its input ends (the protocol's own way), soon after SIGTERM, 2 s later SIGKILL.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { pause, type Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { isRecord } from './clean.ts';
import type { McpReason } from './types.ts';
import type { Watchdog } from './watchdog.ts';

/** A server that heeds the end of its input is gone before this. */
const beforeTerm: Millis = 300;
const beforeKill: Millis = 2_000;
/** What it wrote last is read; what left its group may hold the pipes for ever. */
const lastWords: Millis = 500;

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface LaunchDeps {
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  readonly watchdog: Watchdog;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface ServerProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly pid: number;
  /** How it ended, such as `exit code 1`, once everything it wrote was read. Never rejects. */
  readonly ended: Promise<string>;
  /** Settles when neither it nor what it started runs. The same promise every time. */
  stop(): Promise<void>;
}

/** Fails when the program cannot be started at all. */
export async function launch(deps: LaunchDeps, options: Launch): Promise<Result<ServerProcess, McpReason>> {
  const { command, args, env, cwd } = options;
  const child: Child = spawn(command, args, {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    shell: false,
    windowsHide: true,
    // On Windows this would open a console; there the tree is ended by taskkill.
    detached: deps.platform !== 'win32',
  });
  // Before anything is waited for: an unheard error of a pipe would end the gateway.
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.on('error', () => undefined);
  const error = await new Promise<unknown>((resolve) => {
    child.once('spawn', () => resolve(null));
    child.once('error', resolve);
  });
  if (child.pid === undefined || error !== null) return failed(whyNotStarted(command, error));
  child.on('error', () => undefined); // a signal that could not be sent; what counts is whether it ends
  return ok(new Running(deps, child, child.pid));
}

function whyNotStarted(command: string, error: unknown): McpReason {
  const code = isRecord(error) && typeof error['code'] === 'string' ? error['code'] : 'unknown';
  // Also the working directory: the owner's home, which is there.
  if (code === 'ENOENT') return { code: 'mcp.command-missing', params: { command } };
  return { code: 'mcp.command-refused', params: { command, error: code } };
}

class Running implements ServerProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<string>;
  readonly pid: number;
  readonly #deps: LaunchDeps;
  readonly #child: Child;
  readonly #exited: Promise<void>;
  #stopping: Promise<void> | null = null;

  constructor(deps: LaunchDeps, child: Child, pid: number) {
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    this.stderr = child.stderr;
    this.#deps = deps;
    this.#child = child;
    this.pid = pid;
    const watched = deps.watchdog.watch(pid);
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => {
        // What it started goes with it; otherwise it would hold the pipes and nobody would know of it.
        this.#signal('SIGKILL');
        watched[Symbol.dispose]();
        resolve();
      });
    });
    const closed = new AbortController();
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        closed.abort();
        resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
      });
    });
    void this.#exited.then(() => pause(deps.clock, lastWords, closed.signal)).then(() => this.#letGo());
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.stdin.end();
    if (!(await this.#endsWithin(beforeTerm))) {
      this.#signal('SIGTERM');
      if (!(await this.#endsWithin(beforeKill))) this.#signal('SIGKILL');
    }
    await this.#exited;
    this.#letGo();
    await this.ended;
  }

  #letGo(): void {
    this.stdout.destroy();
    this.stderr.destroy();
  }

  async #endsWithin(time: Millis): Promise<boolean> {
    const over = new AbortController();
    const ended = this.#exited.then(() => true);
    const first = await Promise.race([ended, pause(this.#deps.clock, time, over.signal).then(() => false)]);
    over.abort();
    return first;
  }

  /** To the whole group; on Windows there are no signals, only the end of the tree. */
  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#deps.platform === 'win32') {
      if (this.#child.exitCode === null) endTree(this.pid);
      return;
    }
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      // Nobody left in the group: that is what was wanted. EPERM is macOS's answer for a group of the dead.
      if (!isRecord(error) || (error['code'] !== 'ESRCH' && error['code'] !== 'EPERM')) throw error;
    }
  }
}

function endTree(pid: number): void {
  const taskkill = spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
  taskkill.on('error', () => undefined); // seen by the process not ending
}
