/** Small files that are there whole or not at all, readable by their owner alone. */
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

function writeNew(path: string, content: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeBeside(path: string, content: string): string {
  const beside = `${path}.${String(process.pid)}.new`;
  rmSync(beside, { force: true });
  writeNew(beside, content);
  return beside;
}

/** Replaces `path`. */
export function replaceFile(path: string, content: string): void {
  renameSync(writeBeside(path, content), path);
}

/** Makes `path`, which must not exist: throws EEXIST when it does, and leaves it as it is. */
export function createFile(path: string, content: string): void {
  const beside = writeBeside(path, content);
  try {
    linkSync(beside, path);
  } catch (error) {
    // Some file systems (FAT, network shares) have no hard links.
    if (fileErrorCode(error) === 'EEXIST') throw error;
    writeNew(path, content);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** The `code` of an error of the file system (`ENOENT`, …); null for other errors. */
export function fileErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
