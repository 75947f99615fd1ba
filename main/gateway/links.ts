/** The links of this gateway. One bad link never stops the others. */
import { failed, ok } from '../lib/result.ts';
import type { Events } from './events.ts';
import type { GatewayPorts, Links, NewLink } from './gateway.ts';
import { linkSecret, LinkSupervisor, type ReceiveFromLink } from './link-supervisor.ts';
import type { LinkId, LinkKind, LinkRow, Millis, Reason } from './types.ts';

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

/** `onUp` is called each time a link has come up. */
export function createLinks(ports: GatewayPorts, events: Events, onUp: (id: LinkId) => void): LinkRegistry {
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
  const telling = new Map<LinkId, Disposable>();
  const tellSoon = (id: LinkId): void => {
    if (telling.has(id)) return;
    const tell = (): void => {
      telling.delete(id);
      events.publish({ kind: 'link', link: id });
    };
    telling.set(id, clock.after(tellEvery, tell));
  };

  return {
    all: () => [...links.values()].map((link) => link.status()),
    get: (id) => links.get(id)?.status() ?? null,
    row: (id) => links.get(id)?.row ?? null,
    channel: (id) => links.get(id)?.channel ?? null,
    noteIn(id) {
      const link = links.get(id);
      if (link === undefined) return;
      link.lastInAt = clock.now();
      tellSoon(id);
    },
    noteOut(id) {
      const link = links.get(id);
      if (link === undefined) return;
      link.lastOutAt = clock.now();
      tellSoon(id);
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
      for (const timer of telling.values()) timer[Symbol.dispose]();
      await Promise.all([...links.values()].map((link) => link.end()));
    },
    ...ownersSide({ ports, events, links, running, enter }),
  };
}

interface Registry {
  readonly ports: GatewayPorts;
  readonly events: Events;
  readonly links: Map<LinkId, LinkSupervisor>;
  readonly running: { readonly receive: ReceiveFromLink | null };
  readonly enter: (row: LinkRow) => LinkSupervisor;
}

type OwnersSide = Pick<Links, 'add' | 'update' | 'remove' | 'pair' | 'cancelPairing'>;

function ownersSide(registry: Registry): OwnersSide {
  const { ports, events, links, running, enter } = registry;
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
        linkedAt: clock.now(),
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
    async update(id, { secret, ...fields }) {
      const link = links.get(id);
      if (link === undefined) return failed(notFound(id));
      const before = link.row;
      const apiRoot = fields.apiRoot === undefined ? before.apiRoot : withoutSlash(fields.apiRoot);
      // What was learnt about one server says nothing about another.
      const capabilities = apiRoot === before.apiRoot ? before.capabilities : {};
      await storage.commit((tables) => {
        tables.links.put({ ...link.row, ...fields, apiRoot, capabilities });
        if (secret !== undefined) tables.secrets.put(linkSecret(id), secrets.seal(linkSecret(id), secret));
      });
      link.row = { ...link.row, ...fields, apiRoot, capabilities };
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
    },
    async remove(id) {
      const link = links.get(id);
      if (link === undefined || isBuiltIn(id)) return failed(notFound(id));
      await link.channel?.signOut?.();
      await link.end();
      await storage.commit((tables) => {
        tables.links.remove(id);
        tables.secrets.remove(linkSecret(id));
      });
      await ports.identities.remove(id);
      links.delete(id);
      events.publish({ kind: 'link-removed', link: id });
      return ok(undefined);
    },
  };
}

function pairing({ ports, events, links }: Registry): Pick<Links, 'pair' | 'cancelPairing'> {
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
      await ports.storage.commit((tables) => tables.links.remove(id));
      await ports.identities.remove(id);
      links.delete(id);
      events.publish({ kind: 'link-removed', link: id });
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
    fixedByFile: false,
    createdAt: now,
  };
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
