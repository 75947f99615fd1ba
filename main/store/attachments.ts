/**
 * Files of people and models in `attachments/`, named by their id; what is known of them is in the table `file`.
 * A file is written beside its final name, flushed and renamed before its row is committed: a row without its file
 * does not exist, a file without its row may be left by a crash, is never shown and swept away later. Together they take
 * up at most a set number of bytes: the oldest make room for a new one.
 */
import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { open, opendir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock, Ids } from '../gateway/clock.ts';
import { describeError, type Log } from '../gateway/log.ts';
import { StorageTrouble } from '../gateway/storage.ts';
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { fileErrorCode } from './atomic-file.ts';
import type { FileRow } from './files.ts';
import type { StoreTables } from './tables.ts';

/** 20 MB, as binary messengers count it. */
export const largestFile = 20 * 1024 * 1024;
/** 10 GB for all of them. */
const roomForFiles = 10 * 1024 ** 3;

export interface FileMeta {
  /** As the sender named it: path and characters that no system takes are removed. */
  readonly name: string;
  /** As the sender gave it: what is no type is kept as one of any bytes. */
  readonly type: string;
}

export interface OpenFile {
  readonly row: FileRow;
  readonly stream: ReadStream;
}

export interface FileStore {
  /**
   * Stores what `source` gives; durable when it resolves. `input.too-large` as soon as the cap is passed (the rest is
   * not read), `host.disk-full` or `host.data-gone` when it cannot be written. Rejects when `source` fails or `signal` is aborted. Nothing
   * is left behind in any of these.
   */
  put(source: AsyncIterable<Uint8Array>, meta: FileMeta, signal: AbortSignal): Promise<Result<FileRow, Reason>>;
  /** All of a file; null when there is none, or when it has more than `most` bytes. */
  read(id: string, most: number): Promise<Uint8Array | null>;
  /** What is known of a file; null when there is none. */
  find(id: string): FileRow | null;
  /** Null when there is no such file. The caller reads the stream to its end or destroys it. */
  open(id: string): Promise<OpenFile | null>;
  /** Removes files, what is known of them and where messages name them; unknown ids are passed over. */
  remove(ids: readonly string[]): Promise<void>;
  /** Removes what lies in the folder without a row, as a crash or a removed row leaves it; answers how many. */
  sweep(): Promise<number>;
}

export interface FileStoreOptions {
  readonly folder: string;
  readonly commit: <T>(work: (tables: StoreTables) => T) => Promise<T>;
  readonly read: StoreTables;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** In bytes; {@link roomForFiles} where it is not given. */
  readonly room?: number | undefined;
}

interface Stored {
  readonly row: FileRow;
  /** Made room for it. */
  readonly gone: readonly string[];
}

/** Ids are names of files: nothing that leads elsewhere is taken for one. */
const plainId = /^[\w-]{1,64}$/;
/** Reserved by Windows as whole names, with any ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/** The last part of a path, without control characters and those that Windows refuses; at most 120 characters. */
export function safeFileName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const cleaned = [...last.normalize('NFC')]
    .filter((char) => !/[\p{Cc}\p{Cf}\p{Cs}<>:"|?*]/u.test(char))
    .join('')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  const dot = cleaned.lastIndexOf('.');
  const ending = dot > 0 && cleaned.length - dot <= 16 ? cleaned.slice(dot) : '';
  const stem = [...cleaned.slice(0, cleaned.length - ending.length)].slice(0, 120 - ending.length).join('');
  const name = stem + ending;
  if (name === '') return 'file';
  return reserved.test(name) ? `_${name}` : name;
}

/** As its sender named it where that can stand in a header; a file of which it cannot would never be handed out again. */
function safeType(given: string): string {
  return /^[\w.+-]+\/[\w.+-]+(?:;[ -~]*)?$/.test(given) ? given : 'application/octet-stream';
}

/** Null when it is not the disk's doing. */
function diskReason(error: unknown, folder: string): Reason | null {
  const code = fileErrorCode(error) ?? '';
  const params = { dataDir: dirname(folder) };
  if (['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'].includes(code)) return { code: 'host.disk-full', params };
  if (['ENOENT', 'ENOTDIR'].includes(code)) return { code: 'host.data-gone', params };
  return null;
}

/** Null when the cap was passed. */
async function writeAll(
  handle: FileHandle,
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<{ readonly size: number; readonly sha256: string } | null> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of source) {
    signal.throwIfAborted();
    size += chunk.byteLength;
    if (size > largestFile) return null;
    hash.update(chunk);
    await handle.writeFile(chunk);
  }
  signal.throwIfAborted();
  await handle.sync();
  return { size, sha256: hash.digest('hex') };
}

