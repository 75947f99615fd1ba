/* What else the machine does: a time that was taken beside somebody else's work says little. */
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Surroundings } from './rows.ts';

/** Time of all cores together, in ticks. */
interface Ticks {
  readonly busy: number;
  readonly all: number;
}

/** `/proc/stat`, first line: user nice system idle iowait irq softirq steal. */
function ticks(): Ticks {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/).slice(1, 9).map(Number) ?? [];
  const all = fields.reduce((sum, field) => sum + field, 0);
  return { busy: all - (fields[3] ?? 0) - (fields[4] ?? 0), all };
}

/** Looks for 400 ms at what others do while the bench itself does nothing. */
export async function lookAround(): Promise<Surroundings> {
  const before = ticks();
  await sleep(400);
  const after = ticks();
  const all = Math.max(1, after.all - before.all);
  const othersPercent = Math.round((100 * (after.busy - before.busy)) / all);
  return { othersPercent, load1: Math.round((loadavg()[0] ?? 0) * 100) / 100 };
}

/** Waits until others use less than a tenth of the machine, at most `longest` ms; then it is as it is. */
export async function waitForQuiet(longest: number): Promise<Surroundings> {
  const end = performance.now() + longest;
  for (;;) {
    const now = await lookAround();
    if (now.othersPercent <= 10 || performance.now() > end) return now;
  }
}

/** The machine in words that name nobody: cores, system, Node. */
export function describeMachine(): string {
  const release = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  return `${String(availableParallelism())} cores, ${release}, Node ${process.versions.node}`;
}

/** Memory of a process in MiB: what is resident, and its fair share of what it shares with others. */
export function memoryOf(pid: number): { readonly rss: number; readonly pss: number } {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const rollup = readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8');
  const kib = (text: string, name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN);
  return { rss: kib(status, 'VmRSS') / 1024, pss: kib(rollup, 'Pss') / 1024 };
}

/** CPU time of all threads of a process so far, in ms, of user and system together. */
export function cpuOf(pid: number): number {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')
      .at(-1)
      ?.split(' ') ?? [];
  // Fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
