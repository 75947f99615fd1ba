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

/** The marks in a text, in their order. An answer to several messages carries the marks of all of them. */
function marksIn(text: string): readonly string[] {
  return text.match(/#b-\d+-\d+#/g) ?? [];
}

/** Four rounds of one message per chat, as if everybody typed at once. */
function burstOf(round: number): readonly Say[] {
  return Array.from({ length: chats * each }, (_, index) => ({
    chatId: 10_000 * (round + 1) + (index % chats),
    text: `Burst #b-${String(round)}-${String(index)}#`,
  }));
}

/** Everything that is sent until the echo of every message was in an answer, and for a second after that. */
async function answersTo(lab: Lab, messages: readonly Say[], since: number): Promise<readonly Sent[]> {
  const open = new Set(messages.flatMap(({ text }) => marksIn(text)));
  const all: Sent[] = [];
  const end = performance.now() + patience;
  let seen = since;
  const listen = async (wait: number): Promise<void> => {
    const sent = await lab.telegram.sent(seen, wait);
    seen = sent.at(-1)?.number ?? seen;
    all.push(...sent.filter(({ kind }) => kind !== 'action'));
    for (const mark of sent.flatMap(({ text }) => marksIn(text ?? ''))) open.delete(mark);
  };
  while (open.size > 0) {
    await listen(1_000);
    if (performance.now() > end) throw new WrongAnswer(`${String(open.size)} messages were not answered`);
  }
  await listen(1_000);
  return all;
}

/** In every chat each message is answered exactly once, in the order in which it was said. */
function check(messages: readonly Say[], sent: readonly Sent[], mode: Mode): void {
  for (const chatId of new Set(messages.map((message) => message.chatId))) {
    const said = messages.filter((message) => message.chatId === chatId).map(({ text }) => text);
    const answers = sent.filter((one) => one.chatId === chatId).map(({ text }) => text ?? '');
    const answered = answers.flatMap(marksIn).join();
    if (answered !== said.flatMap(marksIn).join()) {
      throw new WrongAnswer(`chat ${String(chatId)} said ${said.join(', ')} and was answered ${answered}`);
    }
    if (mode === 'followup' && answers.length !== said.length) throw new WrongAnswer('messages were answered together');
    if (!answers.every((text) => text.startsWith(echoOf('')))) throw new WrongAnswer('an answer is no echo');
  }
}

async function bursts(bench: Bench, mode: Mode): Promise<readonly number[]> {
  await using lab = await startLab(bench, { settings: { 'turns.mode': mode } });
  const times: number[] = [];
  for (let round = 0; round < (bench.quick ? 1 : 6); round++) {
    await bench.quiet();
    const since = (await lab.telegram.sent(0, 0)).at(-1)?.number ?? 0;
    const messages = burstOf(round);
    const updates = await lab.telegram.say(messages);
    const sent = await answersTo(lab, messages, since);
    check(messages, sent, mode);
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
    {
      name: 'the same with a turn for each message',
      unit: 'ms',
      value: median(followup),
      goal: null,
      how,
      each: followup,
    },
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
