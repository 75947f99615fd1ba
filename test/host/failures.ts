/* Work that nobody waits for. Its failure is printed, unless what it was for has gone meanwhile. */
import { GoneError } from './cdp.ts';

export async function detached(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof GoneError)) console.error(error);
  }
}
