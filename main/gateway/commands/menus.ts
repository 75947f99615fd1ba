/**
 * The menus of commands that platforms show: the owners' list in owners' private chats, the guests' list in those of
 * guests, and for all others the guests' list only where everyone may write. Only what differs from what was announced
 * before goes out. A platform without menus: nothing.
 */
import { isNoneOfOurs } from '../access/access.ts';
import { commandList } from './commands.ts';
import type { CommandMenu } from '../channel.ts';
import { digest } from '../../lib/digest.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { LinkRegistry } from '../links/links.ts';
import { describeError } from '../log.ts';
import { peopleOf } from '../access/people.ts';
import type { Tables } from '../storage.ts';
import type { LinkId, LinkRow } from '../types.ts';

/** Guests whose chats get a menu of their own. */
const mostChats = 100;
/** Stands for "all others" among the chats. */
const others = '*';

export interface CommandMenus {
  start(): void;
  /** Announces nothing more; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

export function createCommandMenus(
  ports: GatewayPorts,
  events: Events,
  links: Pick<LinkRegistry, 'all' | 'get' | 'channel'>,
): CommandMenus {
  const undo = new DisposableStack();
  /** Links that are up, each with the language of its own that its menus were announced in. */
  const up = new Map<LinkId, string | null>();
  const ended = { yes: false };
  let queue: Promise<void> = Promise.resolve();
  const announce = (link: LinkId): void => {
    queue = queue.then(async () => {
      try {
        if (!ended.yes) await announceTo(ports, links, link);
      } catch (error) {
        // The menus are a convenience; they are announced again when the link comes up next.
        ports.log.write('warn', 'menus.not-announced', { link, error: describeError(error) });
      }
    });
  };
  /** Whether it came up, or speaks another language than before. */
  const isDue = (id: LinkId): boolean => {
    const link = links.get(id);
    const known = up.get(id);
    if (link?.state.kind !== 'up') {
      up.delete(id);
      return false;
    }
    up.set(id, link.row.language);
    return known !== link.row.language;
  };
  return {
    start() {
      undo.use(
        events.subscribe((event) => {
          if (event.kind === 'link' && isDue(event.link)) announce(event.link);
          if (event.kind === 'card') announce(event.link);
          if (event.kind === 'setting' && event.key === 'language') for (const link of up.keys()) announce(link);
        }),
      );
      for (const { row } of links.all()) if (isDue(row.id)) announce(row.id);
    },
    async stop() {
      undo.dispose();
      ended.yes = true;
      await queue;
    },
  };
}

async function announceTo(
  { storage, sentences }: GatewayPorts,
  links: Pick<LinkRegistry, 'get' | 'channel'>,
  id: LinkId,
): Promise<void> {
  const link = links.get(id);
  const channel = links.channel(id);
  if (link?.state.kind !== 'up' || channel?.announceCommands === undefined) return;
  const before = announcedBefore(storage.read, id);
  const wanted = new Map(
    wantedMenus(storage.read, link.row, {
      owner: commandList('owner', sentences, link.row.language),
      guest: commandList('guest', sentences, link.row.language),
    }),
  );
  for (const chat of before.keys()) if (!wanted.has(chat)) wanted.set(chat, []);
  // There are only a few lists, however many chats.
  const ofList = new Map([...new Set(wanted.values())].map((list) => [list, digestOf(link.row, list)]));
  const digests = new Map([...wanted].map(([chat, list]) => [chat, ofList.get(list)]));
  const changed = [...wanted].filter(([chat]) => before.get(chat) !== digests.get(chat));
  if (changed.length === 0) return;
  await channel.announceCommands(
    changed.map(([chat, list]) => ({ chat: chat === others ? null : chat, commands: list })),
  );
  const kept = [...digests].filter(([chat]) => chat === others || wanted.get(chat)?.length !== 0);
  await storage.note((tables) => tables.facts.put(factOf(id), Object.fromEntries(kept)));
}

type Lists = Readonly<Record<'owner' | 'guest', CommandMenu['commands']>>;

/** A private chat is called like the person's address; who never wrote has none. */
function wantedMenus(
  tables: Pick<Tables, 'addresses'>,
  link: LinkRow,
  lists: Lists,
): readonly (readonly [string, CommandMenu['commands']])[] {
  const rows = peopleOf(tables, link).filter(({ address }) => !isNoneOfOurs(link, address));
  const everyone = rows.some(({ address, role }) => address === '*' && role === 'guest');
  const chats = rows
    .filter(({ address, lastSeenAt }) => address !== '*' && lastSeenAt !== null)
    .flatMap(({ address, role }) => (role === 'owner' || role === 'guest' ? [[address, lists[role]] as const] : []));
  const owners = chats.filter(([, list]) => list === lists.owner);
  // By address, not by who wrote last: or with more guests than menus each message would exchange two of them.
  const guests = chats.filter(([, list]) => list === lists.guest).toSorted(([one], [two]) => (one < two ? -1 : 1));
  return [...owners, ...guests.slice(0, mostChats), [others, everyone ? lists.guest : []]];
}

/** A new account behind the link knows no menus yet. */
function digestOf({ account }: LinkRow, list: CommandMenu['commands']): string {
  return digest(JSON.stringify([account, list]));
}

const factOf = (link: LinkId): string => `menus/${link}`;

function announcedBefore(tables: Pick<Tables, 'facts'>, link: LinkId): ReadonlyMap<string, string> {
  const stored = tables.facts.get(factOf(link));
  if (typeof stored !== 'object' || stored === null) return new Map();
  return new Map(Object.entries(stored).flatMap(([chat, of]) => (typeof of === 'string' ? [[chat, of] as const] : [])));
}
