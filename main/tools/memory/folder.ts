/**
 * The folder of notes. People edit them with programs that know nothing of us, at any moment, so nothing of theirs is
 * ever overwritten: a change is made of what is there now, written beside, synced and put in the place of just that,
 * looked at in the same breath; what was replaced is held and looked at once more before it is thrown away, and brought
 * back when somebody had still written to it.
 * The folder itself is never made: one that is not there was moved, and a new one would hide that.
 */
import { lstatSync, renameSync, type Stats } from 'node:fs';
import { link, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Millis } from '../../gateway/types.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import type { MemoryTrouble } from './trouble.ts';

/** What of `node:fs` is used; a test puts a full disk in its place. */
export interface Disk {
  readonly link: typeof link;
  readonly lstat: typeof lstat;
  readonly lstatSync: (path: string) => Stats;
  readonly open: typeof open;
  readonly readdir: (path: string) => Promise<string[]>;
  readonly rename: typeof rename;
  readonly renameSync: typeof renameSync;
  readonly rm: typeof rm;
}

export const realDisk: Disk = { link, lstat, lstatSync, open, readdir, rename, renameSync, rm };

/** Bytes of one note. */
export const largestNote = 1024 * 1024;
/** Notes that are looked at; the rest of a larger folder is not. */
const mostNotes = 20_000;
const mostTries = 5;

export interface Listed {
  readonly name: string;
  readonly bytes: number;
  /** When the file was last changed. */
  readonly changedAt: Millis;
  /** Changes with the file. */
  readonly stamp: string;
}

interface Content {
  readonly text: string;
  readonly stamp: string;
}

export interface Folder {
  /** The notes, by name. */
  list(): Promise<Result<readonly Listed[], MemoryTrouble>>;
  /** Null for a note that does not exist. */
  read(name: string): Promise<Result<string | null, MemoryTrouble>>;
  /**
   * Puts what `change` makes of the present text in its place (null: there is no such note); null leaves it. `change`
   * is called again when the note changed meanwhile. Gives the text that is there then.
   */
  update(name: string, change: (now: string | null) => string | null): Promise<Result<string, MemoryTrouble>>;
  /**
   * Takes a note away that still says `was`. False when it says something else, or when somebody wrote to it in the same
   * breath; then what was written is there, at the worst aside. A note that is not there is taken away already.
   */
  remove(name: string, was: string): Promise<Result<boolean, MemoryTrouble>>;
  /** Puts away what a write that did not come to its end has left; what cannot be put away stays. */
  tidy(): Promise<Result<void, MemoryTrouble>>;
}

/** A name of a note: no folder, not hidden, and on no system something else than it seems. */
export function isNote(name: string): boolean {
  return /^[^.\\/:*?"<>|\p{Cc}][^\\/:*?"<>|\p{Cc}]{0,120}\.md$/iu.test(name);
}

/** What was kept aside after a conflict is for the owner to look at and is not searched. */
export function isAside(name: string): boolean {
  return asideFrom(name) !== null;
}

/** The note that this one was kept aside from; null for all others. */
export function asideFrom(name: string): string | null {
  const [, origin] = /^(.+)\.conflict-[\w-]+\.md$/i.exec(name) ?? [];
  return origin === undefined ? null : `${origin}.md`;
}

export function openFolder(path: string, disk: Disk = realDisk): Folder {
  return new NoteFolder(path, disk);
}

class NoteFolder implements Folder {
  readonly #path: string;
  readonly #disk: Disk;

  constructor(path: string, disk: Disk) {
    this.#path = path;
    this.#disk = disk;
  }

