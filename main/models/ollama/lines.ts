/**
 * Watches the lines of a streamed chat before the library reads them: it drops a line that is no JSON with a warning on
 * the terminal, which would leave a hole in the reply, and reports an error line and an early end alike as plain errors.
 */
import { Malformed } from '../failures.ts';
import { asRecord, parseJson } from '../json.ts';

export class LineWatch {
  readonly #decoder = new TextDecoder();
  #rest = '';
  /** The server closed the answer in order. */
  ended = false;
  /** The object of the last line that had an `error`. */
  error: unknown = null;

  /** One chunk of bytes, `null` at the end. Throws {@link Malformed} for a line that is no JSON object. */
  readonly push = (chunk: Uint8Array | null): void => {
    this.#rest += chunk === null ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true });
    const lines = this.#rest.split('\n');
    this.#rest = chunk === null ? '' : (lines.pop() ?? '');
    for (const line of lines) this.#look(line);
    this.ended = chunk === null;
  };

  #look(line: string): void {
    if (line.trim() === '') return;
    const record = asRecord(parseJson(line));
    if (record === null) throw new Malformed(`a line that is no JSON object (${line.length} characters)`);
    if ('error' in record) this.error = record;
  }
}
