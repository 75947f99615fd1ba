/**
 * Watches the lines of a streamed chat before the library reads them: it drops a line that is no JSON with a warning on
 * the terminal, which would leave a hole in the reply, and reports an error line and an early end alike as plain errors.
 * Only whole lines that were understood are passed on.
 */
import { Malformed } from '../failures.ts';
import { asRecord, parseJson } from '../json.ts';
import type { BodyFilter } from '../transport.ts';

/** Characters of one line; a model's longest call of a tool is far below. */
const longestLine = 8 * 1024 * 1024;

export class LineWatch implements BodyFilter {
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();
  #rest = '';
  /** The server closed the answer in order. */
  ended = false;
  /** The object of the last line that had an `error`. */
  error: unknown = null;
  #fault: Malformed | null = null;

  fault(): Malformed | null {
    return this.#fault;
  }

  pass(chunk: Uint8Array | null): Uint8Array {
    const text = chunk === null ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true });
    // What came before holds no line break: to look through it again with each piece would take minutes for a long line.
    const [first = '', ...others] = text.split('\n');
    const lines = [this.#rest + first, ...others];
    this.#rest = chunk === null ? '' : (lines.pop() ?? '');
    if (this.#rest.length > longestLine) this.#fault = new Malformed('a line that does not end');
    this.ended = chunk === null;
    let good = '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      const record = asRecord(parseJson(line));
      if (record === null) {
        this.#fault = new Malformed(`a line that is no JSON object (${String(line.length)} characters)`);
        break;
      }
      if ('error' in record) this.error = record;
      good += `${line}\n`;
    }
    return this.#encoder.encode(good);
  }
}
