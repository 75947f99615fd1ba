/** Whether a file or directory is still the one it was, by device and inode: a moved one is not, nor one put in its place. */
import { statSync } from 'node:fs';

interface Identity {
  readonly device: number;
  readonly inode: number;
}

function identify(path: string): Identity | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found ? { device: found.dev, inode: found.ino } : null;
  } catch {
    // A parent that is a file now, or may not be entered: as far as we are concerned it is gone.
    return null;
  }
}

/** Remembers what is at `path` now; the answer says whether that still lies there. Costs some microseconds a call. */
export function rememberPlace(path: string): () => boolean {
  const own = identify(path);
  return () => {
    const now = identify(path);
    return now !== null && now.inode === own?.inode && now.device === own.device;
  };
}
