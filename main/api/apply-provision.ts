/** Brings the gateway to what a provision file says, at each start; see provision.ts. */
import type { FixedCap } from '../gateway/budget/types.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Storage, Tables } from '../gateway/storage.ts';
import type { LinkId, Reason } from '../gateway/types.ts';
import type { PersonaRow } from '../gateway/context/rows.ts';
import type { Result } from '../lib/result.ts';
import type { FixedEntries } from './fixed-entries.ts';
import type { ToolServerDesk } from './ports.ts';
import type { Provision } from './provision.ts';

/** An entry that could not be applied, and why; the others were. */
export interface ProvisionRefusal {
  readonly path: string;
  readonly reason: Reason;
}

type Note = (path: string, result: Result<unknown, Reason>) => void;

/**
 * Providers, personas, links, and what is fixed of caps and tools, before the gateway starts: what is resumed then already
 * runs with what the file says. Also takes the mark "set by the file" from what an earlier file named and this one does not.
 */
export async function applyConnections(
  gateway: Gateway,
  provision: Provision | null,
  fixed: FixedEntries,
): Promise<readonly ProvisionRefusal[]> {
  const refusals: ProvisionRefusal[] = [];
  const note: Note = (path, result) => {
    if (!result.ok) refusals.push({ path, reason: result.failure });
  };
  for (const entry of provision?.providers ?? []) note(entry.path, await applyProvider(gateway, entry));
  for (const entry of provision?.personas ?? []) note(entry.path, await applyPersona(gateway, entry, fixed));
  for (const entry of provision?.links ?? []) {
    const applied = await applyLink(gateway, entry);
    note(entry.path, applied);
    if (applied.ok && !entry.remove) note(`${entry.path}.persona`, await applyLinkPersona(gateway, entry, fixed));
  }
  await releaseOthers(gateway, provision);
  applyCaps(gateway, provision, note);
  applyTools(gateway, provision, note);
  return refusals;
}

/** Servers of tools, each known by its name. What is as the file says already is left to run. */
export async function applyToolServers(
  servers: ToolServerDesk,
  provision: Provision | null,
  fixed: FixedEntries,
): Promise<readonly ProvisionRefusal[]> {
  const refusals: ProvisionRefusal[] = [];
  for (const entry of provision?.mcp ?? []) {
    const known = (await servers.list()).find(({ name }) => name === entry.name);
    const applied = await applyToolServer(servers, entry, known?.id);
    if (!applied.ok) refusals.push({ path: entry.path, reason: applied.failure });
    else if (applied.value !== null) fixed.fix('mcp', applied.value, `mcp.${entry.name}`);
  }
  return refusals;
}

/** Answers its id; null where it was to be removed. */
async function applyToolServer(
  servers: ToolServerDesk,
  entry: Provision['mcp'][number],
  known: string | undefined,
): Promise<Result<string | null, Reason>> {
  if (entry.remove) {
    const removed = known === undefined ? nothing : await servers.remove(known);
    return removed.ok ? nothing : removed;
  }
  const { name, endpoint, enabled } = entry;
  const saved = await servers.save({ ...(known === undefined ? {} : { id: known }), name, endpoint }, enabled);
  return saved.ok ? { ok: true, value: saved.value.id } : saved;
}

/** Roles and groups, after the gateway has started: they let kept messages be answered. */
export async function applyPeople(
  gateway: Gateway,
  storage: Storage,
  provision: Provision | null,
): Promise<readonly ProvisionRefusal[]> {
  const refusals: ProvisionRefusal[] = [];
  const note: Note = (path, result) => {
    if (!result.ok) refusals.push({ path, reason: result.failure });
  };
  for (const entry of provision?.people ?? []) note(entry.path, await applyPerson(gateway, storage, entry));
  for (const entry of provision?.groups ?? []) note(entry.path, await applyGroup(gateway, storage, entry));
  return refusals;
}

async function applyPerson(
  gateway: Gateway,
  storage: Storage,
  { link, address: named, role }: Provision['people'][number],
): Promise<Result<unknown, Reason>> {
  const address = gateway.people.canonical(link, 'private', named);
  const row = storage.read.addresses.get(link, address);
  if (role === null) {
    return row === null
      ? nothing
      : takeAway(gateway, storage, link, ({ addresses }) => addresses.remove(link, address));
  }
  if (row?.role === role && row.origin === 'file') return nothing;
  return gateway.people.setRole(link, address, role, 'file');
}

async function applyGroup(
  gateway: Gateway,
  storage: Storage,
  { link, address: named, answer }: Provision['groups'][number],
): Promise<Result<unknown, Reason>> {
  const address = gateway.people.canonical(link, 'group', named);
  const row = storage.read.groups.get(link, address);
  if (answer === null) {
    return row === null ? nothing : takeAway(gateway, storage, link, ({ groups }) => groups.remove(link, address));
  }
  if (row?.answer === answer && row.origin === 'file') return nothing;
  return gateway.people.setGroup(link, address, answer, 'file');
}

const nothing = { ok: true, value: null } as const;

/** Only the decision: what was said is kept. A line of a file, read at each start, is not the place to erase it. */
async function takeAway(
  gateway: Gateway,
  storage: Storage,
  link: LinkId,
  work: (tables: Tables) => void,
): Promise<Result<unknown, Reason>> {
  await storage.commit(work);
  gateway.events.publish({ kind: 'card', link });
  gateway.events.publish({ kind: 'link', link });
  return nothing;
}

