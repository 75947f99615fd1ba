/** People and groups: who is what on each link, and what follows when the owner says so. */
import { failed, ok, type Result } from '../../lib/result.ts';
import { isAccount, ownersOf, ownRole, roleOf } from './access.ts';
import { canonicalAddress, canonicalGroup } from './addresses.ts';
import { carryOut, type Decision, type TurnControl } from './decision.ts';
import { allowKept, giveGroup, giveRole, privateChats } from './decisions.ts';
import type { Events } from '../events.ts';
import { forgetConversations } from './forgetting.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { People } from './types.ts';
import type { LinkRegistry } from '../links/links.ts';
import type { Tables } from '../storage.ts';
import type { Address, AddressRow, LinkId, LinkRow, Reason, Role } from '../types.ts';

export function createPeople(ports: GatewayPorts, events: Events, links: LinkRegistry, turns: TurnControl): People {
  const { storage, clock, log } = ports;
  const done = (made: Decision): Result<void, Reason> => {
    carryOut({ read: storage.read, events, turns }, made);
    return ok(undefined);
  };
  const ofLinks = <Row>(rows: (link: LinkId) => readonly Row[]): readonly Row[] =>
    links.all().flatMap(({ row }) => rows(row.id));
  return {
    role(link, address) {
      const row = links.row(link);
      return row === null ? 'unknown' : roleOf(storage.read, row, canonicalAddress(row.kind, address));
    },
    canonical(link, kind, typed) {
      const platform = links.row(link)?.kind ?? 'window';
      return kind === 'group' ? canonicalGroup(platform, typed) : canonicalAddress(platform, typed);
    },
    hasOwner(link) {
      const row = links.row(link);
      return row !== null && (row.kind === 'window' || row.kind === 'api' || ownersOf(storage.read, row).length > 0);
    },
    everyone: () => links.all().flatMap(({ row }) => peopleOf(storage.read, row)),
    groups: () => ofLinks((link) => storage.read.groups.ofLink(link)),
    async setGroup(link, chat, answer, origin) {
      const row = links.row(link);
      if (row === null) return failed(notFound(link));
      const named = canonicalGroup(row.kind, chat);
      const made = await storage.commit((tables) => giveGroup(tables, row, named, answer, origin, clock.now()));
      log.write('info', 'people.group', { link, answer, origin });
      return done(made);
    },
    async allowOnce(link, named) {
      const row = links.row(link);
      if (row === null) return failed(notFound(link));
      const address = canonicalAddress(row.kind, named);
      const made = await storage.commit((tables) => allowKept(tables, row, address));
      return made === null ? failed(notFound(named)) : done(made);
    },
    async setRole(link, named, role, origin) {
      const row = links.row(link);
      if (row === null) return failed(notFound(link));
      const address = canonicalAddress(row.kind, named);
      const refused = checkRole(row, address, role);
      if (refused !== null) return failed(refused);
      // Nothing is noted of what holds anyway, or it would still hold when another account is linked.
      if (isAccount(row, address)) return ok(undefined);
      const made = await storage.commit((tables) => giveRole(tables, row, address, role, origin, clock.now()));
      log.write('info', 'people.role', { link, role, origin });
      return done(made);
    },
    forget: (link, address) =>
      forget(ports, events, turns, link, canonicalAddress(links.row(link)?.kind ?? 'window', address)),
  };
}

/**
 * Everyone can be a guest, never an owner; and whoever is not to be answered is simply not allowed. Of the account that is
 * linked nobody takes the owner away.
 */
function checkRole(link: LinkRow, address: Address, role: Role): Reason | null {
  const wrong = (address === '*' && role !== 'guest') || (isAccount(link, address) && role !== 'owner');
  return wrong ? { code: 'input.malformed', params: { name: 'role' } } : null;
}

/** With the roles as they hold, not as the rows say. */
export function peopleOf(tables: Pick<Tables, 'addresses'>, link: LinkRow): readonly AddressRow[] {
  return tables.addresses.ofLink(link.id).map((row) => ({ ...row, role: ownRole(tables, link, row.address) }));
}

async function forget(
  ports: GatewayPorts,
  events: Events,
  turns: TurnControl,
  link: LinkId,
  address: Address,
): Promise<Result<void, Reason>> {
  const { read } = ports.storage;
  const theirs = (tables: Tables) => privateChats(tables, link, address);
  if (theirs(read).length === 0 && read.addresses.get(link, address) === null) return failed(notFound(address));
  const chats = await forgetConversations(ports, events, turns, theirs, (tables) => {
    tables.addresses.remove(link, address);
  });
  ports.log.write('info', 'people.forgotten', { link, conversations: chats.length });
  events.publish({ kind: 'card', link });
  events.publish({ kind: 'link', link });
  return ok(undefined);
}

function notFound(name: string): Reason {
  return { code: 'input.not-found', params: { name } };
}
