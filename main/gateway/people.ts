/** Roles, and the question "is this you?" about those who wrote and are not known. */
import { failed, ok } from '../lib/result.ts';
import { roleOf } from './access.ts';
import type { Events } from './events.ts';
import type { GatewayPorts, People } from './gateway.ts';
import type { LinkRegistry } from './links.ts';
import type { Address, ConversationId, LinkId, MessageRow, MessageState, Reason, Role } from './types.ts';

/** So many kept messages of a link are looked through for candidates. */
const keptLimit = 500;

/** `kick` is called for conversations whose kept messages may now be answered. */
export function createPeople(
  ports: GatewayPorts,
  events: Events,
  links: LinkRegistry,
  kick: (conversation: ConversationId) => void,
): People {
  const { storage, clock } = ports;
  const kept = (link: LinkId): readonly MessageRow[] => storage.read.messages.setAside(link, 'kept', keptLimit);
  return {
    role(link, address) {
      const row = links.row(link);
      return row === null ? 'unknown' : roleOf(storage.read, row, address);
    },
    candidates() {
      const newest = new Map<string, MessageRow>();
      for (const { row } of links.all()) {
        for (const message of kept(row.id)) newest.set(`${row.id} ${message.author ?? ''}`, message);
      }
      return [...newest.values()].flatMap((last) => {
        const address = storage.read.addresses.get(last.link, last.author ?? '');
        return address === null ? [] : [{ address, last }];
      });
    },
    async setRole(link, address, role, origin) {
      const refused = checkRole(links, link, address, role);
      if (refused !== null) return failed(refused);
      const changed = await storage.commit((tables) => {
        const known = tables.addresses.get(link, address);
        const { person, name, lastSeenAt } = known ?? { person: null, name: address, lastSeenAt: null };
        tables.addresses.put({ link, address, person, name, role, origin, lastSeenAt });
        const theirs = tables.messages
          .setAside(link, 'kept', keptLimit)
          .filter((message) => message.author === address);
        const { state, reason } = fateOfKept(role);
        tables.messages.mark(
          theirs.map(({ id }) => id),
          state,
          reason,
        );
        return theirs.map(({ id }) => tables.messages.get(id)).filter((message) => message !== null);
      });
      ports.log.write('info', 'people.role', { link, role, origin, at: clock.now() });
      for (const message of changed) events.publish({ kind: 'message', message, added: false });
      events.publish({ kind: 'card', link });
      events.publish({ kind: 'link', link });
      for (const conversation of new Set(changed.map((message) => message.conversation))) kick(conversation);
      return ok(undefined);
    },
    async forget(link, address) {
      await storage.commit((tables) => tables.addresses.remove(link, address));
      events.publish({ kind: 'card', link });
    },
  };
}

/** The owner has decided, so age and pause do not hold kept messages back any more. */
function fateOfKept(role: Exclude<Role, 'unknown'>): { readonly state: MessageState; readonly reason: Reason } {
  return role === 'blocked'
    ? { state: 'ignored', reason: { code: 'access.blocked' } }
    : { state: 'waiting', reason: { code: 'access.answer-asked' } };
}

function checkRole(links: LinkRegistry, link: LinkId, address: Address, role: Role): Reason | null {
  if (links.row(link) === null) return { code: 'input.not-found', params: { name: link } };
  // Everyone can be a guest, never an owner.
  if (address === '*' && role !== 'guest') return { code: 'input.malformed', params: { name: 'role' } };
  return null;
}
