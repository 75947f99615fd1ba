/**
 * Files of people and models in `attachments/`, named by their id; what is known of them is in the table `file`.
 * A file is written beside its final name, flushed and renamed before its row is committed: a row without its file
 * does not exist, a file without its row may be left by a crash and is never shown.
 */
import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock, Ids } from '../gateway/clock.ts';
import { StorageTrouble } from '../gateway/storage.ts';
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { fileErrorCode } from './atomic-file.ts';
import type { FileRow } from './files.ts';
import type { StoreTables } from './tables.ts';

/** 20 MB, as binary messengers count it. */
export const largestFile = 20 * 1024 * 1024;

export interface FileMeta {
  /** As the sender named it: path and characters that no system takes are removed. */
  readonly name: string;
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
  /** Null when there is no such file. The caller reads the stream to its end or destroys it. */
  open(id: string): Promise<OpenFile | null>;
}

export interface FileStoreOptions {
  readonly folder: string;
  readonly commit: <T>(work: (tables: StoreTables) => T) => Promise<T>;
  readonly read: StoreTables;
  readonly clock: Clock;
  readonly ids: Ids;
}

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

export function createFileStore(options: FileStoreOptions): FileStore {
  const { folder, clock, ids } = options;
  const pathOf = (id: string): string => join(folder, id);

  const write = async (
    id: string,
    partial: string,
    source: AsyncIterable<Uint8Array>,
    meta: FileMeta,
    signal: AbortSignal,
  ): Promise<Result<FileRow, Reason>> => {
    const handle = await open(partial, 'wx', 0o600);
    let written: Awaited<ReturnType<typeof writeAll>>;
    try {
      written = await writeAll(handle, source, signal);
    } finally {
      await handle.close();
    }
    if (!written) return failed({ code: 'input.too-large', params: { max: largestFile, limit: '20 MB' } });
    await rename(partial, pathOf(id));
    const row: FileRow = { id, name: safeFileName(meta.name), type: meta.type, createdAt: clock.now(), ...written };
    await options.commit((tables) => tables.files.add(row));
    return ok(row);
  };

  return {
    async put(source, meta, signal) {
      signal.throwIfAborted();
      const id = ids.next();
      const partial = join(folder, `.${id}.partial`);
      let stored = false;
      try {
        const result = await write(id, partial, source, meta, signal);
        stored = result.ok;
        return result;
      } catch (error) {
        if (error instanceof StorageTrouble) return failed(error.reason);
        const reason = diskReason(error, folder);
        if (reason) return failed(reason);
        throw error;
      } finally {
        await rm(partial, { force: true });
        if (!stored) await rm(pathOf(id), { force: true });
      }
    },
    async open(id) {
      const row = options.read.files.get(id);
      if (!row) return null;
      let handle: FileHandle;
      try {
        handle = await open(pathOf(id));
      } catch (error) {
        if (fileErrorCode(error) === 'ENOENT') return null;
        throw error;
      }
      return { row, stream: createReadStream(pathOf(id), { fd: handle, autoClose: true }) };
    },
  };
}
