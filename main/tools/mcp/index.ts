/**
 * Servers of the Model Context Protocol that the owner connected: each is started, watched over and logged, and what it
 * offers becomes tools for models. Nothing is loaded or started before the first enabled server is added.
 *
 * What a server may do is decided elsewhere, tool by tool; what it says is never trusted (`tools.ts`, `schema.ts`,
 * `result.ts`), and it gets no more of the machine than its process and what the owner hands it (`open.ts`).
 */
import type { Tool } from '../../gateway/tool.ts';
import { subject } from '../../lib/observable.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { checkAddress, checkHeaders } from './http.ts';
import { createOpener, type Opener } from './open.ts';
import { superviseServer, type SupervisedServer } from './server.ts';
import { slugOf } from './tools.ts';
import type {
  Offers,
  McpDeps,
  McpEndpoint,
  McpLogLine,
  McpReason,
  McpServerId,
  McpServerRow,
  McpServers,
  McpStatus,
} from './types.ts';

export function createMcpServers(deps: McpDeps): McpServers {
  return new Servers(deps);
}

const forgetful: Offers = { recall: () => null, keep: () => undefined };

interface Entry {
  readonly row: McpServerRow;
  readonly server: SupervisedServer;
  readonly watching: Disposable;
}

class Servers implements McpServers {
  readonly servers = subject<readonly McpStatus[]>([]);
  readonly tools = subject<readonly Tool[]>([]);
  readonly #deps: McpDeps;
  readonly #opener: Opener;
  readonly #entries = new Map<McpServerId, Entry>();

  constructor(deps: McpDeps) {
    this.#deps = deps;
    this.#opener = createOpener(deps);
  }

  async prepare(typed: McpEndpoint): Promise<Result<McpEndpoint, McpReason>> {
    if (typed.kind === 'stdio') return this.#opener.findProgram(typed);
    const url = checkAddress(typed.url);
    if (!url.ok) return url;
    const plain = typed.headers.flatMap((header) => (header.kind === 'plain' ? [header] : []));
    const headers = checkHeaders(plain.map(({ name, value }) => [name, value]));
    return headers.ok ? ok({ ...typed, url: url.value.href }) : headers;
  }

  add(row: McpServerRow): Result<null, McpReason> {
    if (this.#entries.has(row.id)) return this.update(row);
    const taken = this.nameTaken(row);
    if (taken !== null) return failed(taken);
    const { clock, version, offers = forgetful } = this.#deps;
    const server = superviseServer({ clock, version, offers, open: this.#opener.open }, row);
    const states = server.state.subscribe(() => this.#publishServers());
    const tools = server.tools.subscribe(() => this.#publishTools());
    const watching = {
      [Symbol.dispose]: () => {
        states[Symbol.dispose]();
        tools[Symbol.dispose]();
      },
    };
    this.#entries.set(row.id, { row, server, watching });
    this.#publishServers();
    this.#publishTools();
    return ok(null);
  }

  update(row: McpServerRow): Result<null, McpReason> {
    const entry = this.#entries.get(row.id);
    if (entry === undefined) return this.add(row);
    const taken = this.nameTaken(row);
    if (taken !== null) return failed(taken);
    this.#entries.set(row.id, { ...entry, row });
    entry.server.set(row);
    this.#publishServers();
    this.#publishTools();
    return ok(null);
  }

  enable(id: McpServerId, enabled: boolean): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined && entry.row.enabled !== enabled) this.update({ ...entry.row, enabled });
  }

  restart(id: McpServerId): void {
    this.#entries.get(id)?.server.restart();
  }

  async remove(id: McpServerId): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    entry.watching[Symbol.dispose]();
    this.#publishServers();
    this.#publishTools();
    await entry.server.close();
  }

  log(id: McpServerId): readonly McpLogLine[] {
    return this.#entries.get(id)?.server.log.lines ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((id) => this.remove(id)));
    await this.#opener[Symbol.asyncDispose]();
  }

  nameTaken({ id, name }: Pick<McpServerRow, 'id' | 'name'>): McpReason | null {
    const slug = slugOf(name);
    const other = [...this.#entries.values()].find(({ row }) => row.id !== id && slugOf(row.name) === slug);
    return other === undefined ? null : { code: 'mcp.name-taken', params: { name: other.row.name } };
  }

  #sorted(): readonly Entry[] {
    const bySlug = (one: Entry, other: Entry): number => (slugOf(one.row.name) < slugOf(other.row.name) ? -1 : 1);
    return [...this.#entries.values()].sort(bySlug);
  }

  #publishServers(): void {
    this.servers.set(this.#sorted().map(({ row, server }) => ({ row, state: server.state.value })));
  }

  #publishTools(): void {
    this.tools.set(this.#sorted().flatMap(({ server }) => server.tools.value));
  }
}
