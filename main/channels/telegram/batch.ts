/**
 * From the updates of one poll to one commit, and which offset the next poll may say. An offset belongs to one bot; it
 * is the last update's id + 1, not the highest ever seen, because ids begin anew somewhere, also lower, when a bot was
 * quiet for a week (https://core.telegram.org/bots/api#update).
 */
import type {
  InboundAction,
  InboundBatch,
  InboundMembership,
  InboundMessage,
  LinkIdentity,
  Migration,
  Receive,
} from '../../gateway/channel.ts';
import type { Clock } from '../../gateway/clock.ts';
import type { Log } from '../../gateway/log.ts';
import { describeError } from '../../gateway/log.ts';
import type { Millis } from '../../gateway/types.ts';
import { assertNever } from '../../lib/assert-never.ts';
import type { Me } from './addressed.ts';
import type { ReadUpdate } from './inbound.ts';
import { readUpdate, updateId } from './inbound.ts';

/** A day less than Telegram's week: an older offset is not said any more, the server then begins where it is. */
const OFFSET_LIFE: Millis = 6 * 24 * 60 * 60 * 1000;

export interface CursorAt {
  readonly position: number;
  readonly at: Millis;
}

export interface BatchReader {
  /** The account is known: reads how far it was read. Rejects when the store cannot tell. */
  open(identity: LinkIdentity): void;
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
  let me: Me | null = null;
  let cursor: CursorAt | null = null;
  return {
    open({ account, handle }) {
      if (me?.account !== account) cursor = seed.cursor(account);
      me = { account, handle };
    },
    offset() {
      return cursor === null || clock.now() - cursor.at > OFFSET_LIFE ? null : cursor.position;
    },
    async take(updates) {
      const last = updates.map(updateId).findLast((id) => id !== null);
      if (me === null || last === undefined || last === null) {
        log.write('warn', 'telegram.updates-without-ids', { link: seed.link, count: updates.length });
        return false;
      }
      const position = last + 1;
      try {
        const read = readAll(me, updates, (level, why, update) =>
          log.write(level, `telegram.update-${why.kind}`, { link: seed.link, update: updateId(update), why: why.why }),
        );
        await receive({ ...read, cursor: { account: me.account, position } });
      } catch (error) {
        log.write('error', 'telegram.not-stored', { link: seed.link, error: describeError(error) });
        return false;
      }
      cursor = { position, at: clock.now() };
      return true;
    },
  };
}

type Skipped = { readonly kind: 'passed-over' | 'malformed'; readonly why: string };

function readAll(
  me: Me,
  updates: readonly unknown[],
  skip: (level: 'warn' | 'debug', why: Skipped, update: unknown) => void,
): Required<Omit<InboundBatch, 'cursor'>> {
  const events: InboundMessage[] = [];
  const actions: InboundAction[] = [];
  const memberships: InboundMembership[] = [];
  const migrations: Migration[] = [];
  for (const update of updates) {
    const read = readSafely(me, update);
    switch (read.kind) {
      case 'message':
        events.push(read.message);
        break;
      case 'action':
        actions.push(read.action);
        break;
      case 'membership':
        memberships.push(read.membership);
        break;
      case 'migration':
        migrations.push(read.migration);
        break;
      case 'passed-over':
        skip('debug', read, update);
        break;
      case 'malformed':
        skip('warn', read, update);
        break;
      default:
        assertNever(read, 'update');
    }
  }
  return { events, actions, memberships, migrations, deletions: [] };
}

/** A bug in reading one kind of update must not hold up all others at every poll. */
function readSafely(me: Me, update: unknown): ReadUpdate {
  try {
    return readUpdate(me, update);
  } catch (error) {
    return { kind: 'malformed', why: describeError(error) };
  }
}
