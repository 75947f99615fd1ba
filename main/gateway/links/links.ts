/** The links of this gateway. One bad link never stops the others. */
import { failed, ok, type Result } from '../../lib/result.ts';
import type { LinkState } from '../channel.ts';
import type { Clock } from '../clock.ts';
import { carryOut, type TurnControl } from '../access/decision.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Links, LinkStatus, NewLink } from './types.ts';
import { changeMode, forgetMode } from '../access/link-mode.ts';
import { isUnpaired, linkSecret, LinkSupervisor, type ReceiveFromLink } from './supervisor.ts';
import type { LinkId, LinkKind, LinkRow, Millis, Reason } from '../types.ts';

export interface LinkRegistry extends Links {
  /** Starts every link that is on; `receive` resolves once a batch is durable. */
  start(receive: ReceiveFromLink): Promise<void>;
  stop(): Promise<void>;
  row(id: LinkId): LinkRow | null;
  /** A message came in or went out: evidence for the window. */
  noteIn(id: LinkId): void;
  noteOut(id: LinkId): void;
}

const builtIn: readonly { readonly id: LinkId; readonly kind: LinkKind; readonly name: string }[] = [
  { id: 'window', kind: 'window', name: 'Window' },
  { id: 'api', kind: 'api', name: 'API' },
];

/** A busy link tells the window of its traffic this often at most. */
const tellEvery: Millis = 500;

/** `turns`: a change of whom a link answers ends what runs. `onUp` is called each time a link has come up. */
export function createLinks(
  ports: GatewayPorts,
  events: Events,
  turns: TurnControl,
  onUp: (id: LinkId) => void,
): LinkRegistry {
  const { storage, clock } = ports;
  const links = new Map<LinkId, LinkSupervisor>();
  const running: { receive: ReceiveFromLink | null } = { receive: null };
  const enter = (row: LinkRow): LinkSupervisor => {
    const link = new LinkSupervisor(ports, row, (id, cameUp) => {
      events.publish({ kind: 'link', link: id });
      if (cameUp) onUp(id);
    });
    links.set(row.id, link);
    return link;
  };
  for (const row of storage.read.links.all()) enter(row);
  const telling = createTelling(ports.clock, events);

  return {
    all: () => [...links.values()].map((link) => link.status()),
    get: (id) => links.get(id)?.status() ?? null,
    row: (id) => links.get(id)?.row ?? null,
    inTrouble: () => [...links.values()].some((link) => isInTrouble(link.status())),
    channel: (id) => links.get(id)?.channel ?? null,
    noteIn(id) {
      const link = links.get(id);
      if (link === undefined) return;
      link.lastInAt = clock.now();
      telling.soon(id);
    },
    noteOut(id) {
      const link = links.get(id);
      if (link === undefined) return;
      link.lastOutAt = clock.now();
      telling.soon(id);
    },
    reconnect: (id, why) => links.get(id)?.channel?.reconnect(why),
    async removeObstacle(id, signal) {
      const channel = links.get(id)?.channel;
      return channel?.removeObstacle === undefined ? failed(notFound(id)) : channel.removeObstacle(signal);
    },
    async start(receive) {
      running.receive = receive;
      const missing = builtIn.filter(({ id }) => !links.has(id)).map((link) => enter(newRow(link, clock.now())));
      if (missing.length > 0) await storage.commit((tables) => missing.forEach(({ row }) => tables.links.put(row)));
      await Promise.all([...links.values()].map((link) => link.begin(receive)));
    },
    async stop() {
      running.receive = null;
      telling[Symbol.dispose]();
      await Promise.all([...links.values()].map((link) => link.end()));
    },
    ...ownersSide({ ports, events, turns, links, running, enter }),
  };
}

/** Tells of a busy link now and then. */
function createTelling(clock: Clock, events: Events): Disposable & { soon(id: LinkId): void } {
  const timers = new Map<LinkId, Disposable>();
  return {
    soon(id) {
      if (timers.has(id)) return;
      const tell = (): void => {
        timers.delete(id);
        events.publish({ kind: 'link', link: id });
      };
      timers.set(id, clock.after(tellEvery, tell));
    },
    [Symbol.dispose]() {
      for (const timer of timers.values()) timer[Symbol.dispose]();
    },
  };
}

interface Registry {
  readonly ports: GatewayPorts;
  readonly events: Events;
  readonly turns: TurnControl;
  readonly links: Map<LinkId, LinkSupervisor>;
  readonly running: { readonly receive: ReceiveFromLink | null };
  readonly enter: (row: LinkRow) => LinkSupervisor;
}

type OwnersSide = Pick<Links, 'add' | 'update' | 'remove' | 'pair' | 'cancelPairing'>;

function ownersSide(registry: Registry): OwnersSide {
  const { ports, links, running, enter } = registry;
  const { storage, clock, secrets } = ports;
  return {
    ...pairing(registry),
    async add(link) {
      const refused = checkNew(link, links.has(link.id));
      if (refused !== null) return failed(refused);
      const row: LinkRow = {
        ...newRow({ id: link.id, kind: link.kind, name: link.id }, clock.now()),
        apiRoot: withoutSlash(link.apiRoot),
        serverKey: link.kind === 'whatsapp' ? link.serverKey : null,
        // A link that is paired begins when it is.
        linkedAt: link.kind === 'whatsapp' ? null : clock.now(),
        fixedByFile: link.fixedByFile,
      };
      await storage.commit((tables) => {
        tables.links.put(row);
        if (link.kind === 'whatsapp') return;
        tables.secrets.put(linkSecret(row.id), secrets.seal(linkSecret(row.id), link.secret));
      });
      const supervisor = enter(row);
      if (running.receive !== null) await supervisor.begin(running.receive);
      return ok(row);
    },
    update: (id, change) => updateLink(registry, id, change),
    async remove(id) {
      const link = links.get(id);
      if (link === undefined || isBuiltIn(id)) return failed(notFound(id));
      await link.channel?.signOut?.();
      await link.end();
      await removeLink(registry, id);
      return ok(undefined);
    },
  };
}

