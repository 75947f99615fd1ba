/*
 * The single-instance lock: an exclusive SQLite transaction in the user-data folder, gone with its process also after
 * kill -9. Everything is synchronous, because the second process usually ends in its next statement; it leaves its message
 * as a file, and the holder watches the folder.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface SecondInstance {
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly additionalData: unknown;
}

export class SingleInstance {
  readonly #receive: (second: SecondInstance) => void;
  #held: { readonly lock: DatabaseSync; readonly watcher: FSWatcher } | undefined;

  constructor(receive: (second: SecondInstance) => void) {
    this.#receive = receive;
  }

  get held(): boolean {
    return this.#held !== undefined;
  }

  /** True when this process is now the one; false after its message has been left for the one. */
  request(userData: string, message: SecondInstance): boolean {
    if (this.#held) return true;
    const messages = join(userData, 'SingletonMessages');
    mkdirSync(messages, { recursive: true });
    const asked = Date.now();
    const lock = tryLock(join(userData, 'SingletonLock.db'));
    if (!lock) {
      leave(messages, message);
      return false;
    }
    const collect = (): void => {
      for (const { sentAt, ...second } of take(messages)) if (sentAt >= asked) this.#receive(second);
    };
    const watcher = watch(messages, collect);
    this.#held = { lock, watcher };
    collect();
    return true;
  }

  release(): void {
    this.#held?.watcher.close();
    this.#held?.lock.close();
    this.#held = undefined;
  }
}

function tryLock(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked/.test(error.message)) return undefined;
    throw error;
  }
}

/** Written beside and renamed, so the holder never reads half a message. */
function leave(folder: string, message: SecondInstance): void {
  const name = randomUUID();
  writeFileSync(join(folder, `${name}.part`), JSON.stringify({ ...message, sentAt: Date.now() }));
  renameSync(join(folder, `${name}.part`), join(folder, `${name}.json`));
}

function take(folder: string): (SecondInstance & { readonly sentAt: number })[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => {
    const path = join(folder, name);
    const message = JSON.parse(readFileSync(path, 'utf8')) as SecondInstance & { readonly sentAt: number };
    rmSync(path);
    return message;
  });
}
