/**
 * Hosts as processes of their own: the built one, as it ships, and `entry.ts`, which runs the sources and may kill
 * itself. Both print one line of JSON when they are ready. Disposing one kills it and waits for its end.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { EntryConfig } from './entry-config.ts';

const root = join(import.meta.dirname, '../../..');

/** The line of a host that accepts connections. `url` and `token` are null for a host without a port. */
export interface Ready {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** Everything it wrote to stderr. */
  readonly said: string;
}

/** What came first: the host was ready, or it ended. */
export type Begun = { readonly kind: 'ready'; readonly ready: Ready } | { readonly kind: 'ended'; readonly end: Ended };

export class HostProcess implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly begun: Promise<Begun>;
  readonly ended: Promise<Ended>;
  #said = '';

  constructor(args: readonly string[], environment: Readonly<Record<string, string>>) {
    const env = { PATH: process.env['PATH'] ?? '', ...environment };
    this.process = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stderr?.setEncoding('utf8').on('data', (piece: string) => (this.#said += piece));
    // 'close' comes after the last byte of its output, 'exit' may come before.
    this.ended = once(this.process, 'close').then(([code, signal]: unknown[]) => ({
      code: typeof code === 'number' ? code : null,
      signal: typeof signal === 'string' ? signal : null,
      said: this.#said,
    }));
    this.begun = Promise.race([
      this.#firstLine().then((line): Begun => ({ kind: 'ready', ready: JSON.parse(line) as Ready })),
      this.ended.then((end): Begun => ({ kind: 'ended', end })),
    ]);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** What it wrote to stderr so far. */
  get said(): string {
    return this.#said;
  }

  /** Ready, or a failure of the test with what it said. */
  async ready(): Promise<Ready> {
    const begun = await this.begun;
    if (begun.kind === 'ready') return begun.ready;
    const { code, signal, said } = begun.end;
    throw new Error(`The host ended before it was ready (code ${String(code)}, signal ${String(signal)}): ${said}`);
  }

  /** Kills it with -9 and waits for its end. */
  kill(): Promise<Ended> {
    this.process.kill('SIGKILL');
    return this.ended;
  }

  /** Asks it to end and waits until it has. */
  stop(): Promise<Ended> {
    this.process.kill('SIGTERM');
    return this.ended;
  }

  /** Writes a line to its input. */
  tell(line: string): void {
    this.process.stdin?.write(`${line}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #firstLine(): Promise<string> {
    const { stdout } = this.process;
    return new Promise((resolve) => {
      if (stdout !== null) createInterface({ input: stdout }).once('line', resolve);
    });
  }
}

/**
 * A place for everything that the tests of a file write: data directories, the build, compiled code. Disposing it also
 * ends the hosts of a test that ran out of time, which nobody else would end.
 */
export class Workplace implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'porchlight-crash-'));
  readonly #hosts: HostProcess[] = [];
  #directories = 0;
  #provisions = 0;
  #closed = false;
  #built: string | null = null;

  /** A data directory that is not there yet. */
  newDataDir(): string {
    this.#directories += 1;
    return join(this.path, `data-${String(this.#directories)}`);
  }

  /** The built host. It runs from a copy, so that a build that begins meanwhile does not change it in mid-test. */
  startBuilt(dataDir: string, options: BuiltOptions = {}): HostProcess {
    const { provision, args = ['--port', '0'], environment = {} } = options;
    const rest = provision === undefined ? args : [...args, '--provision', this.#provisionFile(provision)];
    return this.#start([this.#serve(), '--json', '--data-dir', dataDir, ...rest], this.#environment(environment));
  }

  /** A host from the sources that may kill itself; see entry.ts. */
  startEntry(dataDir: string, config: Partial<EntryConfig> = {}): HostProcess {
    const whole: EntryConfig = {
      mode: 'headless',
      provision: null,
      death: null,
      counted: null,
      stopWithin: 2_100,
      ...config,
      dataDir,
    };
    const hooks = pathToFileURL(join(root, 'test/lib/no-electron.ts')).href;
    const entry = join(root, 'test/crash/entry.ts');
    return this.#start(['--import', hooks, entry, JSON.stringify(whole)], this.#environment({}));
  }

  #start(args: readonly string[], environment: Readonly<Record<string, string>>): HostProcess {
    if (this.#closed) throw new Error('the test is over');
    const host = new HostProcess(args, environment);
    this.#hosts.push(host);
    return host;
  }

  #serve(): string {
    if (this.#built === null) {
      const dist = join(root, 'dist');
      if (!existsSync(join(dist, 'built'))) throw new Error('There is no build: run `npm run build` first.');
      this.#built = join(this.path, 'built');
      for (const part of ['main', 'renderer']) cpSync(join(dist, part), join(this.#built, part), { recursive: true });
      writeFileSync(join(this.#built, 'package.json'), '{ "type": "module" }');
    }
    return join(this.#built, 'main/serve.js');
  }

  #provisionFile(provision: unknown): string {
    this.#provisions += 1;
    const file = join(this.path, `provision-${String(this.#provisions)}.json`);
    writeFileSync(file, JSON.stringify(provision));
    return file;
  }

  #environment(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return { HOME: this.path, XDG_CACHE_HOME: join(this.path, 'cache'), LANG: 'en_US.UTF-8', ...more };
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    for (const host of this.#hosts) host.process.kill('SIGKILL');
    // A host that was killed just now may still be writing.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface BuiltOptions {
  /** The content of a provision file. */
  readonly provision?: unknown;
  /** Default: a free port. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}