/** Changes what differs; only another server, account or switch begins the connection anew. */
async function updateLink(
  { ports, events, turns, links, running }: Registry,
  id: LinkId,
  { secret, modeByFile, ...fields }: Parameters<Links['update']>[1],
): Promise<Result<LinkRow, Reason>> {
  const { storage, clock, secrets } = ports;
  const link = links.get(id);
  if (link === undefined) return failed(notFound(id));
  if (fields.mode !== undefined && link.row.kind !== 'whatsapp') {
    return failed({ code: 'input.malformed', params: { name: 'mode' } });
  }
  if (fields.mode !== undefined && modeByFile !== true && link.modeByFile) return failed(modeIsFixed(id));
  link.modeByFile ||= modeByFile === true;
  const before = link.row;
  const apiRoot = fields.apiRoot === undefined ? before.apiRoot : withoutSlash(fields.apiRoot);
  // What was learnt about one server says nothing about another.
  const capabilities = apiRoot === before.apiRoot ? before.capabilities : {};
  const made = await storage.commit((tables) => {
    const row = { ...link.row, ...fields, apiRoot, capabilities };
    tables.links.put(row);
    if (secret !== undefined) tables.secrets.put(linkSecret(id), secrets.seal(linkSecret(id), secret));
    return changeMode(tables, before, row, clock.now());
  });
  link.row = { ...link.row, ...fields, apiRoot, capabilities };
  if (before.mode !== link.row.mode) {
    ports.log.write('info', 'link.mode', { link: id, mode: link.row.mode });
    carryOut({ read: storage.read, events, turns }, made);
  }
  const same =
    secret === undefined &&
    before.apiRoot === link.row.apiRoot &&
    before.serverKey === link.row.serverKey &&
    before.enabled === link.row.enabled;
  if (!same && running.receive !== null) {
    await link.end();
    await link.begin(running.receive);
  }
  events.publish({ kind: 'link', link: id });
  return ok(link.row);
}

/** The link is gone with what was decided on it, so that another one of its name inherits nothing. */
async function removeLink({ ports, events, turns, links }: Registry, id: LinkId): Promise<void> {
  const running = await ports.storage.commit((tables) => {
    tables.links.remove(id);
    tables.secrets.remove(linkSecret(id));
    forgetMode(tables, id);
    return tables.turns.running().filter(({ link }) => link === id);
  });
  for (const { conversation } of running) void turns.cut(conversation);
  await ports.identities.remove(id);
  links.delete(id);
  events.publish({ kind: 'link-removed', link: id });
}

function pairing(registry: Registry): Pick<Links, 'pair' | 'cancelPairing'> {
  const { links } = registry;
  return {
    pair(id, request) {
      const channel = links.get(id)?.channel;
      if (channel?.pair === undefined) return failed(notFound(id));
      channel.pair(request);
      return ok(undefined);
    },
    async cancelPairing(id) {
      const link = links.get(id);
      if (link?.channel?.cancelPairing === undefined) return failed(notFound(id));
      await link.channel.cancelPairing();
      // Nothing was ever behind it: what a cancelled pairing leaves behind is nothing.
      if (link.row.account !== null || link.row.fixedByFile) return ok(undefined);
      await link.end();
      await removeLink(registry, id);
      return ok(undefined);
    },
  };
}

function newRow(link: { readonly id: LinkId; readonly kind: LinkKind; readonly name: string }, now: Millis): LinkRow {
  return {
    ...link,
    account: null,
    handle: null,
    enabled: true,
    apiRoot: null,
    serverKey: null,
    mode: link.kind === 'whatsapp' ? 'only-me' : 'people',
    device: null,
    language: null,
    linkedAt: null,
    capabilities: {},
    pausedUntil: null,
    persona: null,
    fixedByFile: false,
    createdAt: now,
  };
}

const troubles: readonly LinkState['kind'][] = ['retrying', 'signed-out', 'conflict'];

function isInTrouble({ row, state }: LinkStatus): boolean {
  return row.enabled && troubles.includes(state.kind) && !isUnpaired(row, state);
}

function modeIsFixed(id: LinkId): Reason {
  return { code: 'settings.fixed-by-file', params: { key: `links.${id}.mode` } };
}

function checkNew(link: NewLink, taken: boolean): Reason | null {
  if (isBuiltIn(link.id)) return { code: 'input.id-reserved', params: { id: link.id } };
  if (!/^[a-z0-9-]{1,32}$/.test(link.id)) return { code: 'input.malformed', params: { name: 'id' } };
  return taken ? { code: 'input.id-taken', params: { id: link.id } } : null;
}

function isBuiltIn(id: LinkId): boolean {
  return builtIn.some((link) => link.id === id);
}

function withoutSlash(url: string | null): string | null {
  return url === null ? null : url.replace(/\/+$/, '');
}

function notFound(id: LinkId): Reason {
  return { code: 'input.not-found', params: { name: id } };
}
