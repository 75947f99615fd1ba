/**
 * From the updates of one poll to one commit, and which offset the next poll may say. An offset belongs to one bot; it
 * is the last update's id + 1, not the highest ever seen, because ids begin anew somewhere, also lower, when a bot was
 * quiet for a week (https://core.telegram.org/bots/api#update).
 */
import type { InboundMessage, Receive } from '../../gateway/channel.ts';
import type { Clock } from '../../gateway/clock.ts';
import type { Log } from '../../gateway/log.ts';
import { describeError } from '../../gateway/log.ts';
import type { Millis } from '../../gateway/types.ts';
import { readUpdate, updateId } from './inbound.ts';

/** A day less than Telegram's week: an older offset is not said any more, the server then begins where it is. */
const OFFSET_LIFE: Millis = 6 * 24 * 60 * 60 * 1000;

export interface CursorAt {
  readonly position: number;
  readonly at: Millis;
}

export interface BatchReader {
  /** The account is known: reads how far it was read. Rejects when the store cannot tell. */
  open(account: string): void;
  /** What the next poll says; null: nothing, the server begins with what it has. */
  offset(): number | null;
  /** Commits a batch that is not empty. False: it is not on disk, and the same updates have to be asked for again. */
  take(updates: readonly unknown[]): Promise<boolean>;
}

export function createBatchReader(
  deps: { readonly clock: Clock; readonly log: Log },
  seed: { readonly link: string; cursor(account: string): CursorAt | null },
  receive: Receive,
): BatchReader {
  const { clock, log } = deps;
  let account: string | null = null;
  let cursor: CursorAt | null = null;

  const readAll = (updates: readonly unknown[], of: string): readonly InboundMessage[] =>
    updates.flatMap((update) => {
      const read = readUpdate(of, update);
      if (read.kind === 'message') return [read.message];
      const level = read.kind === 'malformed' ? 'warn' : 'debug';
      log.write(level, `telegram.update-${read.kind}`, { link: seed.link, update: updateId(update), why: read.why });
      return [];
    });

  return {
    open(next) {
      if (account === next) return;
      cursor = seed.cursor(next);
      account = next;
    },
    offset() {
      return cursor === null || clock.now() - cursor.at > OFFSET_LIFE ? null : cursor.position;
    },
    async take(updates) {
      const last = updates.map(updateId).findLast((id) => id !== null);
      if (account === null || last === undefined || last === null) {
        log.write('warn', 'telegram.updates-without-ids', { link: seed.link, count: updates.length });
        return false;
      }
      const position = last + 1;
      try {
        await receive({ events: readAll(updates, account), cursor: { account, position } });
      } catch (error) {
        log.write('error', 'telegram.not-stored', { link: seed.link, error: describeError(error) });
        return false;
      }
      cursor = { position, at: clock.now() };
      return true;
    },
  };
}
