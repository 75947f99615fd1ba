/**
 * What must never be printed or logged, and what was: keys, messages and whole numbers of all links of a test file, against
 * everything its process has written (docs/whatsapp-protocol.md, Keys on the console). Keys are learnt where they are
 * stored, numbers and hidden ids from the stanzas of the service, messages from what the core was given and what
 * arrived at people.
 *
 * A key is found by its first sixteen characters however it is spelled: base64, hexadecimal, as Node shows a Buffer, and as
 * a list of numbers.
 */
import { inspect } from 'node:util';
import type { InboundBatch } from '../../../main/gateway/channel.ts';
import type { IdentityFile, IdentityFiles } from '../../../main/gateway/identity-file.ts';
import type { Arrival } from '../../emulators/whatsapp/person.ts';
import type { Traffic } from '../../emulators/whatsapp/world.ts';

/** What a service saw, which outlives its end. */
interface Service {
  readonly traffic: { readonly items: readonly Traffic[] };
  readonly arrivals: { readonly items: readonly Arrival[] };
}

/** Names that only whoever prints keys or sessions needs. */
const names = [
  'privKey',
  'rootKey',
  'chainKey',
  'messageKeys',
  'SessionEntry',
  'advSecret',
  'noiseKey',
  'signedIdentityKey',
];

/** Where a process writes to. */
export interface Stream {
  write(piece: string | Uint8Array, ...rest: readonly unknown[]): boolean;
}

const enough = 16;
/** Shorter texts are words that are said everywhere. */
const shortestText = 6;
/** Levels of the console that people see without asking. */
const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
/** The library talks on these; a test that prints something for a person uses the others. */
const quiet: ReadonlySet<string> = new Set(['info', 'warn', 'error']);

export class Watch {
  readonly #printed: string[] = [];
  readonly #keys = new Set<string>();
  readonly #services = new Set<Service>();
  readonly #batches: (readonly InboundBatch[])[] = [];
  readonly #logs: (readonly unknown[])[] = [];

  /** Records what is printed there from here on; the levels that the library uses are not shown. */
  printing(on: Console = globalThis.console, streams: readonly Stream[] = [process.stdout, process.stderr]): void {
    for (const name of methods) {
      const print = on[name].bind(on);
      on[name] = (...given: readonly unknown[]): void => {
        this.printed(given.map((value) => (typeof value === 'string' ? value : spelledOut(value))).join(' '));
        if (!quiet.has(name)) print(...given);
      };
    }
    for (const stream of streams) {
      const write = stream.write.bind(stream);
      stream.write = (...given: Parameters<Stream['write']>): boolean => {
        const [piece] = given;
        this.printed(typeof piece === 'string' ? piece : Buffer.from(piece).toString());
        return write(...given);
      };
    }
  }

  /** Something was printed. */
  printed(text: string): void {
    this.#printed.push(text);
  }

  /** Lines of a log, now and later. */
  log(lines: readonly unknown[]): void {
    this.#logs.push(lines);
  }

  /** Whoever is known to the service, and what arrived there, now and later. */
  service(service: Service): void {
    this.#services.add(service);
  }

  /** What the core is given, now and later. */
  heard(batches: readonly InboundBatch[]): void {
    this.#batches.push(batches);
  }

  /** Everything in base64 in `text` is secret, except ids of messages: a row of an identity, the text of a QR code. */
  secret(text: string): void {
    for (const [word] of text.matchAll(/[\w+/-]{22,}={0,2}/g)) if (!isMessageId(word)) this.#keys.add(word);
  }

  /** The same files; every row that is written to them is secret. */
  identities(files: IdentityFiles): IdentityFiles {
    return {
      open: (link) => {
        const opened = files.open(link);
        return opened.ok ? { ok: true, value: this.#watched(opened.value) } : opened;
      },
      remove: (link) => files.remove(link),
    };
  }

  #watched(file: IdentityFile): IdentityFile {
    return {
      get: (kind, ids) => file.get(kind, ids),
      all: (kind) => file.all(kind),
      set: (rows) => {
        for (const { value } of rows) if (value !== null) this.secret(value);
        file.set(rows);
      },
      prune: (kind, before) => file.prune(kind, before),
      close: () => file.close(),
    };
  }

  /** One sentence for each secret thing in what was printed and logged, without showing it. */
  findings(): readonly string[] {
    const output = [...this.#printed, ...this.#logs.flat().map((line) => JSON.stringify(line))].join('\n');
    const pieces = piecesOf(output);
    const keys = [...this.#keys].filter((key) =>
      spellings(key).some((spelling) => pieces.has(spelling.slice(0, enough))),
    );
    const has = (what: string) => (text: string) => (output.includes(text) ? [`${what} …${text.slice(-3)}`] : []);
    return [
      ...keys.map((key) => `a key that begins with ${key.slice(0, 4)}`),
      ...names.filter((name) => output.includes(name)).map((name) => `the word ${name}`),
      ...this.#numbers().flatMap(has('the number')),
      ...this.#texts().flatMap(has('the message')),
    ];
  }

  /** Numbers and hidden ids in addresses of stanzas. */
  #numbers(): readonly string[] {
    const found = new Set<string>();
    for (const { traffic } of this.#services) {
      for (const { node } of traffic.items) {
        for (const value of Object.values(node.attrs)) {
          const digits = /^(\d{7,})(?::\d+)?@(?:s\.whatsapp\.net|lid)$/.exec(value)?.[1];
          if (digits !== undefined) found.add(digits);
        }
      }
    }
    return [...found];
  }

  #texts(): readonly string[] {
    const read = [...this.#services].flatMap(({ arrivals }) => arrivals.items.map(({ text }) => text));
    const given = this.#batches.flat().flatMap(({ events }) => events.map(({ text }) => text));
    return [...new Set([...read, ...given])].filter((text) => text.length >= shortestText);
  }
}

/** One for each process of the test runner, since it has one console. */
export const watch = new Watch();

const isMessageId = (word: string): boolean => /^3EB0[\dA-F]{18}$/.test(word);

function spelledOut(value: unknown): string {
  return inspect(value, { depth: 12, maxArrayLength: null, breakLength: Infinity });
}

function spellings(key: string): readonly string[] {
  const bytes = Buffer.from(key, 'base64');
  return [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')];
}

/** All runs of sixteen characters of `output`, bytes that are written apart put together. */
function piecesOf(output: string): ReadonlySet<string> {
  const apart = output.replace(/\b[\da-f]{2}(?: [\da-f]{2}){7,}\b/g, (bytes) => bytes.replaceAll(' ', ''));
  const lists = [...output.matchAll(/\b\d{1,3}(?:,\s*\d{1,3}){7,}\b/g)].map(([list]) =>
    Buffer.from(list.split(',').map(Number)).toString('hex'),
  );
  const pieces = new Set<string>();
  for (const text of [output, apart, ...lists]) {
    for (let at = 0; at + enough <= text.length; at += 1) pieces.add(text.slice(at, at + enough));
  }
  return pieces;
}
