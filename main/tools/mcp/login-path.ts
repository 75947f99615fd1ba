/**
 * The PATH that the owner has in a terminal. A program that was started from a menu has a shorter one, in which `npx`,
 * `uvx` and what a version manager put there are missing.
 */
import { spawn } from 'node:child_process';
import type { Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';
import { isRecord } from './clean.ts';
import type { McpHost } from './types.ts';

/** For the files that a login shell reads. */
const longestRead: Millis = 10_000;
/** Between these two lines stands what was asked for; profiles print things of their own. */
const mark = '--8c1f7a42-path--';
const mostOutput = 1024 * 1024;

/**
 * Asks the login shell, as an interactive one: version managers write to its file. Falls back to the process's own PATH
 * when there is no shell, it takes too long, or says nothing useful. On Windows there is only the process's own.
 */
export async function readLoginPath(clock: Clock, host: McpHost): Promise<string> {
  const own = environmentValue(host, 'PATH') ?? '';
  if (host.platform === 'win32' || host.shell === null) return own;
  return (await askShell(clock, host, host.shell, own)) ?? own;
}

/** A variable of the process; on Windows their names have no case. */
export function environmentValue({ env, platform }: McpHost, name: string): string | undefined {
  if (platform !== 'win32') return env[name];
  return Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}

function askShell(clock: Clock, host: McpHost, shell: string, own: string): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const script = `printf '%s\\n' '${mark}'; printenv PATH; printf '%s\\n' '${mark}'`;
  const { USER, LOGNAME, LANG } = host.env;
  const known = Object.entries({ USER, LOGNAME, LANG, HOME: host.home, PATH: own, SHELL: shell, TERM: 'dumb' });
  const child = spawn(shell, ['-ilc', script], {
    cwd: host.home,
    env: Object.fromEntries(known.filter(([, value]) => value !== undefined)),
    stdio: ['ignore', 'pipe', 'ignore'],
    // A group of its own: it must not take a terminal away from us, and can be ended with all that it started.
    detached: true,
  });
  const give = (path: string | null): void => {
    limit[Symbol.dispose]();
    resolve(path);
    if (child.pid !== undefined) endGroup(child.pid);
    child.stdout.destroy();
  };
  const limit = clock.after(longestRead, () => give(null));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
    const found = pathIn(output);
    // Not waiting for the end: what a profile left in the background may hold the pipe.
    if (found !== null || output.length > mostOutput) give(found);
  });
  child.on('error', () => give(null));
  child.on('close', () => give(pathIn(output)));
  return promise;
}

function pathIn(output: string): string | null {
  const [, between, end] = output.split(`${mark}\n`);
  const path = between?.trim() ?? '';
  return end === undefined || path === '' || path.includes('\n') ? null : path;
}

/** Ends a process with all of its group; one that is gone is what is wanted (EPERM: macOS says so of the dead). */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!isRecord(error) || (error['code'] !== 'ESRCH' && error['code'] !== 'EPERM')) throw error;
  }
}
