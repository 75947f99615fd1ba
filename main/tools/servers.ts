/**
 * Servers of tools as the owner keeps them: rows in the store, secrets sealed beside them, and what runs of them. The
 * client and the library behind it are loaded when the first server is stored; until then nothing of them exists.
 */
import type {
  McpLogLineView,
  McpServerDraft,
  McpServerView,
  McpStateView,
} from '../../preload/contract/agent-views.ts';
import type { Clock, Ids } from '../gateway/clock.ts';
import { describeError, type Log } from '../gateway/log.ts';
import type { SecretBox } from '../gateway/secrets.ts';
import type { Storage } from '../gateway/storage.ts';
import type { Tool, ToolServerId, ToolServerRow } from '../gateway/tool.ts';
import type { Reason } from '../gateway/types.ts';
import { assertNever } from '../lib/assert-never.ts';
import { subject } from '../lib/observable.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { secretName, type McpHost, type McpServers, type McpState, type McpStatus } from './mcp/types.ts';
import { historyAfter, historyView, type History } from './server-history.ts';
import { createOffers, offerKey } from './offers.ts';
import { Once } from './once.ts';
import {
  clearValues,
  isStored,
  sealedRow,
  secretNames,
  storedEndpoint,
  typedEndpoint,
  valueViews,
  whereOf,
  type ClearValue,
  type Vault,
} from './server-values.ts';

/** What fixes one is no business of those who run it. */
type ServerStatus = Omit<McpServerView, 'fixedByFile'>;

export interface ServerDeps {
  readonly storage: Pick<Storage, 'read' | 'commit' | 'note'>;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** See `McpDeps`. */
  readonly fetch: typeof fetch;
  readonly version: string;
  readonly host: McpHost;
}

export class ToolServers implements AsyncDisposable {
  /** What the servers offer; see `McpServers.tools`. */
  readonly tools = subject<readonly Tool[]>([]);
  readonly #deps: ServerDeps;
  readonly #vault: Vault;
  readonly #changed: () => void;
  readonly #opened: Once<McpServers>;
  readonly #histories = new Map<ToolServerId, History>();
  /** One change after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #ended: Promise<void> | null = null;

  /** @param changed called after each change of a server, of its state or of what it offers */
  constructor(deps: ServerDeps, changed: () => void) {
    this.#deps = deps;
    this.#vault = { secrets: deps.secrets, read: deps.storage.read };
    this.#changed = changed;
    this.#opened = new Once(() => this.#open());
  }

  /**
   * Starts what is stored and switched on; loads nothing when nothing is stored. Resolves when what they offered last is
   * known, without waiting for any of them.
   */
  async start(): Promise<void> {
    const { log, storage } = this.#deps;
    if (storage.read.toolServers.all().length === 0) return;
    try {
      await this.#opened.get();
    } catch (error) {
      log.write('error', 'mcp.bug', { error: describeError(error) });
    }
  }

