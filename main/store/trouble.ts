/**
 * What it means when SQLite fails, and whether it still does.
 *
 * A failed statement is classified: no space (or a disk that refuses), data directory gone, database damaged. The
 * trouble stays observable until a probe (every 2 s, a real small write) went well. A damaged database does not heal:
 * that trouble stays until the next start, which offers the newest good backup.
 *
 * An open database goes on working when its directory is moved or removed, and what is written then is lost to whoever
 * starts next. So the file is looked at by inode before each transaction; nothing is ever made anew in its place.
 */
import { dirname } from 'node:path';
import type { Clock } from '../gateway/clock.ts';
import { describeError, type Log } from '../gateway/log.ts';
import { StorageTrouble } from '../gateway/storage.ts';
import type { Millis, Reason } from '../gateway/types.ts';
import { subject, type Observable } from '../lib/observable.ts';
import { isDamage, isDiskRefusal } from './database.ts';
import { rememberPlace } from './presence.ts';

const probeEvery: Millis = 2000;

export interface Trouble extends Disposable {
  readonly state: Observable<Reason | null>;
  /** What is wrong now, from the known trouble or because the file is not where it was; null when writing may go on. */
  present(): Reason | null;
  /** Turns a failure of SQLite into the trouble it stands for. Null when it is the caller's own mistake. */
  from(error: unknown): StorageTrouble | null;
  /** The integrity check, or another thread, found the database damaged. */
  damaged(cause: unknown): StorageTrouble;
}

class Watch implements Trouble {
  readonly state = subject<Reason | null>(null);
  readonly #path: string;
  readonly #inPlace: () => boolean;
  readonly #probe: () => void;
  readonly #clock: Clock;
  readonly #log: Log;
  #timer: Disposable | null = null;
  #disposed = false;

  constructor(path: string, probe: () => void, clock: Clock, log: Log) {
    this.#path = path;
    this.#inPlace = rememberPlace(path);
    this.#probe = probe;
    this.#clock = clock;
    this.#log = log;
  }

  present(): Reason | null {
    if (this.state.value) return this.state.value;
    const missing = this.#gone();
    if (missing) this.#enter(missing, new Error(`not there: ${this.#path}`));
    return missing;
  }

  from(error: unknown): StorageTrouble | null {
    const reason = this.#classify(error);
    return reason && this.#enter(reason, error);
  }

  damaged(cause: unknown): StorageTrouble {
    return this.#enter({ code: 'host.database-damaged', params: { dataDir: dirname(this.#path) } }, cause);
  }

  #gone(): Reason | null {
    if (this.#inPlace()) return null;
    return { code: 'host.data-gone', params: { dataDir: dirname(this.#path) } };
  }

  #classify(error: unknown): Reason | null {
    const dataDir = dirname(this.#path);
    if (isDamage(error)) return { code: 'host.database-damaged', params: { dataDir } };
    if (isDiskRefusal(error)) return this.#gone() ?? { code: 'host.disk-full', params: { dataDir } };
    return null;
  }

  #enter(reason: Reason, cause: unknown): StorageTrouble {
    const known = this.state.value;
    // Damage is the last word: whatever else goes wrong then follows from it.
    if (known?.code !== reason.code && known?.code !== 'host.database-damaged') {
      this.#log.write('error', 'store.trouble', { reason: reason.code, error: describeError(cause) });
      this.state.set(reason);
    }
    this.#arm();
    return new StorageTrouble(this.state.value ?? reason, cause);
  }

  #arm(): void {
    if (this.#disposed || this.state.value?.code === 'host.database-damaged') return;
    this.#timer ??= this.#clock.after(probeEvery, () => this.#look());
  }

  #look(): void {
    this.#timer = null;
    const known = this.state.value;
    if (known === null || known.code === 'host.database-damaged') return;
    const missing = this.#gone();
    if (missing) {
      this.#enter(missing, new Error(`not there: ${this.#path}`));
      return;
    }
    try {
      this.#probe();
    } catch (error) {
      this.#enter(this.#classify(error) ?? known, error);
      return;
    }
    this.#log.write('info', 'store.works-again');
    this.state.set(null);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#timer?.[Symbol.dispose]();
  }
}

/** `path` must exist. `probe` makes a real write and throws when it cannot. */
export function watchTrouble(path: string, probe: () => void, clock: Clock, log: Log): Trouble {
  return new Watch(path, probe, clock, log);
}
