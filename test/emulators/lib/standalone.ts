/*
 * Running an emulator as a process of its own. It prints one JSON line, and ends on SIGTERM or SIGINT, when its standard
 * input closes, or when its parent has gone, so that nothing is left behind by a bench that was killed.
 */
import { fstatSync } from 'node:fs';
import { parseArgs } from 'node:util';

export interface StandaloneOptions {
  readonly port: number;
  /** All other `--name value` pairs; an option may come more than once. */
  readonly values: (name: string) => readonly string[];
  readonly number: (name: string, fallback: number) => number;
}

interface Running extends AsyncDisposable {
  readonly url: string;
}

/** Reads the command line, starts, prints `{"url":…}` and whatever `describe` adds, and stays until told to end. */
export async function runStandalone<E extends Running>(
  names: readonly string[],
  start: (options: StandaloneOptions) => Promise<E>,
  describe: (emulator: E) => Readonly<Record<string, unknown>> = () => ({}),
): Promise<void> {
  const flags = ['port', ...names].map((name) => [name, { type: 'string', multiple: true }] as const);
  const parsed = parseArgs({ options: Object.fromEntries(flags), strict: true }).values;
  const values = (name: string): readonly string[] => parsed[name] ?? [];
  const number = (name: string, fallback: number): number => {
    const text = values(name).at(-1);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} wants a number, not "${text}".`);
    return value;
  };
  const emulator = await start({ port: number('port', 0), values, number });
  process.stdout.write(`${JSON.stringify({ url: emulator.url, pid: process.pid, ...describe(emulator) })}\n`);
  await endOfLife();
  await emulator[Symbol.asyncDispose]();
  process.exit(0);
}

function endOfLife(): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      resolve();
    };
    process.once('SIGTERM', end);
    process.once('SIGINT', end);
    const input = fstatSync(0);
    // A closed or null input is how a service starts a process; only a pipe or socket says that someone holds it.
    if (input.isFIFO() || input.isSocket()) process.stdin.once('end', end).once('close', end).resume();
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) end();
    }, 500).unref();
  });
}
