/**
 * The providers the owner connected and the built-in practice model: rows in the store, keys sealed, adapters loaded
 * when they are first needed.
 */
import { failed, ok, type Result } from '../../lib/result.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { NewProvider, ProviderStatus } from './types.ts';
import type { PooledProvider } from './pool.ts';
import type { Provider, ProviderSeed } from '../model.ts';
import type { ProviderId, Reason } from '../types.ts';
import type { ProviderRow } from './rows.ts';

/** The practice model: built in, needs no key and no network. */
const practiceProvider: ProviderId = 'practice';

interface Entry extends PooledProvider {
  readonly seed: ProviderSeed;
  readonly row: ProviderRow | null;
  keyRefused: boolean;
}

export interface Providers {
  find(id: ProviderId): PooledProvider | null;
  all(): readonly ProviderStatus[];
  save(provider: NewProvider): Promise<Result<ProviderStatus, Reason>>;
  remove(id: ProviderId): Promise<Result<void, Reason>>;
  /** The adapter for something typed in; nothing is stored. */
  draft(provider: NewProvider): Promise<Provider>;
  /** Whether that changed anything. */
  setKeyRefused(id: ProviderId, refused: boolean): boolean;
}

const secretName = (id: ProviderId): string => `provider/${id}/key`;

export function createProviders(ports: GatewayPorts): Providers {
  const entries = new Map<ProviderId, Entry>();
  const enter = (seed: ProviderSeed, row: ProviderRow | null): Entry => {
    const adapter = adapterOf(ports, seed);
    const entry = {
      id: seed.id,
      kind: seed.kind,
      name: seed.name,
      baseUrl: seed.baseUrl,
      local: isLocal(seed),
      seed,
      row,
      keyRefused: false,
      adapter,
    };
    entries.set(seed.id, entry);
    return entry;
  };
  enter({ id: practiceProvider, name: 'Practice', kind: 'practice', baseUrl: '', key: null, compatibility: {} }, null);
  for (const row of ports.storage.read.providers.all()) enter(seedOf(ports, row), row);
  return {
    find: (id) => entries.get(id) ?? null,
    all: () => [...entries.values()].map(statusOf),
    async save(provider) {
      const refused = checkProvider(provider);
      if (refused !== null) return failed(refused);
      const row = await store(ports, provider, entries.get(provider.id)?.row ?? null);
      return ok(statusOf(enter(seedOf(ports, row), row)));
    },
    async remove(id) {
      if (!entries.has(id) || id === practiceProvider) return failed({ code: 'input.not-found', params: { name: id } });
      await ports.storage.commit((tables) => {
        tables.providers.remove(id);
        tables.secrets.remove(secretName(id));
      });
      entries.delete(id);
      return ok(undefined);
    },
    draft: (draft) =>
      ports.createProvider({
        id: draft.id,
        name: draft.name ?? draft.id,
        kind: draft.kind,
        baseUrl: draft.baseUrl.replace(/\/+$/, ''),
        key: draft.key === undefined ? storedKey(ports, draft.id) : draft.key === '' ? null : draft.key,
        compatibility: { ...windowLimit(ports), ...draft.compatibility },
      }),
    setKeyRefused(id, refused) {
      const entry = entries.get(id);
      if (entry === undefined || entry.keyRefused === refused) return false;
      entry.keyRefused = refused;
      return true;
    },
  };
}

function statusOf(entry: Entry): ProviderStatus {
  const { seed, row } = entry;
  return {
    row,
    id: entry.id,
    kind: seed.kind,
    name: entry.name,
    baseUrl: seed.baseUrl,
    keyEnd: seed.key === null ? null : seed.key.slice(-4),
    keyRefused: entry.keyRefused,
    local: entry.local,
  };
}

/** An Ollama server is somebody's own wherever it stands: nobody sells its tokens. */
function isLocal(seed: ProviderSeed): boolean {
  return seed.kind !== 'openai' || isLocalUrl(seed.baseUrl);
}

/** Loopback, link-local and private hosts: what runs there is taken to be the owner's own and to cost nothing. */
export function isLocalUrl(url: string): boolean {
  const host = /^[a-z]+:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return (
    host === 'localhost' ||
    host === '[::1]' ||
    /^\[f(?:[cd][0-9a-f]|e[89ab])[0-9a-f]:/.test(host) ||
    host.endsWith('.local') ||
    host.endsWith('.localhost') ||
    /^(?:(?:127|10)\.\d+|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+$/.test(host)
  );
}

function checkProvider(provider: NewProvider): Reason | null {
  if (provider.id === practiceProvider) return { code: 'input.id-reserved', params: { id: provider.id } };
  if (!/^[a-z0-9-]{1,32}$/.test(provider.id)) return { code: 'input.malformed', params: { name: 'id' } };
  if (!/^https?:\/\/[^\s/]/i.test(provider.baseUrl)) {
    return { code: 'input.url-malformed', params: { url: provider.baseUrl.slice(0, 200) } };
  }
  return null;
}

async function store(ports: GatewayPorts, provider: NewProvider, previous: ProviderRow | null): Promise<ProviderRow> {
  const row: ProviderRow = {
    id: provider.id,
    kind: provider.kind,
    name: provider.name ?? previous?.name ?? provider.id,
    baseUrl: provider.baseUrl.replace(/\/+$/, ''),
    compatibility: provider.compatibility ?? previous?.compatibility ?? {},
    fixedByFile: provider.fixedByFile,
    createdAt: previous?.createdAt ?? ports.clock.now(),
  };
  const name = secretName(row.id);
  const { key } = provider;
  await ports.storage.commit((tables) => {
    tables.providers.put(row);
    if (key === '') tables.secrets.remove(name);
    else if (key !== undefined) tables.secrets.put(name, ports.secrets.seal(name, key));
  });
  return row;
}

function storedKey(ports: GatewayPorts, id: ProviderId): string | null {
  const sealed = ports.storage.read.secrets.get(secretName(id));
  return sealed === null ? null : ports.secrets.open(secretName(id), sealed);
}

function seedOf(ports: GatewayPorts, row: ProviderRow): ProviderSeed {
  const { id, name, kind, baseUrl, compatibility } = row;
  return { id, name, kind, baseUrl, key: storedKey(ports, id), compatibility };
}

/** Another one once the owner has changed how much of a window is used, or he would have to start the program anew. */
function adapterOf(ports: GatewayPorts, seed: ProviderSeed): () => Promise<Provider> {
  const make = (limit: ReturnType<typeof windowLimit>): (() => Promise<Provider>) =>
    once(() => ports.createProvider({ ...seed, compatibility: { ...limit, ...seed.compatibility } }));
  let made = windowLimit(ports);
  let adapter = make(made);
  return () => {
    const limit = windowLimit(ports);
    if (seed.kind === 'ollama' && limit.maxContextTokens !== made.maxContextTokens) {
      made = limit;
      adapter = make(limit);
    }
    return adapter();
  };
}

/** How much of a local model's window is used (Ollama): memory grows with it. */
function windowLimit(ports: GatewayPorts): { readonly maxContextTokens: number } {
  return { maxContextTokens: ports.settings.get('ollama.maxContextTokens') };
}

/** A failed load is not remembered: the next call tries again. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  const attempt = async (): Promise<Value> => {
    try {
      return await make();
    } catch (error) {
      made = null;
      throw error;
    }
  };
  return () => (made ??= attempt());
}
