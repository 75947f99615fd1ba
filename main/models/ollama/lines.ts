/**
 * Watches the lines of a streamed chat before the library reads them: it drops a line that is no JSON with a warning on
 * the terminal, which would leave a hole in the reply, and reports an error line and an early end alike as plain errors.
 * Only whole lines that were understood are passed on.
 */
import { Malformed } from '../failures.ts';
import { asRecord, parseJson } from '../json.ts';
import type { BodyFilter } from '../transport.ts';

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
    this.#rest += chunk === null ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true });
    const lines = this.#rest.split('\n');
    this.#rest = chunk === null ? '' : (lines.pop() ?? '');
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
