/** From a stored row to something that can be talked to: secrets opened, environment put together, process started. */
import { failed, ok, type Result } from '../../lib/result.ts';
import { findProgram } from './command.ts';
import { checkAddress, checkHeaders } from './http.ts';
import { environmentValue, readLoginPath } from './login-path.ts';
import { launch } from './process.ts';
import type { Opened, ServerDeps } from './server.ts';
import { secretName, type McpDeps, type McpEndpoint, type McpReason, type McpServerRow } from './types.ts';
import type { HttpEndpoint, StdioEndpoint } from './types.ts';
import { createWatchdog } from './watchdog.ts';

export interface Opener extends AsyncDisposable {
  readonly open: ServerDeps['open'];
  findProgram(typed: StdioEndpoint): Promise<Result<McpEndpoint, McpReason>>;
}

/** Without these no program starts on Windows; they say where things are, and nothing of the owner's. */
const neededOnWindows = ['SYSTEMROOT', 'COMSPEC', 'PATHEXT', 'TEMP', 'TMP', 'APPDATA', 'LOCALAPPDATA', 'USERPROFILE'];

export function createOpener(deps: McpDeps): Opener {
  const { clock, host } = deps;
  const watchdog = createWatchdog(host.platform);
  let path: Promise<string> | null = null;
  // Once: it takes up to some seconds, and begins with the first server that needs it.
  const loginPath = (): Promise<string> => (path ??= readLoginPath(clock, host));

  const openProcess = async (
    row: McpServerRow,
    endpoint: StdioEndpoint,
    said: (line: string) => void,
  ): Promise<Result<Opened, McpReason>> => {
    const values = openValues(deps, row, 'env', endpoint.env);
    if (!values.ok) return values;
    const program = await findProgram(endpoint.command, '', host);
    if (!program.ok) return program;
    const env = { ...(await baseEnvironment(deps, loginPath)), ...Object.fromEntries(values.value.entries) };
    const { command } = program.value;
    const args = [...program.value.args, ...endpoint.args];
    const process = await launch({ clock, platform: host.platform, watchdog }, { command, args, env, cwd: host.home });
    if (!process.ok) return process;
    return ok({ endpoint: { kind: 'stdio', process: process.value, said }, secrets: values.value.secrets });
  };

  return {
    async open(row, said, signal) {
      const { endpoint } = row;
      if (endpoint.kind === 'http') return openAddress(deps, row, endpoint);
      const opened = await openProcess(row, endpoint, said);
      // Whoever wanted it may have given up while the path was read.
      if (opened.ok && signal.aborted && opened.value.endpoint.kind === 'stdio') {
        await opened.value.endpoint.process.stop();
        return failed({ code: 'mcp.ended', params: { how: 'stopped' } });
      }
      return opened;
    },
    async findProgram(typed) {
      const program = await findProgram(typed.command, await loginPath(), host);
      if (!program.ok) return program;
      return ok({ ...typed, command: program.value.command, args: [...program.value.args, ...typed.args] });
    },
    [Symbol.asyncDispose]: () => watchdog[Symbol.asyncDispose](),
  };
}

async function baseEnvironment(
  { host }: McpDeps,
  loginPath: () => Promise<string>,
): Promise<Readonly<Record<string, string>>> {
  const lang = environmentValue(host, 'LANG');
  const base: Record<string, string> = { PATH: await loginPath(), HOME: host.home };
  if (lang !== undefined) base['LANG'] = lang;
  if (host.platform !== 'win32') return base;
  for (const name of neededOnWindows) {
    const value = environmentValue(host, name);
    if (value !== undefined) base[name] = value;
  }
  return base;
}

function openAddress(deps: McpDeps, row: McpServerRow, endpoint: HttpEndpoint): Result<Opened, McpReason> {
  const url = checkAddress(endpoint.url);
  if (!url.ok) return url;
  const values = openValues(deps, row, 'header', endpoint.headers);
  if (!values.ok) return values;
  const headers = checkHeaders(values.value.entries);
  if (!headers.ok) return headers;
  return ok({
    endpoint: { kind: 'http', url: url.value, headers: headers.value, fetch: deps.fetch },
    secrets: values.value.secrets,
  });
}

interface Values {
  readonly entries: readonly (readonly [string, string])[];
  readonly secrets: readonly string[];
}

function openValues(
  { secrets }: McpDeps,
  { id }: McpServerRow,
  where: 'env' | 'header',
  values: StdioEndpoint['env'],
): Result<Values, McpReason> {
  const entries: [string, string][] = [];
  const sealed: string[] = [];
  for (const value of values) {
    const text = value.kind === 'plain' ? value.value : secrets.open(secretName(id, where, value.name), value.sealed);
    if (text === null) return failed({ code: 'mcp.secret-unreadable', params: { name: value.name } });
    entries.push([value.name, text]);
    if (value.kind === 'sealed') sealed.push(text);
  }
  return ok({ entries, secrets: sealed });
}
