/**
 * Environment variables and headers of a server, from what the owner typed to what is stored and back. A secret is
 * sealed, and of it only its end is ever shown again.
 */
import type { McpServerDraft, McpValueDraft, McpValueView } from '../../preload/contract/agent-views.ts';
import type { SecretBox } from '../gateway/secrets.ts';
import type { Tables } from '../gateway/storage.ts';
import type { ToolServerRow, ToolServerValue } from '../gateway/tool.ts';
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { secretName, type McpEndpoint, type McpServerRow, type McpValue } from './mcp/types.ts';

export type Endpoint = ToolServerRow['endpoint'];

/** What one value is to be, in clear. */
export interface ClearValue {
  readonly name: string;
  readonly secret: boolean;
  readonly value: string;
}

/** The secrets of the store, opened by whom they belong to. */
export interface Vault {
  readonly secrets: SecretBox;
  readonly read: Pick<Tables, 'secrets'>;
}

/** Of a secret so short that its end would be half of it, nothing is shown. */
const shortestShown = 8;

export function whereOf({ kind }: Endpoint): 'env' | 'header' {
  return kind === 'stdio' ? 'env' : 'header';
}

function valuesOf(endpoint: Endpoint): readonly ToolServerValue[] {
  return endpoint.kind === 'stdio' ? endpoint.env : endpoint.headers;
}

/** The names under which the secrets of a server lie sealed. */
export function secretNames({ id, endpoint }: Pick<ToolServerRow, 'id' | 'endpoint'>): readonly string[] {
  const secrets = valuesOf(endpoint).filter(({ value }) => value === null);
  return secrets.map(({ name }) => secretName(id, whereOf(endpoint), name));
}

/** The row with its secrets as they are sealed; one that is missing is as one that cannot be read. */
export function sealedRow({ read }: Vault, row: ToolServerRow): McpServerRow {
  const { id, endpoint } = row;
  const sealed = ({ name, value }: ToolServerValue): McpValue => {
    if (value !== null) return { kind: 'plain', name, value };
    const bytes = read.secrets.get(secretName(id, whereOf(endpoint), name));
    return { kind: 'sealed', name, sealed: bytes ?? new Uint8Array() };
  };
  if (endpoint.kind === 'stdio') return { ...row, endpoint: { ...endpoint, env: endpoint.env.map(sealed) } };
  return { ...row, endpoint: { ...endpoint, headers: endpoint.headers.map(sealed) } };
}

export function valueViews(vault: Vault, { id, endpoint }: ToolServerRow): readonly McpValueView[] {
  return valuesOf(endpoint).map(({ name, value }) => {
    if (value !== null) return { name, secret: false, value, end: null };
    const secret = opened(vault, secretName(id, whereOf(endpoint), name)) ?? '';
    return { name, secret: true, value: null, end: secret.length < shortestShown ? null : secret.slice(-4) };
  });
}

/**
 * Every value in clear: as typed, or as it is stored under its name. A secret that is stored does not become a plain
 * value without being typed again. Fails with `input.malformed`.
 */
export function clearValues(
  vault: Vault,
  draft: McpServerDraft['endpoint'],
  stored: ToolServerRow | null,
): Result<readonly ClearValue[], Reason> {
  const where = draft.kind === 'stdio' ? 'env' : 'headers';
  const typed = draft.kind === 'stdio' ? draft.env : draft.headers;
  const before = stored?.endpoint.kind === draft.kind ? stored : null;
  const clear: ClearValue[] = [];
  const taken = new Set<string>();
  for (const { name: given, secret, value: entered } of typed) {
    const name = given.trim();
    const key = draft.kind === 'stdio' ? name : name.toLowerCase();
    if (taken.has(key)) return wrong(`${where}.${name}`, 'each name once');
    taken.add(key);
    const value = entered ?? kept(vault, before, { name, secret });
    if (value === null) return wrong(`${where}.${name}`, 'a value');
    if (name === '' || /[=\0]/.test(name) || value.includes('\0'))
      return wrong(`${where}.${name}`, 'a name and a text');
    clear.push({ name, secret, value });
  }
  return ok(clear);
}

/** What `prepare` checks: nothing of it is stored in this form. */
export function typedEndpoint(draft: McpServerDraft['endpoint'], values: readonly ClearValue[]): McpEndpoint {
  const plain = values.map(({ name, value }): McpValue => ({ kind: 'plain', name, value }));
  if (draft.kind === 'http') return { kind: 'http', url: draft.url, headers: plain };
  return { kind: 'stdio', command: draft.command, args: draft.args, env: plain };
}

/** As it is stored: the secrets out of it. */
export function storedEndpoint(endpoint: McpEndpoint, values: readonly ClearValue[]): Endpoint {
  const stored = values.map(({ name, secret, value }): ToolServerValue => ({ name, value: secret ? null : value }));
  if (endpoint.kind === 'http') return { kind: 'http', url: endpoint.url, headers: stored };
  return { kind: 'stdio', command: endpoint.command, args: endpoint.args, env: stored };
}

/** Whether a secret is stored that is just this. */
export function isStored(vault: Vault, name: string, value: string): boolean {
  return opened(vault, name) === value;
}

function kept(
  vault: Vault,
  stored: ToolServerRow | null,
  { name, secret }: Omit<McpValueDraft, 'value'>,
): string | null {
  if (stored === null) return null;
  const where = whereOf(stored.endpoint);
  const isSame = (other: string): boolean =>
    where === 'env' ? other === name : other.toLowerCase() === name.toLowerCase();
  const found = valuesOf(stored.endpoint).find((each) => isSame(each.name));
  if (found === undefined) return null;
  if (found.value !== null) return found.value;
  return secret ? opened(vault, secretName(stored.id, where, found.name)) : null;
}

function opened({ secrets, read }: Vault, name: string): string | null {
  const sealed = read.secrets.get(name);
  return sealed === null ? null : secrets.open(name, sealed);
}

function wrong(path: string, expected: string): Result<never, Reason> {
  return failed({ code: 'input.malformed', params: { path: path.slice(0, 100), expected } });
}
