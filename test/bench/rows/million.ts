/*
 * A host with a million stored messages: what a person does at the window (open a conversation, scroll back, search),
 * one Telegram message, and the start. Times of the window are those of one call over `/rpc`, answer included.
 */
import { copyFile, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessageView } from '../../../preload/contract/views.ts';
import { temporaryFolder } from '../host.ts';
import { startLab, type Lab } from '../lab.ts';
import { commonWord, millionMessages, rareWord } from '../million.ts';
import { atMost, WrongAnswer, type Bench, type Goal, type Measured, type Scenario } from '../rows.ts';
import { openRpc, type Rpc } from '../rpc.ts';
import { median, percentile } from '../stats.ts';
import { timeOfStart } from './start.ts';
import { ownShares } from './telegram.ts';

const page = 50;
const hits = 50;

/** Times of `count` calls; `check` gets each answer. */
async function times<Answer>(
  count: number,
  call: (index: number) => Promise<Answer>,
  check: (answer: Answer, index: number) => void,
): Promise<readonly number[]> {
  const took: number[] = [];
  for (let index = 0; index < count; index++) {
    const from = performance.now();
    const answer = await call(index);
    took.push(performance.now() - from);
    check(answer, index);
  }
  return took;
}

function checkPage(messages: readonly MessageView[], conversation: string, before: number): void {
  const rising = messages.every(({ seq }, index) => index === 0 || seq > (messages[index - 1]?.seq ?? 0));
  const belongs = messages.every((message) => message.conversation === conversation && message.seq < before);
  if (messages.length !== page || !rising || !belongs) {
    const seqs = messages.map(({ seq }) => seq);
    throw new WrongAnswer(
      `a page before ${String(before)} has ${String(seqs.length)} messages, ${seqs.slice(0, 5).join()} …`,
    );
  }
}

interface WindowTimes {
  readonly list: readonly number[];
  readonly open: readonly number[];
  readonly back: readonly number[];
  readonly rare: readonly number[];
  readonly common: readonly number[];
  readonly typed: readonly number[];
}

async function atTheWindow(rpc: Rpc, count: number): Promise<WindowTimes> {
  // Not the short ones that the warm-up has made.
  const listed = (await rpc.call('conversations.page', { limit: 100 })).filter(({ title }) =>
    title.startsWith('Person'),
  );
  const list = await times(
    count,
    () => rpc.call('conversations.page', { limit: page }),
    (rows) => {
      if (rows.length !== page) throw new WrongAnswer(`${String(rows.length)} conversations were listed`);
    },
  );
  const one = (index: number): string => listed[index % listed.length]?.id ?? '';
  const oldest = new Map<string, number>();
  const open = await times(
    count,
    (index) => rpc.call('conversations.thread', { conversation: one(index), limit: page }),
    ({ messages }, index) => {
      checkPage(messages, one(index), Number.MAX_SAFE_INTEGER);
      oldest.set(one(index), messages[0]?.seq ?? 0);
    },
  );
  const before = (index: number): number => oldest.get(one(index)) ?? 0;
  const back = await times(
    count,
    (index) => rpc.call('conversations.thread', { conversation: one(index), limit: page, beforeSeq: before(index) }),
    ({ messages }, index) => {
      checkPage(messages, one(index), before(index));
      oldest.set(one(index), messages[0]?.seq ?? 0);
    },
  );
  const search = (query: string, found: string): Promise<readonly number[]> =>
    times(
      Math.max(3, count / 10),
      () => rpc.call('conversations.search', { query, limit: hits }),
      (rows) => {
        const all = rows.every(({ excerpt }) => excerpt.toLowerCase().includes(found));
        if (rows.length === 0 || !all) throw new WrongAnswer(`the search for “${query}” found something else`);
      },
    );
  // The first search starts the worker; nobody types so fast that it would matter.
  await search(rareWord, rareWord);
  const [rare, common] = [await search(rareWord, rareWord), await search(commonWord, commonWord)];
  return { list, open, back, rare, common, typed: await search(rareWord.slice(0, 3), rareWord.slice(0, 3)) };
}

async function window(bench: Bench, lab: Lab): Promise<readonly Measured[]> {
  using rpc = await openRpc(lab.host);
  await atTheWindow(rpc, bench.quick ? 3 : 50);
  await bench.quiet();
  const took = await atTheWindow(rpc, bench.quick ? 5 : 200);
  const row = (name: string, each: readonly number[], goal: Goal | null): Measured => ({
    name: `with a million messages: ${name}`,
    unit: 'ms',
    value: median(each),
    goal,
    how: `median of ${String(each.length)} calls, p95 ${percentile(each, 0.95).toFixed(1)} ms`,
  });
  return [
    row('list conversations', took.list, null),
    row('open a conversation', took.open, atMost(5)),
    row('a page further back', took.back, atMost(5)),
    row('search for a rare word', took.rare, atMost(50)),
    row('search for a common word', took.common, atMost(50)),
    row('search for three letters', took.typed, atMost(50)),
  ];
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const { path } = millionMessages(bench.quick ? 20_000 : 1_000_000);
  await using folder = await temporaryFolder();
  const data = join(folder.path, 'data');
  await mkdir(data, { mode: 0o700 });
  // Where the file system can, the copy shares its blocks with the original until it is written to.
  await copyFile(path, join(data, 'porchlight.db'), constants.COPYFILE_FICLONE);
  const rows: Measured[] = [];
  const starts: number[] = [];
  {
    await using lab = await startLab(bench, { folder: folder.path });
    rows.push(...(await window(bench, lab)));
    const rounds = bench.quick ? 1 : 3;
    const turns: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await bench.quiet();
      turns.push((await ownShares(lab, bench.quick ? 5 : 200, 20_000 * (round + 1))).p50);
    }
    rows.push({
      name: 'with a million messages: Telegram message, own share, p50',
      unit: 'ms',
      value: median(turns),
      goal: atMost(10),
      how: `${String(rounds)} × 200 messages, median of the rounds`,
      each: turns,
    });
    const { model } = lab;
    await lab.host[Symbol.asyncDispose]();
    for (let round = 0; round < (bench.quick ? 1 : 7); round++) {
      await bench.quiet();
      starts.push(await timeOfStart(bench, { folder: folder.path, model, provision: false }));
    }
  }
  rows.push({
    name: 'with a million messages: start to ready',
    unit: 'ms',
    value: median(starts),
    goal: atMost(400),
    how: `median of ${String(starts.length)} starts`,
    each: starts,
  });
  return rows;
}

export const million: Scenario = { name: 'million', run };
