/**
 * Loading a model onto an Ollama server, and taking one off it. The server loads by itself and tells how far it is, a few
 * lines a second; it stops when nobody listens any more, keeps what it has, and goes on from there when asked again.
 * Source: Ollama's API documentation, "Pull a Model" and "Delete a Model".
 */
import type { Ollama } from 'ollama';
import { failed, ok } from '../../lib/result.ts';
import type { Result } from '../../lib/result.ts';
import type { Clock } from '../../gateway/clock.ts';
import type { ModelFailure, ModelTimeouts, PullProgress } from '../../gateway/model.ts';
import { explain, openExchange } from '../call.ts';
import { Malformed, abortFailure, modelFailure } from '../failures.ts';
import type { About, FailureCode } from '../failures.ts';
import { asCount, asRecord, asText } from '../json.ts';
import { readServerError } from '../refusals.ts';
import type { Exchange, Transport } from '../transport.ts';
import { LineWatch } from './lines.ts';

export interface PullParts {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly client: Ollama;
  readonly about: About;
}

/** Between lines: the server is silent while it checks what came, and tens of gigabytes take minutes on a slow disk. */
const patience: ModelTimeouts = { connect: 10_000, firstToken: 60_000, betweenTokens: 900_000 };

/** See {@link Provider.pull}. */
export async function pullModel(
  parts: PullParts,
  onProgress: (progress: PullProgress) => void,
  signal: AbortSignal,
): Promise<Result<void, ModelFailure>> {
  const { about, client, clock, transport } = parts;
  const control = new AbortController();
  const abort = (): void => control.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  using exchange = openExchange(clock, patience, control);
  const lines = new LineWatch();
  exchange.filter = lines;
  const reader = new PullReader();
  try {
    control.signal.throwIfAborted();
    const stream = await transport.run(exchange, () => client.pull({ model: about.model, stream: true }));
    for await (const line of stream) {
      exchange.watchdog.token();
      onProgress(reader.read(line));
      if (reader.done || control.signal.aborted) break;
    }
    exchange.release?.();
    return control.signal.aborted ? failed(abortFailure(about, control.signal)) : ok(undefined);
  } catch (error) {
    const failure = brokenPull(about, exchange, lines) ?? explain(about, exchange, error, clock.now());
    if (exchange.answer === null) control.abort();
    return failed(failure);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** What the library reports as a plain error: a refusal, a line that says why, an end without the last line. */
function brokenPull(about: About, exchange: Exchange, lines: LineWatch): ModelFailure | null {
  if (exchange.control.signal.aborted) return null;
  if (exchange.answer !== null) {
    const code = codeOfWords(readServerError(exchange.answer.body).message);
    return code === null ? null : modelFailure(about, code, `HTTP ${String(exchange.answer.status)}`);
  }
  const fault = lines.fault();
  if (fault instanceof Malformed) return modelFailure(about, 'model.malformed', fault.message);
  if (lines.error !== null) {
    const said = asText(asRecord(lines.error)?.['error']) ?? 'an error without words';
    return modelFailure(about, codeOfWords(said) ?? 'model.pull-refused', said);
  }
  return lines.ended ? modelFailure(about, 'model.cut', 'the stream ended before the model was there') : null;
}

/** What the server says when it cannot load, in its own words and those of Go's libraries and the operating systems. */
const words: readonly (readonly [RegExp, FailureCode])[] = [
  [/no space left|not enough space|disk (?:is )?full|quota exceeded/i, 'model.no-space'],
  [/requires a newer version/i, 'model.server-old'],
  [
    /file does not exist|invalid model name|name is invalid|model .{0,200}not found|repository .{0,200}not found/i,
    'model.name-unknown',
  ],
  [
    /dial tcp|no such host|i\/o timeout|connection (?:refused|reset)|network is unreachable|tls:|x509|handshake|max retries exceeded|unexpected EOF|context deadline|proxyconnect/i,
    'model.library-unreachable',
  ],
];

function codeOfWords(said: string): FailureCode | null {
  return words.find(([pattern]) => pattern.test(said))?.[1] ?? null;
}

interface Part {
  readonly total: number;
  readonly completed: number;
  readonly kept: number;
}

/** Adds up what the lines say of the single parts (weights, template, licence), which come one after the other. */
class PullReader {
  readonly #parts = new Map<string, Part>();
  /** The last line came. */
  done = false;

  read(line: unknown): PullProgress {
    const record = asRecord(line);
    const status = asText(record?.['status']) ?? '';
    const digest = asText(record?.['digest']);
    const total = asCount(record?.['total']);
    if (digest !== null && total !== null) this.#part(digest, total, asCount(record?.['completed']) ?? 0);
    this.done = status === 'success';
    return this.#sum(digest === null && this.#parts.size > 0);
  }

  #part(digest: string, total: number, completed: number): void {
    // The first line of a part says what is there already.
    const kept = this.#parts.get(digest)?.kept ?? completed;
    this.#parts.set(digest, { total, completed, kept });
  }

  #sum(after: boolean): PullProgress {
    const parts = [...this.#parts.values()];
    const sum = (of: (part: Part) => number): number => parts.reduce((all, part) => all + of(part), 0);
    return {
      phase: parts.length === 0 ? 'asking' : after ? 'checking' : 'loading',
      completed: sum(({ completed }) => completed),
      total: parts.length === 0 ? null : sum(({ total }) => total),
      kept: sum(({ kept }) => kept),
    };
  }
}
