/* What goes wrong on purpose. Each fault is taken by one thing that happens, in the order they were queued. */

/** What a message of the client meets instead of its way: */
export type SendFault =
  /** Refused with this error in the acknowledgement, such as 463 or 479; it reaches nobody. */
  | { readonly kind: 'refuse'; readonly error: number }
  /** Neither delivered nor acknowledged. */
  | { readonly kind: 'swallow' }
  /** Delivered, but the acknowledgement is never sent. */
  | { readonly kind: 'no-ack' }
  /** Delivered; the connection is cut before the acknowledgement. */
  | { readonly kind: 'cut-after' }
  /** The connection is cut before it is delivered. */
  | { readonly kind: 'cut-before' }
  /** Delivered and acknowledged once this has resolved. */
  | { readonly kind: 'wait'; readonly until: Promise<unknown> };

/** What a query of the client meets: an error with that code, silence, or the end of the connection. */
export type QueryFault =
  | { readonly kind: 'error'; readonly code: number; readonly text: string }
  | { readonly kind: 'silence' }
  | { readonly kind: 'cut' };

/** Faults of one kind, first in first out. */
class FaultLine<T> {
  readonly #queued: T[] = [];
  #standing: T | undefined;

  /** The next ones meet these, one each. */
  queue(...faults: readonly T[]): void {
    this.#queued.push(...faults);
  }

  /** Every one meets this, after those that are queued, until `clear`. */
  always(fault: T): void {
    this.#standing = fault;
  }

  /** Every one meets this for so many milliseconds, after those that are queued. */
  during(fault: T, forMs: number): void {
    this.always(fault);
    setTimeout(() => {
      if (this.#standing === fault) this.#standing = undefined;
    }, forMs).unref();
  }

  clear(): void {
    this.#queued.length = 0;
    this.#standing = undefined;
  }

  take(): T | undefined {
    return this.#queued.shift() ?? this.#standing;
  }
}

/** Faults of the messages of one account. */
export class SendFaults extends FaultLine<SendFault> {}

/** HTTP statuses that upgrades are refused with (docs/whatsapp-protocol.md, Refused upgrades). */
export class UpgradeFaults extends FaultLine<number> {}

/** Codes of the <failure> that logins are refused with: 401, 403, 405, 500, 503. */
export class LoginFaults extends FaultLine<number> {}

/** Faults of queries by their namespace, such as `usync`, `encrypt`, `w:g2` or `md`. */
export class QueryFaults {
  readonly #lines = new Map<string, FaultLine<QueryFault>>();

  of(namespace: string): FaultLine<QueryFault> {
    const line = this.#lines.get(namespace) ?? new FaultLine<QueryFault>();
    this.#lines.set(namespace, line);
    return line;
  }

  take(namespace: string): QueryFault | undefined {
    return this.#lines.get(namespace)?.take();
  }
}
