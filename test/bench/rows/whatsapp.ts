/*
 * A link to WhatsApp: how long a start takes until it is up with the credentials it has, how much of the time between
 * "the stanza was written to the host's connection" and "the encrypted reply arrived at the service" is our own, and
 * what a linked host that has nothing to do weighs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startHost } from '../host.ts';
import { cpuOf, memoryOf } from '../machine.ts';
import { openRpc } from '../rpc.ts';
import { atMost, WrongAnswer, type Bench, type Measured, type Plant, type Scenario } from '../rows.ts';
import { median, percentile } from '../stats.ts';
import {
  contactOf,
  linkUp,
  startWhatsAppLab,
  startWhatsAppTalk,
  type WhatsAppAnswered,
  type WhatsAppLab,
} from '../whatsapp.ts';

interface Shares {
  readonly p50: number;
  readonly p95: number;
}

/** Spoils one reply, if the bench was told to. */
async function plantIn({ plant }: Bench, { model, whatsApp }: WhatsAppLab): Promise<void> {
  if (plant !== null) await spoil(plant);

  async function spoil(kind: Plant): Promise<void> {
    switch (kind) {
      case 'doubled':
        // The same question once more, of which the bench does not know.
        await whatsApp.say(contactOf(0), 'Question #m-1#, with a few words around it.');
        return;
      case 'missing':
        await whatsApp.fault({ kind: 'refuse', error: 463 });
        return;
      case 'wrong':
        await model.next({ kind: 'reply', text: 'something else' });
    }
  }
}

async function ownShares({ talk, model, whatsApp }: WhatsAppLab, count: number): Promise<Shares> {
  const before = (await model.calls(0)).at(-1)?.number ?? 0;
  const answers: WhatsAppAnswered[] = [];
  for (let turn = 0; turn < count; turn++) answers.push(await talk.ask(contactOf(turn)));
  await talk.settle();
  const calls = await model.calls(before);
  if (calls.length !== count)
    throw new WrongAnswer(`${String(calls.length)} model calls for ${String(count)} messages`);
  const sent = new Map((await whatsApp.sends()).map(({ id, at }) => [id, at]));
  const own = answers.map(({ text, said, arrival }, index) => {
    const call = calls[index];
    const at = sent.get(arrival.id);
    if (call?.asked.at(-1) !== text || at === undefined) throw new WrongAnswer(`“${text}” was answered by nobody`);
    return at - said.saidAt - call.took;
  });
  return { p50: median(own), p95: percentile(own, 0.95) };
}

/** Ends the host of `lab` and starts it again `times` times, each time until its link is up; the ms from each spawn. */
async function starts(bench: Bench, lab: WhatsAppLab, times: number): Promise<readonly number[]> {
  await lab.host[Symbol.asyncDispose]();
  const each: number[] = [];
  for (let round = 0; round < times; round++) {
    await bench.quiet();
    const from = performance.now();
    await using host = await startHost(bench, lab.setup);
    using rpc = await openRpc(host);
    await linkUp(rpc);
    each.push(performance.now() - from);
    // A link that says it is up and hears nothing would be quick too.
    const talk = startWhatsAppTalk(lab.whatsApp, lab.marks);
    await talk.catchUp();
    await talk.ask(contactOf(round));
    await talk.settle();
  }
  return each;
}

interface Idle {
  readonly rss: number;
  readonly pss: number;
  readonly cpuPercent: number;
}

/** A minute of a linked host to whom nobody says anything. */
async function idle(bench: Bench, messages: number): Promise<Idle> {
  await using lab = await startWhatsAppLab(bench, messages);
  const seconds = bench.quick ? 2 : 60;
  await sleep(bench.quick ? 500 : 5_000);
  const { pid } = lab.host;
  const [from, cpu] = [performance.now(), cpuOf(pid)];
  const rss: number[] = [];
  for (let second = 0; second < seconds; second++) {
    await sleep(1_000);
    rss.push(memoryOf(pid).rss);
  }
  const cpuPercent = (100 * (cpuOf(pid) - cpu)) / (performance.now() - from);
  const weighed = { rss: median(rss), pss: memoryOf(pid).pss, cpuPercent };
  // A host that had died or lost its link would be frugal too.
  await lab.talk.ask(contactOf(0));
  await lab.talk.settle();
  return weighed;
}

async function messagesAndStarts(bench: Bench): Promise<readonly Measured[]> {
  const [times, count, begun] = bench.quick ? [1, 5, 1] : [5, 100, 11];
  await using lab = await startWhatsAppLab(bench, bench.quick ? 3 : 100);
  await plantIn(bench, lab);
  const shares: Shares[] = [];
  for (let round = 0; round < times; round++) {
    await bench.quiet();
    shares.push(await ownShares(lab, count));
  }
  const up = await starts(bench, lab, begun);
  const how = `${String(times)} × ${String(count)} messages, median of the rounds`;
  const [p50, p95] = [shares.map((share) => share.p50), shares.map((share) => share.p95)];
  return [
    {
      name: 'WhatsApp, start to link up with saved credentials',
      unit: 'ms',
      value: median(up),
      goal: null,
      how: `median of ${String(up.length)} starts`,
      each: up,
    },
    { name: 'WhatsApp message, own share, p50', unit: 'ms', value: median(p50), goal: atMost(30), how, each: p50 },
    { name: 'WhatsApp message, own share, p95', unit: 'ms', value: median(p95), goal: null, how, each: p95 },
  ];
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const rows = await messagesAndStarts(bench);
  const [linked, talked] = [await idle(bench, 0), await idle(bench, bench.quick ? 3 : 50)];
  const seconds = bench.quick ? 2 : 60;
  const how = `median of ${String(seconds)} values, one a second`;
  const over = `user and system time of all threads over ${String(seconds)} s`;
  return [
    ...rows,
    { name: 'memory idle, linked with WhatsApp, RSS', unit: 'MiB', value: linked.rss, goal: atMost(160), how },
    { name: 'memory idle, linked with WhatsApp, PSS', unit: 'MiB', value: linked.pss, goal: null, how: 'at the end' },
    { name: 'the same after 50 messages, RSS', unit: 'MiB', value: talked.rss, goal: atMost(160), how },
    { name: 'CPU idle, linked with WhatsApp', unit: '%', value: linked.cpuPercent, goal: null, how: over },
  ];
}

export const whatsapp: Scenario = { name: 'whatsapp', run };
