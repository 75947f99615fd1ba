/**
 * The identity file as the parts of an identity see it: values in the library's JSON, and one place that notices when the
 * disk refuses or a row cannot be read.
 */
import { IdentityDamaged, type IdentityFile, type IdentityRow } from '../../gateway/identity-file.ts';
import { StorageTrouble } from '../../gateway/storage.ts';
import type { Millis, Reason } from '../../gateway/types.ts';
import { subject, type Observable } from '../../lib/observable.ts';
import type { Library } from './parts.ts';

/** A value of a row, before it is written. Null removes the row. */
export interface KeptRow {
  readonly kind: string;
  readonly id: string;
  readonly value: unknown;
}

export interface Stored {
  readonly id: string;
  readonly value: unknown;
}

export class KeptFile {
  readonly #file: IdentityFile;
  readonly #json: Library['BufferJSON'];
  readonly #trouble = subject<Reason | null>(null);

  constructor(file: IdentityFile, json: Library['BufferJSON']) {
    this.#file = file;
    this.#json = json;
  }

  /** Damage is the last word; a refusal of the disk is over with the next write that goes well. */
  get trouble(): Observable<Reason | null> {
    return this.#trouble;
  }

  toText(value: unknown): string {
    return JSON.stringify(value, this.#json.replacer);
  }

  fromText(text: string): unknown {
    return JSON.parse(text, this.#json.reviver) as unknown;
  }

  get(kind: string, ids: readonly string[]): ReadonlyMap<string, unknown> {
    return this.#noticing(() => {
      const found = this.#file.get(kind, ids);
      return new Map([...found].map(([id, text]) => [id, this.#parsed(text)]));
    });
  }

  one(kind: string, id: string): unknown {
    return this.get(kind, [id]).get(id);
  }

  /** In the order in which they were first written. */
  all(kind: string): readonly Stored[] {
    return this.#noticing(() => this.#file.all(kind).map(({ id, value }) => ({ id, value: this.#parsed(value) })));
  }

  /** All or nothing. */
  set(rows: readonly KeptRow[]): void {
    if (rows.length === 0) return;
    const texts = rows.map(({ kind, id, value }): IdentityRow => {
      return { kind, id, value: value === null || value === undefined ? null : this.toText(value) };
    });
    this.#noticing(() => this.#file.set(texts));
    if (this.#trouble.value?.code !== 'link.identity-damaged') this.#trouble.set(null);
  }

  prune(kind: string, before: Millis): void {
    this.#noticing(() => this.#file.prune(kind, before));
  }

  close(): void {
    this.#file.close();
  }

  #parsed(text: string): unknown {
    try {
      return this.fromText(text);
    } catch (error) {
      throw new IdentityDamaged('a row is not what was written', { cause: error });
    }
  }

  #noticing<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof IdentityDamaged) this.#trouble.set({ code: 'link.identity-damaged' });
      else if (error instanceof StorageTrouble && this.#trouble.value?.code !== 'link.identity-damaged') {
        this.#trouble.set(error.reason);
      }
      throw error;
    }
  }
}
