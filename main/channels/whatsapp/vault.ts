/** The one identity of a link: opened when it is needed, closed at the end, and gone when it is worth nothing. */
import type { Reason } from '../../gateway/types.ts';
import { ok, type Result } from '../../lib/result.ts';
import type { Identity } from './parts.ts';

export interface VaultParts {
  open(): Result<Identity, Reason>;
  /** Removes the file, which is closed. */
  remove(): Promise<void>;
}

export class Vault {
  readonly #parts: VaultParts;
  #identity: Identity | null = null;

  constructor(parts: VaultParts) {
    this.#parts = parts;
  }

  /** Null until it was opened, and after it was discarded. */
  get identity(): Identity | null {
    return this.#identity;
  }

  /** Failures: `link.identity-damaged`, `host.disk-full`, `host.data-gone`. */
  open(): Result<Identity, Reason> {
    if (this.#identity !== null) return ok(this.#identity);
    const opened = this.#parts.open();
    if (opened.ok) this.#identity = opened.value;
    return opened;
  }

  /** Nothing of it is left when this resolves. */
  async discard(): Promise<void> {
    this.close();
    await this.#parts.remove();
  }

  close(): void {
    this.#identity?.close();
    this.#identity = null;
  }
}