  async list(): Promise<readonly ServerStatus[]> {
    const rows = this.#deps.storage.read.toolServers.all();
    if (rows.length === 0) return [];
    const statuses = this.#ended === null ? (await this.#opened.get()).servers.value : [];
    return rows.map((row) => this.#view(row, statuses));
  }

  /**
   * Stores a server and starts it, as far as it is on (`enabled`; as before, or on, when left out). What is as it was is
   * left to run. Fails with `mcp.…` or `input.…`; nothing is stored then.
   */
  save(draft: McpServerDraft, enabled?: boolean): Promise<Result<ServerStatus, Reason>> {
    return this.#inTurn(async () => {
      const before = draft.id === undefined ? null : this.#deps.storage.read.toolServers.get(draft.id);
      if (draft.id !== undefined && before === null) return failed(notThere);
      const values = clearValues(this.#vault, draft.endpoint, before);
      if (!values.ok) return values;
      const servers = await this.#opened.get();
      const wanted = await this.#rowOf(servers, draft, values.value, before);
      if (!wanted.ok) return wanted;
      const row = enabled === undefined ? wanted.value : { ...wanted.value, enabled };
      if (!this.#isSame(row, before, values.value)) {
        await this.#store(row, before, values.value);
        // Stored is stored; what would be started now, nobody would end.
        const updated = this.#ended === null ? servers.update(sealedRow(this.#vault, row)) : failed(stopping);
        if (!updated.ok) return updated;
      }
      return ok(this.#view(row, servers.servers.value));
    });
  }

  setEnabled(id: ToolServerId, enabled: boolean): Promise<Result<void, Reason>> {
    return this.#change(id, async (row, servers) => {
      await this.#deps.storage.commit(({ toolServers }) => toolServers.put({ ...row, enabled }));
      servers.enable(id, enabled);
    });
  }

  restart(id: ToolServerId): Promise<Result<void, Reason>> {
    return this.#change(id, async (_row, servers) => servers.restart(id));
  }

  /** Settles when nothing of it runs any more. */
  remove(id: ToolServerId): Promise<Result<void, Reason>> {
    return this.#change(id, async (row, servers) => {
      const { beginningOf } = await import('./mcp/tools.ts');
      await this.#deps.storage.commit(({ toolServers, toolPermissions, secrets, facts }) => {
        toolServers.remove(id);
        // Another server may be called so one day: what was allowed to this one is not allowed to that.
        toolPermissions.removeOf(beginningOf(row.name));
        facts.put(offerKey(id), undefined);
        for (const name of secretNames(row)) secrets.remove(name);
      });
      this.#histories.delete(id);
      await servers.remove(id);
    });
  }

  async log(id: ToolServerId): Promise<Result<readonly McpLogLineView[], Reason>> {
    if (this.#deps.storage.read.toolServers.get(id) === null) return failed(notThere);
    return ok(this.#ended === null ? (await this.#opened.get()).log(id) : []);
  }

  /** Ends every server; the same promise every time. At most some seconds, for one that heeds nothing. */
  [Symbol.asyncDispose](): Promise<void> {
    return (this.#ended ??= this.#end());
  }

  async #end(): Promise<void> {
    await (await this.#opened.begun)?.[Symbol.asyncDispose]();
  }

  async #open(): Promise<McpServers> {
    const { storage, clock, secrets, fetch, version, host } = this.#deps;
    const { createMcpServers } = await import('./mcp/index.ts');
    const offers = createOffers(this.#deps);
    const servers = createMcpServers({ clock, secrets, fetch, version, host, offers });
    for (const row of storage.read.toolServers.all()) this.#add(servers, row);
    this.tools.set(servers.tools.value);
    servers.servers.subscribe((statuses) => {
      this.#note(statuses);
      this.#changed();
    });
    servers.tools.subscribe((tools) => {
      this.tools.set(tools);
      this.#changed();
    });
    return servers;
  }

  #add(servers: McpServers, row: ToolServerRow): void {
    const added = servers.add(sealedRow(this.#vault, row));
    if (!added.ok) this.#deps.log.write('warn', 'mcp.left-out', { server: row.id, reason: added.failure.code });
  }

  /** Into the log, without a word of the server's own. */
  #note(statuses: readonly McpStatus[]): void {
    for (const { row, state } of statuses) {
      const before = this.#histories.get(row.id);
      const after = historyAfter(before, state, this.#deps.clock.now());
      this.#histories.set(row.id, after);
      if (before?.kind === after.kind || state.kind === 'starting') continue;
      const reason = 'reason' in state ? { reason: state.reason.code } : {};
      const level = 'reason' in state ? 'warn' : 'info';
      this.#deps.log.write(level, `mcp.${state.kind}`, { server: row.id, ...reason });
    }
  }

  async #rowOf(
    servers: McpServers,
    draft: McpServerDraft,
    values: readonly ClearValue[],
    before: ToolServerRow | null,
  ): Promise<Result<ToolServerRow, Reason>> {
    const { endpoint: typed } = draft;
    if (typed.kind === 'stdio' && typed.args.some((arg) => arg.includes('\0'))) {
      return failed({ code: 'input.malformed', params: { path: 'args', expected: 'texts' } });
    }
    const name = draft.name.trim();
    if (name === '') return failed({ code: 'input.malformed', params: { path: 'name', expected: 'a name' } });
    const prepared = await servers.prepare(typedEndpoint(typed, values));
    if (!prepared.ok) return prepared;
    const { clock, ids } = this.#deps;
    const id = before?.id ?? ids.next();
    const taken = servers.nameTaken({ id, name });
    if (taken !== null) return failed(taken);
    const endpoint = storedEndpoint(prepared.value, values);
    return ok({ id, name, enabled: before?.enabled ?? true, endpoint, createdAt: before?.createdAt ?? clock.now() });
  }

  #isSame(row: ToolServerRow, before: ToolServerRow | null, values: readonly ClearValue[]): boolean {
    if (before === null || JSON.stringify(row) !== JSON.stringify(before)) return false;
    const where = whereOf(row.endpoint);
    return values.every(
      ({ name, secret, value }) => !secret || isStored(this.#vault, secretName(row.id, where, name), value),
    );
  }

  async #store(row: ToolServerRow, before: ToolServerRow | null, values: readonly ClearValue[]): Promise<void> {
    const where = whereOf(row.endpoint);
    const sealed = values.flatMap(({ name, secret, value }) => {
      const at = secretName(row.id, where, name);
      return secret ? [{ at, sealed: this.#deps.secrets.seal(at, value) }] : [];
    });
    const { beginningOf } = await import('./mcp/tools.ts');
    await this.#deps.storage.commit(({ toolServers, toolPermissions, secrets, facts }) => {
      if (before !== null && before.name !== row.name) toolPermissions.removeOf(beginningOf(before.name));
      // Another program, or the same one with another key: it may offer other things.
      facts.put(offerKey(row.id), undefined);
      for (const name of before === null ? [] : secretNames(before)) secrets.remove(name);
      for (const secret of sealed) secrets.put(secret.at, secret.sealed);
      toolServers.put(row);
    });
  }

  #change(
    id: ToolServerId,
    work: (row: ToolServerRow, servers: McpServers) => Promise<void>,
  ): Promise<Result<void, Reason>> {
    return this.#inTurn(async () => {
      const row = this.#deps.storage.read.toolServers.get(id);
      if (row === null) return failed(notThere);
      await work(row, await this.#opened.get());
      return ok(undefined);
    });
  }

  #inTurn<Value>(work: () => Promise<Result<Value, Reason>>): Promise<Result<Value, Reason>> {
    const begin = async (): Promise<Result<Value, Reason>> => (this.#ended === null ? work() : failed(stopping));
    const next = this.#last.then(begin, begin);
    this.#last = next;
    return next;
  }

  #view(row: ToolServerRow, statuses: readonly McpStatus[]): ServerStatus {
    const { id, name, enabled, endpoint } = row;
    const state: McpState = statuses.find((each) => each.row.id === id)?.state ?? { kind: 'off' };
    const values = valueViews(this.#vault, row);
    const { tools, leftOut } = state.kind === 'ready' ? state : { tools: [], leftOut: [] };
    return {
      ...{ id, name, enabled, tools, leftOut },
      endpoint: endpoint.kind === 'stdio' ? { ...endpoint, env: values } : { ...endpoint, headers: values },
      state: stateView(state),
      ...historyView(this.#histories.get(id) ?? historyAfter(undefined, state, this.#deps.clock.now())),
    };
  }
}

const stopping: Reason = { code: 'host.stopping' };
const notThere: Reason = { code: 'input.not-found', params: { name: 'server' } };

function stateView(state: McpState): McpStateView {
  switch (state.kind) {
    case 'off':
    case 'starting':
    case 'failed':
    case 'retrying':
      return state;
    case 'ready':
      return { kind: 'ready', since: state.since };
    default:
      return assertNever(state, 'state');
  }
}
