/**
 * The scripted server over standard input and output: `node main.ts '{"script": {…}, "process": {…}}'`. Its process can
 * misbehave too.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { writeLine } from './journal.ts';
import { ScriptedServer, isFields, text, type Fields, type Script } from './server.ts';

export interface StdioScript {
  readonly script?: Script;
  /** Heeds neither the end of its input nor SIGTERM. */
  readonly stubborn?: boolean;
  /** Written to standard error at the start, one line each. */
  readonly says?: readonly string[];
  /** Written to standard output before anything else. */
  readonly prints?: string;
  /** The file of the tool `write`, see journal.ts; left out: there is no such tool. */
  readonly journal?: string;
}

const options = JSON.parse(process.argv[2] ?? '{}') as StdioScript;
const { journal } = options;
const extras: Readonly<Record<string, (input: Fields) => ReturnType<typeof text> | Promise<ReturnType<typeof text>>>> =
  {
    ...(journal === undefined ? {} : { write: (input: Fields) => writeLine(journal, input) }),
    crash(input) {
      process.exit(Number(input['code']));
    },
    async killed(input) {
      process.kill(process.pid, String(input['signal']));
      return new Promise<never>(() => undefined);
    },
    garbage() {
      process.stdout.write('{"jsonrpc": "2.0", "id": \nHello from a print statement\n[1,2\n\n{"jsonrpc":"1.0"}\n');
      return text('after the garbage');
    },
    flood(input) {
      process.stdout.write(Buffer.alloc(Number(input['bytes']), 'y'));
      return text('after the flood');
    },
    half() {
      process.stdout.write('{"jsonrpc":"2.0","id":');
      process.exit(3);
    },
    complain(input) {
      process.stderr.write(`${String(input['text'])}\n`);
      return text('said');
    },
    env() {
      return text(JSON.stringify({ env: process.env, cwd: process.cwd(), args: process.argv.slice(3) }));
    },
    pid() {
      return text(String(process.pid));
    },
    /** Something started by the server that would outlive it. */
    child() {
      const stay = 'process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000)';
      const child = spawn(process.execPath, ['-e', stay], { stdio: ['ignore', 'inherit', 'inherit'] });
      return text(String(child.pid));
    },
  };

if (options.stubborn === true) {
  process.on('SIGTERM', () => process.stderr.write('SIGTERM is not heeded\n'));
  setInterval(() => undefined, 1_000);
}
for (const line of options.says ?? []) process.stderr.write(`${line}\n`);
if (options.prints !== undefined) process.stdout.write(options.prints);

const server = new ScriptedServer(
  options.script ?? {},
  {
    send: (message) => void process.stdout.write(`${JSON.stringify(message)}\n`),
    extra: (name, input) => (name in extras ? Promise.resolve(extras[name]?.(input) ?? null) : null),
  },
  Object.keys(extras),
);

createInterface({ input: process.stdin }).on('line', (line) => {
  const message: unknown = JSON.parse(line);
  if (!isFields(message)) throw new Error('The client sent no object.');
  server.receive(message);
});
