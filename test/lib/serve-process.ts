/** The headless host as a process of its own, from source or built. Every process is ended when its owner goes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

const entries = {
  source: ['--import', './test/lib/no-electron.ts', 'main/serve.ts'],
  built: ['dist/main/serve.js'],
} as const;

export interface Ready {
  readonly event: 'ready';
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly dataDir: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class ServeProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';
  readonly #watchers = new Set<() => void>();

  /** `environment` is all there is beside PATH: nothing of the machine's own settings counts. */
  constructor(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    entry: keyof typeof entries = 'source',
  ) {
    this.child = spawn(process.execPath, [...entries[entry], ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), LANG: 'en_US.UTF-8', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => this.#heard((this.#stdout += chunk.toString())));
    this.child.stderr?.on('data', (chunk: Buffer) => this.#heard((this.#stderr += chunk.toString())));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The ready line of `--json`; rejects with what was said when the process ends without one. */
  async ready(): Promise<Ready> {
    const line = await this.says(/^.+\n/);
    return JSON.parse(line) as Ready;
  }

  /** What stdout says that fits, once it does. */
  says(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(this.#stdout)?.[0];
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      look();
      void this.ended.then(({ code, stderr }) => reject(new Error(`ended with ${String(code)}: ${stderr}`)), reject);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  #heard(_so_far: string): void {
    for (const look of [...this.#watchers]) look();
  }
}

/** A folder that goes away with its owner. */
export class TemporaryFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'porchlight-serve-'));

  /** The path of something in it. */
  at(name: string): string {
    return join(this.path, name);
  }

  /** Writes `content` as JSON into a file of it. */
  write(name: string, content: unknown): void {
    writeFileSync(this.at(name), JSON.stringify(content));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
