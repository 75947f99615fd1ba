/**
 * One process per data directory. `owner.db` is held with BEGIN EXCLUSIVE for the life of the process: a lock of the
 * operating system, gone with the process however it ends. `owner.json` only names the owner; no decision rests on it.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../gateway/clock.ts';
import type { Millis } from '../gateway/types.ts';
import { fileErrorCode, replaceFile } from './atomic-file.ts';
import { holdExclusively } from './database.ts';

export interface Owner {
  readonly pid: number;
  readonly mode: 'desktop' | 'headless';
  /** Where its window is served; null while nothing listens, as on a desktop without the API. */
  readonly url: string | null;
  readonly since: Millis;
}

export interface OwnerLock extends Disposable {
  /** Tells other starts where the window is served, null for nowhere; never the token. */
  setUrl(url: string | null): void;
}

export type Ownership =
  | { readonly kind: 'held'; readonly lock: OwnerLock }
  /** `owner` is null when the other process has not (or not readably) said who it is. */
  | { readonly kind: 'owned'; readonly owner: Owner | null };

/** An owner that has just taken over still has to write its name: the old one's may stand there for a moment. */
const looks = 40;
const lookAgain: Millis = 25;

function readOwner(path: string): Owner | null {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || fileErrorCode(error) !== null) return null;
    throw error;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { pid, mode, url, since } = value as Readonly<Record<string, unknown>>;
  if (typeof pid !== 'number' || typeof since !== 'number' || (mode !== 'desktop' && mode !== 'headless')) return null;
  return { pid, mode, url: typeof url === 'string' ? url : null, since };
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return fileErrorCode(error) === 'EPERM';
  }
}

/**
 * The lock, or whoever has it. Two that begin in the same instant may refuse each other while neither holds it (SQLite
 * calls both busy on the way from a shared lock to an exclusive one): as long as no living owner is named, the lock is
 * tried again, each process at its own pace. Waits on a timer of its own: those of `Clock` keep no process alive, and at
 * this point nothing else does either.
 */
async function holdOrName(lockFile: string, nameFile: string): Promise<Disposable | { readonly owner: Owner | null }> {
  for (let look = 1; ; look += 1) {
    const hold = holdExclusively(lockFile);
    if (hold) return hold;
    const owner = readOwner(nameFile);
    if ((owner && lives(owner.pid)) || look === looks) return { owner };
    await new Promise((resolve) => setTimeout(resolve, lookAgain + (process.pid % 13)));
  }
}

/** Takes the directory or says who has it (within two seconds); never waits for the other to end. Throws when the disk refuses. */
export async function takeOwnership(dataDir: string, mode: Owner['mode'], clock: Clock): Promise<Ownership> {
  const nameFile = join(dataDir, 'owner.json');
  const hold = await holdOrName(join(dataDir, 'owner.db'), nameFile);
  if ('owner' in hold) return { kind: 'owned', owner: hold.owner };
  const owner: Owner = { pid: process.pid, mode, url: null, since: clock.now() };
  const write = (url: string | null): void => replaceFile(nameFile, `${JSON.stringify({ ...owner, url })}\n`);
  let held = true;
  try {
    write(null);
  } catch (error) {
    hold[Symbol.dispose]();
    throw error;
  }
  const lock: OwnerLock = {
    setUrl: (url) => {
      if (held) write(url);
    },
    [Symbol.dispose]() {
      if (!held) return;
      held = false;
      // While the lock is still ours, so that the next owner's name is never removed.
      rmSync(nameFile, { force: true });
      hold[Symbol.dispose]();
    },
  };
  return { kind: 'held', lock };
}