async function applyProvider(
  gateway: Gateway,
  entry: Provision['providers'][number],
): Promise<Result<unknown, Reason>> {
  const { models } = gateway;
  const known = models.providers().some(({ id }) => id === entry.id);
  if (entry.remove) return known ? models.removeProvider(entry.id) : { ok: true, value: null };
  const { id, kind, name, baseUrl, key, compatibility } = entry;
  const wanted = { id, kind, name, baseUrl, key, fixedByFile: true };
  return models.saveProvider(compatibility === undefined ? wanted : { ...wanted, compatibility });
}

async function applyLink(gateway: Gateway, entry: Provision['links'][number]): Promise<Result<unknown, Reason>> {
  const { links } = gateway;
  const known = links.get(entry.id);
  if (entry.remove) return known === null ? { ok: true, value: null } : links.remove(entry.id);
  const { id } = entry;
  if (known !== null && known.row.kind !== entry.kind) {
    return { ok: false, failure: { code: 'input.id-taken', params: { id } } };
  }
  if (known === null) {
    const added = await addLink(gateway, entry);
    if (!added.ok) return added;
  }
  return links.update(id, changesOf(entry));
}

type LinkEntry = Extract<Provision['links'][number], { readonly remove: false }>;

async function addLink({ links }: Gateway, entry: LinkEntry): Promise<Result<unknown, Reason>> {
  const { id } = entry;
  if (entry.kind === 'whatsapp') {
    const { server = { apiRoot: null, serverKey: null } } = entry;
    return links.add({ id, kind: 'whatsapp', fixedByFile: true, ...server });
  }
  const { token, apiRoot = null } = entry;
  if (token === undefined) return { ok: false, failure: { code: 'link.token-malformed', params: { link: id } } };
  return links.add({ id, kind: 'telegram', secret: token, apiRoot, fixedByFile: true });
}

/** What the entry names; the rest is left alone. */
function changesOf(entry: LinkEntry): Parameters<Gateway['links']['update']>[1] {
  const { enabled } = entry;
  const common = { fixedByFile: true, ...(enabled === undefined ? {} : { enabled }) };
  if (entry.kind === 'whatsapp') {
    const { server, mode } = entry;
    return { ...common, ...server, ...(mode === undefined ? {} : { mode, modeByFile: true }) };
  }
  const { token, apiRoot } = entry;
  return {
    ...common,
    ...(token === undefined ? {} : { secret: token }),
    ...(apiRoot === undefined ? {} : { apiRoot }),
  };
}

/** Known by its name, as the owner knows it. */
async function applyPersona(
  { personas }: Gateway,
  entry: Provision['personas'][number],
  fixed: FixedEntries,
): Promise<Result<unknown, Reason>> {
  const { name } = entry;
  const known = personas.all().find((persona) => persona.name === name);
  if (entry.remove) return known === undefined ? nothing : personas.remove(known.id);
  const saved: Result<PersonaRow, Reason> =
    known?.text === entry.text
      ? { ok: true, value: known }
      : await personas.save({ id: known?.id ?? null, name, text: entry.text });
  if (saved.ok) fixed.fix('personas', saved.value.id, `personas.${name}`);
  return saved;
}

async function applyLinkPersona(
  { links, personas }: Gateway,
  { id, persona: name }: LinkEntry,
  fixed: FixedEntries,
): Promise<Result<unknown, Reason>> {
  if (name === undefined) return nothing;
  const persona = personas.all().find((each) => each.name === name)?.id ?? null;
  if (name !== null && persona === null) return notFound(name);
  fixed.fix('links.persona', id, `links.${id}.persona`);
  return links.get(id)?.row.persona === persona ? nothing : personas.chooseForLink(id, persona);
}

/** A cap of what is not there would hold nothing, and its owner would believe that it does. */
function applyCaps({ budget, links, models, people }: Gateway, provision: Provision | null, note: Note): void {
  const caps = (provision?.caps ?? []).flatMap((cap): readonly FixedCap[] => {
    const { about } = cap;
    const there =
      about.kind === 'provider' ? models.providers().some(({ id }) => id === about.id) : links.get(about.link) !== null;
    if (!there) {
      note(cap.as, notFound(about.kind === 'provider' ? about.id : about.link));
      return [];
    }
    if (about.kind === 'provider') return [cap];
    return [{ ...cap, about: { ...about, chat: people.canonical(about.link, 'private', about.chat) } }];
  });
  budget.fixCaps(caps);
}

/** Between the name of a server and that of its tool; servers come later, and tools of theirs may come at any time. */
const ofServer = '__';

function applyTools({ tools }: Gateway, provision: Provision | null, note: Note): void {
  const own = new Set(tools.list().map(({ tool }) => tool.description.name));
  const permissions = [...(provision?.tools ?? [])].filter(([name]) => {
    const known = own.has(name) || name.includes(ofServer);
    if (!known) note(`tools.${name}`, notFound(name));
    return known;
  });
  tools.fix(new Map(permissions));
}

function notFound(name: string): { readonly ok: false; readonly failure: Reason } {
  return { ok: false, failure: { code: 'input.not-found', params: { name } } };
}

async function releaseOthers(gateway: Gateway, provision: Provision | null): Promise<void> {
  const named = (entries: readonly { readonly id: string }[] | undefined, id: string): boolean =>
    entries?.some((entry) => entry.id === id) === true;
  for (const { row } of gateway.links.all()) {
    if (row.fixedByFile && !named(provision?.links, row.id)) await gateway.links.update(row.id, { fixedByFile: false });
  }
  for (const { row } of gateway.models.providers()) {
    if (row === null || !row.fixedByFile || named(provision?.providers, row.id)) continue;
    const { id, kind, name, baseUrl } = row;
    await gateway.models.saveProvider({ id, kind, name, baseUrl, key: undefined, fixedByFile: false });
  }
}
