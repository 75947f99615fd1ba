/** The configuration that pages of servers give to be pasted into other programs: JSON, in one of a few shapes. Pure. */
import { type ServerForm, type ValueLine } from './server-form.ts';

export interface FoundServer {
  readonly form: Partial<ServerForm>;
  /** Others that stand beside it. */
  readonly more: number;
}

type Entry = Readonly<Record<string, unknown>>;

/** `{"mcpServers":{"notes":{…}}}`, `{"servers":{…}}`, `"notes":{…}`, or a server alone. Null: nothing of the kind. */
export function serverIn(text: string): FoundServer | null {
  const bare = text.replace(/^\s*```\w*\n|\n```\s*$/g, '').trim();
  const value = objectIn(bare) ?? objectIn(`{${bare.replace(/,\s*$/, '')}}`);
  if (value === null) return null;
  const map = [value['mcpServers'], value['servers'], value].find(isEntry) ?? {};
  const all = isServer(map) ? [['', map] as const] : Object.entries(map).filter(isNamedServer);
  const [first] = all;
  if (first === undefined) return null;
  const [name, entry] = first;
  return { form: { ...(name === '' ? {} : { name: name.slice(0, 64) }), ...formOf(entry) }, more: all.length - 1 };
}

function formOf(entry: Entry): Partial<ServerForm> {
  const { command, args, env, headers } = entry;
  if (typeof command === 'string') {
    const list = Array.isArray(args) ? args.map(String) : [];
    return { kind: 'stdio', command, args: list.join('\n'), env: linesOf(env) };
  }
  return { kind: 'http', url: addressOf(entry) ?? '', headers: linesOf(headers) };
}

function addressOf({ url, serverUrl }: Entry): string | null {
  const address = url ?? serverUrl;
  return typeof address === 'string' ? address : null;
}

/** Kept secret, as what stands there mostly is. */
function linesOf(values: unknown): readonly ValueLine[] {
  if (!isEntry(values)) return [];
  return Object.entries(values).map(([name, value], key) => {
    return { key, name, value: typeof value === 'string' ? value : JSON.stringify(value), secret: true, stored: null };
  });
}

function isServer(entry: Entry): boolean {
  return typeof entry['command'] === 'string' || addressOf(entry) !== null;
}

function isNamedServer(pair: readonly [string, unknown]): pair is [string, Entry] {
  return isEntry(pair[1]) && isServer(pair[1]);
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectIn(text: string): Entry | null {
  if (!text.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isEntry(value) ? value : null;
  } catch (failure) {
    if (failure instanceof SyntaxError) return null;
    throw failure;
  }
}
