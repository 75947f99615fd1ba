/*
 * Many people at once. The burst: 200 messages from 50 chats, four each, put into the emulator in one go; from the first
 * update handed over until the last answer. What queues up in a chat becomes one turn (`turns.mode` collect, the
 * default); the same once more with a turn for each (followup). The closed loop: 50 chats, each says its next thing as
 * soon as it was answered.
 */
import { startLab, type Lab } from '../lab.ts';
import { echoOf } from '../model.ts';
import { atLeast, atMost, WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { median } from '../stats.ts';
import type { Say } from '../telegram.ts';
import type { Sent } from '../../emulators/telegram/types.ts';

const chats = 50;
const each = 4;
const patience = 20_000;

type Mode = 'collect' | 'followup';

/** Everything that is sent until each chat's last message was answered. */
async function answersTo(lab: Lab, messages: readonly Say[], since: number): Promise<readonly Sent[]> {
  const open = new Set(messages.slice(-chats).map(({ text }) => echoOf(text)));
  const all: Sent[] = [];
  const end = performance.now() + patience;
  let seen = since;
  while (open.size > 0) {
    const sent = await lab.telegram.sent(seen, 1_000);
    seen = sent.at(-1)?.number ?? seen;
    for (const one of sent) {
      if (one.kind === 'action') continue;
      all.push(one);
      open.delete(one.text ?? '');
    }
    if (performance.now() > end) throw new WrongAnswer(`${String(open.size)} chats have no last answer`);
  }
  const late = (await lab.telegram.sent(seen, 1_000)).filter(({ kind }) => kind !== 'action');
  if (late.length > 0) throw new WrongAnswer(`${String(late.length)} messages came although everything was answered`);
  return all;
}

/** Four rounds of one message per chat, as if everybody typed at once. */
function burstOf(round: number): readonly Say[] {
  return Array.from({ length: chats * each }, (_, index) => ({
    chatId: 10_000 * (round + 1) + (index % chats),
    text: `Burst #b-${String(round)}-${String(index)}#`,
  }));
}

/** Every message reached the model, in its chat's order; every chat's answers are in order, none twice. */
async function check(lab: Lab, messages: readonly Say[], sent: readonly Sent[], mode: Mode, before: number): Promise<void> {
  const calls = await lab.model.calls(before);
  for (const chatId of new Set(messages.map((message) => message.chatId))) {
    const said = messages.filter((message) => message.chatId === chatId).map(({ text }) => text);
    const answers = sent.filter((one) => one.chatId === chatId).map(({ text }) => said.findIndex((own) => echoOf(own) === text));
    const rising = answers.every((place, index) => place > (answers[index - 1] ?? -1));
    if (!rising) throw new WrongAnswer(`answers in chat ${String(chatId)} are doubled or not in order: ${answers.join()}`);
    if (mode === 'followup' && answers.length !== said.length) throw new WrongAnswer('an answer is missing');
    const asked = calls.findLast((call) => call.asked.join('\n').includes(said.at(-1) ?? ''))?.asked.join('\n') ?? '';
    const places = said.map((text) => asked.indexOf(text));
    if (places.some((place, index) => place <= (places[index - 1] ?? -1))) {
      throw new WrongAnswer(`the model did not get every message of chat ${String(chatId)} in order`);
    }
  }
}

async function bursts(bench: Bench, mode: Mode): Promise<readonly number[]> {
  await using lab = await startLab(bench, { settings: { 'turns.mode': mode } });
  const times: number[] = [];
  for (let round = 0; round < (bench.quick ? 1 : 6); round++) {
    await bench.quiet();
    const before = (await lab.model.calls(0)).at(-1)?.number ?? 0;
    const since = (await lab.telegram.sent(0, 0)).at(-1)?.number ?? 0;
    const messages = burstOf(round);
    const updates = await lab.telegram.say(messages);
    const sent = await answersTo(lab, messages, since);
    await check(lab, messages, sent, mode, before);
    const handed = (await lab.telegram.handed(0)).filter(({ updateId }) => updates.includes(updateId));
    // The first burst warms up what only many turns at once use.
    if (round > 0 || bench.quick) times.push((sent.at(-1)?.at ?? 0) - Math.min(...handed.map(({ at }) => at)));
  }
  return times;
}

async function loops(bench: Bench): Promise<readonly number[]> {
  await using lab = await startLab(bench);
  const count = bench.quick ? 100 : 1_500;
  const perSecond: number[] = [];
  for (let round = 0; round < (bench.quick ? 1 : 6); round++) {
    await bench.quiet();
    const first = 10_000 * (round + 1);
    const took = await lab.talk.loop(
      Array.from({ length: chats }, (_, index) => first + index),
      count,
    );
    await lab.talk.settle();
    if (round > 0 || bench.quick) perSecond.push((count * 1000) / took);
  }
  return perSecond;
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const collect = await bursts(bench, 'collect');
  const followup = await bursts(bench, 'followup');
  const perSecond = await loops(bench);
  const how = '200 messages from 50 chats, median of the rounds';
  return [
    { name: 'burst of 200 messages', unit: 'ms', value: median(collect), goal: atMost(1000), how, each: collect },
    { name: 'the same with a turn for each message', unit: 'ms', value: median(followup), goal: null, how, each: followup },
    {
      name: 'closed loop of 50 chats, answers',
      unit: '/s',
      value: median(perSecond),
      goal: atLeast(150),
      how: '1500 answers, median of the rounds',
      each: perSecond,
    },
  ];
}

export const crowd: Scenario = { name: 'crowd', run };