  async list(): Promise<Result<readonly Listed[], MemoryTrouble>> {
    try {
      const names = (await this.#disk.readdir(this.#path)).filter(isNote).sort().slice(0, mostNotes);
      const notes: Listed[] = [];
      for (const name of names) {
        const stats = await this.#stats(name);
        if (stats?.isFile() !== true) continue;
        notes.push({ name, bytes: stats.size, changedAt: Math.floor(stats.mtimeMs), stamp: stampOf(stats) });
      }
      return ok(notes);
    } catch (error) {
      return failed(troubleOf(error, 'the folder'));
    }
  }

  async read(name: string): Promise<Result<string | null, MemoryTrouble>> {
    const read = await this.#content(name);
    return read.ok ? ok(read.value?.text ?? null) : read;
  }

  async update(name: string, change: (now: string | null) => string | null): Promise<Result<string, MemoryTrouble>> {
    for (let tried = 0; tried < mostTries; tried++) {
      const before = await this.#content(name);
      if (!before.ok) return before;
      const text = change(before.value?.text ?? null);
      if (text === null) return ok(before.value?.text ?? '');
      if (Buffer.byteLength(text) > largestNote) return failed({ kind: 'too-large', name, limit: largestNote });
      try {
        if (await this.#replace(name, before.value, text)) return ok(text);
      } catch (error) {
        return failed(troubleOf(error, name));
      }
    }
    return failed({ kind: 'busy', name });
  }

  async remove(name: string, was: string): Promise<Result<boolean, MemoryTrouble>> {
    const before = await this.#content(name);
    if (!before.ok) return before;
    if (before.value === null) return ok(true);
    if (before.value.text !== was) return ok(false);
    try {
      return ok(await this.#takeAway(name, was));
    } catch (error) {
      // Somebody else was quicker, or the folder is gone.
      if (codeOf(error) === 'ENOENT') return this.remove(name, was);
      return failed(troubleOf(error, name));
    }
  }

  async tidy(): Promise<Result<void, MemoryTrouble>> {
    try {
      for (const left of await this.#disk.readdir(this.#path)) {
        const [, name, kind] = /^\.(.+\.md)\.(new|was)$/i.exec(left) ?? [];
        if (name === undefined || !isNote(name)) continue;
        // A new text that was not put in its place was told as not stored.
        if (kind === 'new' || (await this.#goesOnFrom(left, name)))
          await this.#disk.rm(this.#at(left), { force: true });
        else await this.#disk.rename(this.#at(left), this.#at(asideOf(name, await this.#markOf(left))));
      }
      return ok(undefined);
    } catch (error) {
      return failed(troubleOf(error, 'the folder'));
    }
  }

  /** Out of the way first, then looked at: what was written to it until then comes back. */
  async #takeAway(name: string, was: string): Promise<boolean> {
    const held = `.${name}.was`;
    await this.#disk.rm(this.#at(held), { force: true });
    await this.#disk.rename(this.#at(name), this.#at(held));
    const bytes = await this.#bytes(held);
    if (bytes === null || textOf(bytes) === was) {
      await this.#disk.rm(this.#at(held), { force: true });
      return true;
    }
    const back = await this.#linked(held, name);
    if (back) await this.#disk.rm(this.#at(held), { force: true });
    else await this.#disk.rename(this.#at(held), this.#at(asideOf(name, await this.#markOf(held))));
    return false;
  }

  async #markOf(left: string): Promise<string> {
    return `was-${String(Math.floor((await this.#stats(left))?.mtimeMs ?? 0))}`;
  }

  /** What was replaced is in what replaced it: the two are one file still, or something was added. */
  async #goesOnFrom(left: string, name: string): Promise<boolean> {
    const [was, now] = [await this.#bytes(left), await this.#bytes(name)];
    return was !== null && now !== null && now.subarray(0, was.length).equals(was);
  }

  #at(name: string): string {
    return join(this.#path, name);
  }

  async #stats(name: string): Promise<Stats | null> {
    try {
      return await this.#disk.lstat(this.#at(name));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** Null when it is not there. */
  async #content(name: string): Promise<Result<Content | null, MemoryTrouble>> {
    if (!isNote(name)) return failed({ kind: 'not-a-note', name });
    try {
      const stats = await this.#stats(name);
      if (stats === null) {
        await this.#disk.readdir(this.#path);
        return ok(null);
      }
      if (!stats.isFile()) return failed({ kind: 'not-a-note', name });
      if (stats.size > largestNote) return failed({ kind: 'too-large', name, limit: largestNote });
      const bytes = await this.#bytes(name);
      if (bytes === null) return ok(null);
      const text = textOf(bytes);
      return text === null ? failed({ kind: 'not-utf8', name }) : ok({ text, stamp: stampOf(stats) });
    } catch (error) {
      return failed(troubleOf(error, name));
    }
  }

  async #bytes(name: string): Promise<Buffer | null> {
    try {
      await using file = await this.#disk.open(this.#at(name), 'r');
      return await file.readFile();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** False when the note is not any more what `before` says; then nothing has changed. */
  async #replace(name: string, before: Content | null, text: string): Promise<boolean> {
    const beside = `.${name}.new`;
    try {
      await this.#write(beside, text);
      if (before === null) return await this.#create(beside, name, text);
      return await this.#exchange(beside, name, before);
    } finally {
      await this.#disk.rm(this.#at(beside), { force: true });
    }
  }

  async #write(name: string, text: string): Promise<void> {
    await this.#disk.rm(this.#at(name), { force: true });
    await using file = await this.#disk.open(this.#at(name), 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
  }

  async #create(beside: string, name: string, text: string): Promise<boolean> {
    if (await this.#linked(beside, name)) return true;
    if ((await this.#stats(name)) !== null) return false;
    await this.#write(name, text);
    return true;
  }

  /** Keeps hold of what is replaced until it was seen that it is what the new text was made of. */
  async #exchange(beside: string, name: string, before: Content): Promise<boolean> {
    const was = `.${name}.was`;
    await this.#disk.rm(this.#at(was), { force: true });
    try {
      const isHeld = await this.#linked(name, was);
      // Nothing of ours comes between these two, and next to nothing of others.
      if (stampOf(this.#disk.lstatSync(this.#at(name))) !== before.stamp) return false;
      this.#disk.renameSync(this.#at(beside), this.#at(name));
      const replaced = isHeld ? await this.#bytes(was) : null;
      if (replaced === null || textOf(replaced) === before.text) return true;
      await this.#disk.rename(this.#at(was), this.#at(name));
      return false;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    } finally {
      await this.#disk.rm(this.#at(was), { force: true });
    }
  }

  /** False where there is such a file, or on file systems without hard links (FAT, network shares). */
  async #linked(from: string, to: string): Promise<boolean> {
    try {
      await this.#disk.link(this.#at(from), this.#at(to));
      return true;
    } catch (error) {
      if (['EEXIST', 'EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(codeOf(error) ?? '')) return false;
      throw error;
    }
  }
}

/** `MEMORY.md` becomes `MEMORY.conflict-<mark>.md`. */
export function asideOf(name: string, mark: string): string {
  return name.replace(/\.md$/i, `.conflict-${mark}.md`);
}

/** Without the time of its last change of names, which holding it changes. */
function stampOf({ ino, size, mtimeMs }: Stats): string {
  return [ino, size, mtimeMs].join(' ');
}

/** Null for what is not UTF-8. A byte order mark stays, so that a text goes back as it came. */
function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function troubleOf(error: unknown, name: string): MemoryTrouble {
  const code = codeOf(error);
  if (code === null) throw error;
  if (['ENOSPC', 'EDQUOT', 'EROFS'].includes(code)) return { kind: 'disk-full' };
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'folder-gone' };
  return { kind: 'refused', name, code };
}
