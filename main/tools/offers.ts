/** What each server offered last, kept as a small fact in the store. Without it a tool is there once its server answers. */
import { describeError, type Log } from '../gateway/log.ts';
import type { Storage } from '../gateway/storage.ts';
import type { ToolServerId } from '../gateway/tool.ts';
import type { Offers } from './mcp/types.ts';

/** Characters of a list; a longer one is not kept. */
const longestList = 512 * 1024;

export function offerKey(server: ToolServerId): string {
  return `mcp/${server}/offer`;
}

export function createOffers({
  storage,
  log,
}: {
  readonly storage: Pick<Storage, 'read' | 'note'>;
  readonly log: Log;
}): Offers {
  const recall = (server: ToolServerId): readonly unknown[] | null => {
    const listed = storage.read.facts.get(offerKey(server));
    return Array.isArray(listed) ? listed : null;
  };
  return {
    recall,
    keep(server, listed) {
      const text = textOf(listed);
      if (text === null || text.length > longestList || text === JSON.stringify(recall(server))) return;
      const noted = storage.note(({ facts, toolServers }) => {
        // It may have been removed meanwhile.
        if (toolServers.get(server) !== null) facts.put(offerKey(server), listed);
      });
      noted.catch((error: unknown) => log.write('warn', 'mcp.not-kept', { server, error: describeError(error) }));
    },
  };
}

/** Null for what is nested so deeply that it can be read and not written. */
function textOf(listed: readonly unknown[]): string | null {
  try {
    return JSON.stringify(listed);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
