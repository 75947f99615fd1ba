/** Roles, and the question "is this you?" about those who wrote and are not known. */
import { failed, ok } from '../lib/result.ts';
import { isTooLate, roleOf } from './access.ts';
import type { Events } from './events.ts';
import type { GatewayPorts, People } from './gateway.ts';
import type { LinkRegistry } from './links.ts';
import type { Storage, Tables } from './storage.ts';
import type {
  Address,
  ConversationId,
  LinkId,
  LinkRow,
  MessageRow,
  MessageState,
  Millis,
  Reason,
  Role,
} from './types.ts';

/** So many kept messages of a link are looked through for candidates. */
const keptLimit = 500;
/** The same when somebody was allowed: what he wrote must not be lost among the messages of strangers. */
const allKept = 10_000;

/** `kick` is called for conversations whose kept messages may now be answered. */
export function createPeople(
  ports: GatewayPorts,
  events: Events,
  links: LinkRegistry,
  kick: (conversation: ConversationId) => void,
): People {
  const { storage, clock } = ports;
  const stillUnknown = (link: LinkRow): readonly MessageRow[] =>
    storage.read.messages
      .setAside(link.id, 'kept', keptLimit)
      .filter((message) => roleOf(storage.read, link, message.author ?? '') === 'unknown');
  return {
    role(link, address) {
      const row = links.row(link);
      return row === null ? 'unknown' : roleOf(storage.read, row, address);
    },
    candidates: () =>
      candidatesOf(
        storage,
        links.all().flatMap(({ row }) => stillUnknown(row)),
      ),
    async setRole(link, address, role, origin) {
      const refused = checkRole(links, link, address, role);
      if (refused !== null) return failed(refused);
      const isFor = (tables: Tables, { author }: MessageRow): boolean => {
        const row = links.row(link);
        if (address !== '*') return author === address;
        return row !== null && roleOf(tables, row, author ?? '') === role;
      };
      const changed = await storage.commit((tables) => {
        const known = tables.addresses.get(link, address);
        const { person, name, lastSeenAt } = known ?? { person: null, name: address, lastSeenAt: null };
        tables.addresses.put({ link, address, person, name, role, origin, lastSeenAt });
        const theirs = tables.messages.setAside(link, 'kept', allKept).filter((message) => isFor(tables, message));
        for (const message of theirs) {
          const { state, reason } = fateOfKept(role, address === '*', clock.now() - message.at);
          tables.messages.mark([message.id], state, reason);
        }
        return theirs.map(({ id }) => tables.messages.get(id)).filter((message) => message !== null);
      });
      ports.log.write('info', 'people.role', { link, role, origin, at: clock.now() });
      for (const message of changed) events.publish({ kind: 'message', message, added: false });
      events.publish({ kind: 'card', link });
      events.publish({ kind: 'link', link });
      // Nobody else is kicked: already the typing sign would be a word to a stranger.
      const waiting = changed.filter(({ state }) => state === 'waiting');
      for (const conversation of new Set(waiting.map((message) => message.conversation))) kick(conversation);
      return ok(undefined);
    },
    async forget(link, address) {
      await storage.commit((tables) => tables.addresses.remove(link, address));
      events.publish({ kind: 'card', link });
    },
  };
}

/**
 * The owner has decided about this person, so age and pause do not hold kept messages back any more. With a door opened
 * to everyone nobody in particular was meant: then they are taken as if they came in now.
 */
function fateOfKept(
  role: Exclude<Role, 'unknown'>,
  everyone: boolean,
  age: Millis,
): { readonly state: MessageState; readonly reason: Reason | null } {
  if (role === 'blocked') return { state: 'ignored', reason: { code: 'access.blocked' } };
  if (!everyone) return { state: 'waiting', reason: { code: 'access.answer-asked' } };
  return isTooLate(age, role, 'private')
    ? { state: 'late', reason: { code: 'access.late' } }
    : { state: 'waiting', reason: null };
}

function checkRole(links: LinkRegistry, link: LinkId, address: Address, role: Role): Reason | null {
  if (links.row(link) === null) return { code: 'input.not-found', params: { name: link } };
  // Everyone can be a guest, never an owner.
  if (address === '*' && role !== 'guest') return { code: 'input.malformed', params: { name: 'role' } };
  return null;
}

/** `kept` is newest first within a link: the first message of each sender is the last one written. */
function candidatesOf(storage: Storage, kept: readonly MessageRow[]): ReturnType<People['candidates']> {
  const last = new Map<string, MessageRow>();
  for (const message of kept) {
    const sender = `${message.link} ${message.author ?? ''}`;
    if (!last.has(sender)) last.set(sender, message);
  }
  return [...last.values()].flatMap((message) => {
    const address = storage.read.addresses.get(message.link, message.author ?? '');
    return address === null ? [] : [{ address, last: message }];
  });
}
