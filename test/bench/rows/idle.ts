/*
 * A minute in which nobody says anything, with one provider and one Telegram link whose poll is waiting: resident
 * memory each second, and the CPU time of all threads over the minute. Once as it was started, and once after messages
 * were answered, when every library that answering needs has been loaded.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startLab } from '../lab.ts';
import { cpuOf, memoryOf } from '../machine.ts';
import { atMost, type Bench, type Measured, type Scenario } from '../rows.ts';
import { median } from '../stats.ts';

interface Minute {
  readonly rss: number;
  readonly pss: number;
  readonly cpuPercent: number;
}

/** Each second for `seconds` seconds, beginning when what the start or the last message set off is over. */
async function watch(pid: number, seconds: number): Promise<Minute> {
  await sleep(seconds > 10 ? 5_000 : 500);
  const from = performance.now();
  const cpu = cpuOf(pid);
  const rss: number[] = [];
  for (let second = 0; second < seconds; second++) {
    await sleep(1_000);
    rss.push(memoryOf(pid).rss);
  }
  const cpuPercent = (100 * (cpuOf(pid) - cpu)) / (performance.now() - from);
  return { rss: median(rss), pss: memoryOf(pid).pss, cpuPercent };
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const seconds = bench.quick ? 2 : 60;
  const started = await minute(bench, seconds, 0);
  const talked = await minute(bench, seconds, bench.quick ? 3 : 50);
  const how = `median of ${String(seconds)} values, one a second`;
  const over = `user and system time of all threads over ${String(seconds)} s`;
  return [
    { name: 'memory idle after start, RSS', unit: 'MiB', value: started.rss, goal: atMost(110), how },
    { name: 'memory idle after start, PSS', unit: 'MiB', value: started.pss, goal: null, how: 'at the end' },
    { name: 'CPU idle after start', unit: '%', value: started.cpuPercent, goal: atMost(0.3), how: over },
    { name: 'memory idle after 50 messages, RSS', unit: 'MiB', value: talked.rss, goal: atMost(110), how },
    { name: 'memory idle after 50 messages, PSS', unit: 'MiB', value: talked.pss, goal: null, how: 'at the end' },
    { name: 'CPU idle after 50 messages', unit: '%', value: talked.cpuPercent, goal: atMost(0.3), how: over },
  ];
}

async function minute(bench: Bench, seconds: number, messages: number): Promise<Minute> {
  await using lab = await startLab(bench, { warmUp: messages });
  const watched = await watch(lab.host.pid, seconds);
  // A host that had died or lost its link would be frugal too.
  await lab.talk.ask(1);
  await lab.talk.settle();
  return watched;
}

export const idle: Scenario = { name: 'idle', run };
