/**
 * Ends servers when the gateway could not: a process of a few hundred bytes of shell that waits for the end of its input,
 * which only this process holds. A server is asked to end by the end of its own input too, but not every one does.
 *
 * POSIX only: on Windows a server that does not heed the end of its input outlives a killed gateway.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

/** Each line lists all groups that are to go; the last one counts. Nothing of a server's own is in it. */
const script = `
while read -r line; do groups=$line; done
[ -n "$groups" ] || exit 0
for group in $groups; do kill -s TERM -- "-$group"; done 2>/dev/null
sleep 2
for group in $groups; do kill -s KILL -- "-$group"; done 2>/dev/null
`;

export interface Watchdog extends AsyncDisposable {
  /** `pid` leads a process group of its own. Undone once that is gone. */
  watch(pid: number): Disposable;
}

/** Starts nothing before there is something to watch. */
export function createWatchdog(platform: NodeJS.Platform): Watchdog {
  if (platform === 'win32') {
    return { watch: () => ({ [Symbol.dispose]: () => undefined }), [Symbol.asyncDispose]: async () => undefined };
  }
  const groups = new Set<number>();
  let shell: ChildProcess | null = null;
  const tell = (): void => {
    if (shell === null && groups.size > 0) shell = startShell(() => (shell = null));
    shell?.stdin?.write(`${[...groups].join(' ')}\n`);
  };
  return {
    watch(pid) {
      groups.add(pid);
      tell();
      return {
        [Symbol.dispose]: () => {
          if (groups.delete(pid)) tell();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      const running = shell;
      if (running === null) return;
      const ended = new Promise<void>((resolve) => void running.once('close', () => resolve()));
      running.ref();
      running.stdin?.end();
      await ended;
    },
  };
}

/** `gone` is called when it has ended: the next change starts another. */
function startShell(gone: () => void): ChildProcess {
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.on('error', gone);
  child.on('close', gone);
  child.stdin.on('error', gone);
  child.unref();
  // The pipe of a child is a socket, which would keep the process alive.
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