class Folder implements FileStore {
  readonly #options: FileStoreOptions;
  /** Names that have no row yet and may not be swept away. */
  readonly #arriving = new Set<string>();

  constructor(options: FileStoreOptions) {
    this.#options = options;
  }

  #path(id: string): string {
    return join(this.#options.folder, id);
  }

  async put(source: AsyncIterable<Uint8Array>, meta: FileMeta, signal: AbortSignal): Promise<Result<FileRow, Reason>> {
    signal.throwIfAborted();
    const id = this.#options.ids.next();
    const partial = `.${id}.partial`;
    this.#arriving.add(id).add(partial);
    let stored: Result<Stored, Reason> | null = null;
    try {
      stored = await this.#write(id, this.#path(partial), source, meta, signal);
    } catch (error) {
      if (error instanceof StorageTrouble) return failed(error.reason);
      const reason = diskReason(error, this.#options.folder);
      if (reason) return failed(reason);
      throw error;
    } finally {
      await rm(this.#path(partial), { force: true });
      if (!stored?.ok) await rm(this.#path(id), { force: true });
      this.#arriving.delete(id);
      this.#arriving.delete(partial);
    }
    if (!stored.ok) return stored;
    await this.#removeBytes(stored.value.gone);
    return ok(stored.value.row);
  }

  async #write(
    id: string,
    partial: string,
    source: AsyncIterable<Uint8Array>,
    meta: FileMeta,
    signal: AbortSignal,
  ): Promise<Result<Stored, Reason>> {
    const { clock, commit, room = roomForFiles } = this.#options;
    const handle = await open(partial, 'wx', 0o600);
    let written: Awaited<ReturnType<typeof writeAll>>;
    try {
      written = await writeAll(handle, source, signal);
    } finally {
      await handle.close();
    }
    if (!written) return failed({ code: 'input.too-large', params: { max: largestFile, limit: '20 MB' } });
    await rename(partial, this.#path(id));
    const { name, type } = meta;
    const known = { name: safeFileName(name), type: safeType(type) };
    const row: FileRow = { id, ...known, createdAt: clock.now(), ...written };
    const gone = await commit(({ files }) => {
      files.add(row);
      return files.shrink(room);
    });
    return ok({ row, gone });
  }

  /** What cannot be removed now (somebody has it open) has no row any more: the next sweep takes it. */
  async #removeBytes(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await rm(this.#path(id), { force: true });
      } catch (error) {
        this.#options.log.write('warn', 'files.not-removed', { file: id, error: describeError(error) });
      }
    }
  }

  find(id: string): FileRow | null {
    return this.#options.read.files.get(id);
  }

  async open(id: string): Promise<OpenFile | null> {
    const row = this.#options.read.files.get(id);
    if (!row) return null;
    let handle: FileHandle;
    try {
      handle = await open(this.#path(id));
    } catch (error) {
      if (fileErrorCode(error) === 'ENOENT') return null;
      throw error;
    }
    return { row, stream: createReadStream(this.#path(id), { fd: handle, autoClose: true }) };
  }

  async read(id: string, most: number): Promise<Uint8Array | null> {
    const row = this.#options.read.files.get(id);
    if (!row || row.size > most) return null;
    try {
      return await readFile(this.#path(id));
    } catch (error) {
      if (fileErrorCode(error) === 'ENOENT') return null;
      throw error;
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    const named = ids.filter((id) => plainId.test(id));
    if (named.some((id) => this.#options.read.files.get(id) !== null)) {
      await this.#options.commit(({ files }) => named.forEach((id) => files.remove(id)));
    }
    await this.#removeBytes(named);
  }

  async sweep(): Promise<number> {
    const { folder, read } = this.#options;
    const unknown: string[] = [];
    for await (const entry of await opendir(folder)) {
      if (entry.isFile() && !this.#arriving.has(entry.name) && !read.files.get(entry.name)) unknown.push(entry.name);
    }
    await this.#removeBytes(unknown);
    return unknown.length;
  }
}

export function createFileStore(options: FileStoreOptions): FileStore {
  return new Folder(options);
}
