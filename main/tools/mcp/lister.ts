/** The list of a server's tools, asked for again when the server says that it is another one. */
import { pause, type Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';
import { failed, type Result } from '../../lib/result.ts';
import type { Session } from './client.ts';
import { hung, timeLimit } from './time-limit.ts';
import type { McpReason } from './types.ts';

/** Until a list that is asked for has come. */
export const longestList: Millis = 30_000;
/** A server that changes its list all the time is asked for it once a second. */
const listEvery: Millis = 1_000;

/** One request at a time, and not more often than once a second. */
export class Lister {
  readonly #clock: Clock;
  readonly #session: Session;
  readonly #listed: (listed: Result<readonly unknown[], McpReason>) => void;
  readonly #stopped = new AbortController();
  #wanted = false;
  #working = false;

  constructor(clock: Clock, session: Session, listed: (listed: Result<readonly unknown[], McpReason>) => void) {
    this.#clock = clock;
    this.#session = session;
    this.#listed = listed;
  }

  changed(): void {
    this.#wanted = true;
    if (!this.#working) void this.#work();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#wanted && !this.#stopped.signal.aborted) {
      this.#wanted = false;
      const listed = await this.#list();
      if (!this.#stopped.signal.aborted) this.#listed(listed);
      await pause(this.#clock, listEvery, this.#stopped.signal);
    }
    this.#working = false;
  }

  async #list(): Promise<Result<readonly unknown[], McpReason>> {
    using time = timeLimit(this.#clock, longestList, this.#stopped.signal);
    const listed = await this.#session.list(time.signal);
    return time.over ? failed(hung(longestList)) : listed;
  }
}
