/*
 * Running something of a package where it can do no harm and hide nothing: in a network of its own that has loopback and
 * no way out, with every connect() of it and its children written down; and on a copy of the system's folders that is
 * gone afterwards. Both are Linux alone and need rights that not every machine gives.
 */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a command can be run to a good end. */
function works(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

const enclose = ['-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'] as const;

/** Why no .deb can be made here; null when it can. */
export function whyNoDeb(): string | null {
  return works('dpkg-deb', '--version') ? null : 'dpkg-deb is not installed';
}

/** Why no installer for Windows can be compiled here, not even a small one; null when it can. */
export function whyNoNsis(): string | null {
  return works('makensis', '-VERSION') ? null : 'makensis is not installed';
}

/** Why the packaged app cannot be run here; null when it can: what takes Electron's place in it is a shell script. */
export function whyNotRun(): string | null {
  return process.platform === 'linux' ? null : 'the package that is run is the one for Linux';
}

/** Why connections cannot be watched here; null when they can. */
export function whyNoTrace(): string | null {
  if (process.platform !== 'linux') return 'namespaces are of Linux alone';
  if (!works('strace', '--version')) return 'strace is not installed';
  if (!works('unshare', ...enclose, 'true')) return 'this user may not make a network of its own, or ip is missing';
  return null;
}

export interface Connection {
  /** `AF_INET`, `AF_UNIX` and so on. */
  readonly family: string;
  /** Host and port, path, or what strace says where it is something else. */
  readonly to: string;
  readonly answer: string;
}

export interface Traced {
  readonly stdout: string;
  readonly connections: readonly Connection[];
  /** Packets and connections for which the kernel found no way: attempts to leave. */
  readonly withoutRoute: number;
}

function readConnection(line: string): Connection | undefined {
  const [, family = '', rest = '', answer = ''] =
    /connect\(\d+, \{sa_family=(AF_\w+)(.*)\}, \d+\)?.*= (.+)$/.exec(line) ?? [];
  if (family === '') return undefined;
  const port = /sin6?_port=htons\((\d+)\)/.exec(rest)?.[1];
  const host = /inet_(?:addr\(|pton\(AF_INET6, )"([^"]+)"/.exec(rest)?.[1];
  const path = /sun_path=@?"([^"]*)"/.exec(rest)?.[1];
  return { family, to: host === undefined ? (path ?? rest) : `${host}:${port ?? '?'}`, answer };
}

/** The kernel's own count, in this network. */
const countScript = `awk '/^Ip:/ { if (!n) { for (i = 1; i <= NF; i++) if ($i == "OutNoRoutes") n = i } else c += $n }
  /^Ip6OutNoRoutes/ { c += $2 } END { print "without-route", c }' /proc/net/snmp /proc/net/snmp6`;

/**
 * Runs a command in a network without a way out. `executable` of it is what is traced: in \`args\` it is to be named by
 * the path this gives to \`argsFor\`, a script that starts it under strace.
 */
export async function runTraced(
  work: string,
  executable: string,
  argsFor: (traced: string) => readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Traced> {
  const record = join(work, 'connections.txt');
  const traced = join(work, 'traced');
  const strace = `exec strace -f -qq --seccomp-bpf -e trace=connect -o '${record}' '${executable}' "$@"`;
  writeFileSync(traced, `#!/bin/sh\n${strace}\n`, { mode: 0o755 });
  const command = ['sh', '-c', `"$@" && ${countScript}`, 'sh', ...argsFor(traced)];
  const { stdout } = await run('unshare', [...enclose, ...command], { env: { ...process.env, ...environment } });
  const lines = readFileSync(record, 'utf8').split('\n');
  return {
    stdout,
    connections: lines.flatMap((line) => readConnection(line) ?? []),
    withoutRoute: Number(/^without-route (\d+)$/m.exec(stdout)?.[1]),
  };
}

/** Whether a connection stays on this machine. */
export function staysHere({ family, to }: Connection): boolean {
  if (family === 'AF_UNIX' || family === 'AF_NETLINK' || family === 'AF_UNSPEC') return true;
  return /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+):/.test(to);
}

/** Folders that a package writes into. */
const changed = ['/etc', '/opt', '/usr', '/var'];

function onCopies(work: string, script: string): string {
  const copies = join(work, 'copies');
  const mounts = changed.map((folder) => {
    const [upper, own] = ['upper', 'work'].map((name) => `${copies}${folder}/${name}`);
    const options = `lowerdir=${folder},upperdir=${upper ?? ''},workdir=${own ?? ''}`;
    return `mkdir -p ${upper ?? ''} ${own ?? ''} && mount -t overlay overlay -o ${options} ${folder}`;
  });
  return ['set -e', `mkdir -p ${copies}`, `mount -t tmpfs tmpfs ${copies}`, ...mounts, script].join('\n');
}

/** Why nothing can be installed here; null when it can. */
export function whyNoInstallation(work: string): string | null {
  if (process.platform !== 'linux' || !works('dpkg', '--version')) return 'this is no Debian';
  if (process.getuid?.() !== 0) return 'it needs root';
  if (!works('unshare', '-m', 'sh', '-c', onCopies(work, 'true'))) return 'overlays cannot be mounted here';
  return null;
}

/**
 * Runs a shell script as root on copies of {@link changed}: what it installs there is gone when it ends. Resolves with
 * what it printed; rejects when it fails.
 */
export async function runOnCopies(
  work: string,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const args = ['-m', 'sh', '-c', onCopies(work, script)];
  const { stdout } = await run('unshare', args, { env: { ...process.env, ...environment } });
  return stdout;
}
