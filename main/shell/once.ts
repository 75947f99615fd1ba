/** Things that are said once per installation. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** True the first time, ever, that `what` (a file name) is asked for in this folder. Throws when the disk refuses. */
export function isFirstTime(folder: string, what: string): boolean {
  try {
    closeSync(openSync(join(folder, what), 'wx', 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
