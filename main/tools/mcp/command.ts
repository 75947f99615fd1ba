/** Which program a command is: looked up once, when the owner enters it, and kept as an absolute path. */
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { failed, ok, type Result } from '../../lib/result.ts';
import { isRecord } from './clean.ts';
import { environmentValue } from './login-path.ts';
import type { McpHost, McpReason } from './types.ts';

export interface Program {
  readonly command: string;
  /** What has to stand before the owner's own arguments. */
  readonly args: readonly string[];
}

/** What is asked of the file system. */
export interface FileLook {
  /** `runs`, `missing`, or the system's code for why it may not be started. */
  state(file: string): Promise<string>;
  read(file: string): Promise<string>;
}

/** A command of one name on `path`, `~` as the owner's home, or an absolute path as it is. */
export async function findProgram(
  typed: string,
  path: string,
  host: McpHost,
  files: FileLook = fileLook(host),
): Promise<Result<Program, McpReason>> {
  const system = host.platform === 'win32' ? win32 : posix;
  const command = typed.trim().replace(/^~(?=[\\/])/, host.home);
  const missing = failed<McpReason>({ code: 'mcp.command-missing', params: { command: command.slice(0, 200) } });
  if (command === '' || command.includes('\0')) return missing;
  const isName = system.basename(command) === command;
  // Relative to what? Servers start in the home, the owner may have meant another folder.
  if (!isName && !system.isAbsolute(command)) return missing;
  const folders = isName ? path.split(system.delimiter).filter((folder) => system.isAbsolute(folder)) : [''];
  let refused: Result<Program, McpReason> | null = null;
  for (const folder of folders) {
    for (const ending of endingsOf(command, host)) {
      const file = folder === '' ? `${command}${ending}` : system.join(folder, `${command}${ending}`);
      const state = await files.state(file);
      if (state === 'runs') return asProgram(file, path, host, files);
      if (state !== 'missing') {
        refused ??= failed({ code: 'mcp.command-refused', params: { command: file, error: state } });
      }
    }
  }
  return refused ?? missing;
}

/** Windows finds `npx` as `npx.cmd`. */
function endingsOf(command: string, host: McpHost): readonly string[] {
  if (host.platform !== 'win32') return [''];
  const endings = (environmentValue(host, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD').toLowerCase().split(';');
  return endings.includes(win32.extname(command).toLowerCase()) ? [''] : endings;
}

function fileLook({ platform }: McpHost): FileLook {
  return { state: (file) => stateOf(file, platform), read: (file) => readFile(file, 'utf8') };
}

async function stateOf(file: string, platform: NodeJS.Platform): Promise<string> {
  try {
    if (!(await stat(file)).isFile()) return 'missing';
    if (platform !== 'win32') await access(file, constants.X_OK);
    return 'runs';
  } catch (error) {
    const code = isRecord(error) && typeof error['code'] === 'string' ? error['code'] : 'unknown';
    return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(code) ? 'missing' : code;
  }
}

/**
 * Windows runs .cmd and .bat through its shell only, which is not used here. Those of npm, npx and of what npm installed
 * name a script beside them that Node runs.
 */
async function asProgram(
  file: string,
  path: string,
  host: McpHost,
  files: FileLook,
): Promise<Result<Program, McpReason>> {
  if (host.platform !== 'win32' || !/\.(?:cmd|bat)$/i.test(file)) return ok({ command: file, args: [] });
  const script = scriptIn(await files.read(file));
  const beside = win32.join(win32.dirname(file), 'node.exe');
  const own = (await files.state(beside)) === 'runs' ? ok({ command: beside, args: [] }) : null;
  const node = own ?? (await findProgram('node.exe', path, host, files));
  if (script === null || !node.ok) return failed({ code: 'mcp.command-script', params: { command: file } });
  return ok({ command: node.value.command, args: [win32.join(win32.dirname(file), script)] });
}

/** The script, relative to the folder of the file that starts it: `%~dp0\node_modules\npm\bin\npx-cli.js`. */
function scriptIn(text: string): string | null {
  const found = [...text.matchAll(/%(?:~dp0|dp0%)\\?([^"%\r\n]+\.[cm]?js)"/gi)].map(([, script]) => script ?? '');
  return found.find((script) => /-cli\.js$/i.test(script)) ?? found.at(-1) ?? null;
}
