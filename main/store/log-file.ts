/**
 * The port `Log`: JSON lines in `logs/porchlight.log`, five files of 5 MB, and the last 2000 lines in memory for the
 * window. Everything goes through one redactor first. A disk that refuses costs lines, never the program: the file is
 * opened again a while later, and the number of lines that were lost is written first.
 */
import { existsSync } from 'node:fs';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import type { Clock } from '../gateway/clock.ts';
import { describeError, type Log, type LogFields, type LogLevel } from '../gateway/log.ts';
import type { Millis } from '../gateway/types.ts';
import { createRedactor } from './redact.ts';

export interface LogLine {
  /** Rises with each line. Lines are fewer than milliseconds, so that no number of an earlier run comes again. */
  readonly n: number;
  readonly at: Millis;
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
}

export interface LogFile extends Log {
  /** The newest lines, oldest first. */
  tail(limit: number): readonly LogLine[];
  /** Every line from now on, also those too fine for the file. */
  subscribe(watch: (line: LogLine) => void): Disposable;
  /** Takes a value that must never be written: a token, a key. */
  hide(secret: string): void;
  /**
   * Resolves when the file that lines go to is open, or could not be opened. Until then a folder that is moved away would
   * be made anew.
   */
  opened(): Promise<void>;
  /** Resolves when everything written is handed to the system; later lines are kept in memory only. */
  close(): Promise<void>;
}

export interface LogOptions {
  /** `logs/` of the data directory; must exist. */
  readonly folder: string;
  readonly clock: Clock;
  /** The finest level that goes to the file; `info` when left out. */
  readonly level?: LogLevel;
  /** Gets warnings and errors as one line of text each: standard error of the headless host. */
  readonly mirror?: (line: string) => void;
}

const kept = 2000;
const longestValue = 4000;
const reopenAfter: Millis = 10_000;
const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
/** Fields that are secret whatever they look like. */
const secretName = /^(?:.*[_-])?(?:token|secret|password|apikey|api_key|authorization|cookie)$/i;

export function openLog(options: LogOptions): LogFile {
  return new FileLog(options);
}

class FileLog implements LogFile {
  readonly #options: LogOptions;
  readonly #finest: number;
  readonly #redactor = createRedactor();
  readonly #ring: LogLine[] = [];
  readonly #watchers = new Set<{ readonly call: (line: LogLine) => void }>();
  #stream: RotatingFileStream | null = null;
  #opened: Promise<void> = Promise.resolve();
  #reopenAt: Millis = 0;
  #lost = 0;
  #number: number;
  #closed = false;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#finest = rank[options.level ?? 'info'];
    this.#number = options.clock.now();
  }

  write(level: LogLevel, event: string, fields: LogFields = {}): void {
    const line: LogLine = {
      n: ++this.#number,
      at: this.#options.clock.now(),
      level,
      event: this.#clean(event),
      fields: this.#fields(fields),
    };
    this.#remember(line);
    if (rank[level] >= this.#finest) this.#toFile(line);
    if (rank[level] >= rank.warn) this.#options.mirror?.(forPeople(line));
  }

  hide(secret: string): void {
    this.#redactor.register(secret);
  }

  tail(limit: number): readonly LogLine[] {
    return limit <= 0 ? [] : this.#ring.slice(-limit);
  }

  subscribe(watch: (line: LogLine) => void): Disposable {
    const watcher = { call: watch };
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }

  opened(): Promise<void> {
    return this.#opened;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const stream = this.#stream;
    this.#stream = null;
    if (stream) await ended(stream);
  }

  #clean(text: string): string {
    const cleaned = this.#redactor.clean(text);
    return cleaned.length > longestValue ? `${cleaned.slice(0, longestValue)}…` : cleaned;
  }

  #fields(given: LogFields): LogLine['fields'] {
    const fields: Record<string, string | number | boolean | null> = {};
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined) continue;
      if (typeof value !== 'string') fields[name] = value;
      else fields[name] = secretName.test(name) ? '***' : this.#clean(value);
    }
    return fields;
  }

  #remember(line: LogLine): void {
    this.#ring.push(line);
    // In steps: shifting at each line would move the whole array each time.
    if (this.#ring.length >= kept * 1.25) this.#ring.splice(0, this.#ring.length - kept);
    for (const watcher of [...this.#watchers]) watcher.call(line);
  }

  #toFile(line: LogLine): void {
    if (this.#closed) return;
    const stream = this.#stream ?? this.#open();
    if (!stream) {
      this.#lost += 1;
      return;
    }
    stream.write(
      `${JSON.stringify({ time: new Date(line.at).toISOString(), ...line.fields, level: line.level, event: line.event })}\n`,
    );
  }

  #open(): RotatingFileStream | null {
    const now = this.#options.clock.monotonic();
    // The stream would make a folder that was moved away anew.
    if (now < this.#reopenAt || !existsSync(this.#options.folder)) return null;
    const stream = createStream('porchlight.log', {
      path: this.#options.folder,
      size: '5M',
      // Old ones are porchlight.log.1 to .4; with the present one, five.
      rotate: 4,
      mode: 0o600,
    });
    const drop = (error: unknown): void => {
      if (this.#stream !== stream) return;
      this.#stream = null;
      this.#reopenAt = this.#options.clock.monotonic() + reopenAfter;
      this.write('warn', 'log.file-failed', { error: describeError(error) });
    };
    stream.on('error', drop);
    this.#stream = stream;
    this.#opened = new Promise((resolve) => {
      stream.once('open', () => resolve());
      stream.once('error', () => resolve());
    });
    if (this.#lost > 0) {
      const lost = this.#lost;
      this.#lost = 0;
      this.write('warn', 'log.lines-lost', { lost });
    }
    return stream;
  }
}

function ended(stream: RotatingFileStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.end(() => resolve());
  });
}

/** `12:00:01 warn link.retrying link=bot attempt=3` */
function forPeople({ at, level, event, fields }: LogLine): string {
  const time = new Date(at).toISOString().slice(11, 19);
  const rest = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? printable(value) : String(value)}`,
  );
  return [time, level, event, ...rest].join(' ');
}

/** Quoted unless it is one plain word: names that people chose must not move the cursor of a terminal. */
function printable(value: string): string {
  return /^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(value) && !value.includes('"')
    ? value
    : JSON.stringify(value).replace(/\p{C}/gu, '?');
}
