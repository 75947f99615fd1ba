/*
 * The event loop of the desktop's process, in the stand-in, while it works: first from the moment the gateway answers
 * until the window is drawn and the first messages are answered, when everything is loaded that answering needs; then
 * over a minute in which ten of fifty people write at the same moment each second, and the owner once a second in the
 * window, which shows it all. The stand-in runs in that process too, so what it does is in the numbers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { findDesk, startDesk, type Desk, type DeskPlace } from '../desk.ts';
import { temporaryFolder } from '../host.ts';
import type { LoopDelays } from '../inside.ts';
import { echoOf, startModel, type Model } from '../model.ts';
import { plantIn, spoilable } from '../plant.ts';
import { atMost, WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { startTalk, type Talk } from '../talk.ts';
import { startTelegram, type Telegram } from '../telegram.ts';

const people = 50;
const atOnce = 10;
const firstChat = 1_000;

interface Office {
  readonly desk: Desk;
  readonly model: Model;
  readonly telegram: Telegram;
  readonly talk: Talk;
}

/** What an owner sets up once; pacing and the loop breaker as in every other row. */
async function setUp({ desk, model, telegram }: Omit<Office, 'talk'>): Promise<void> {
  const provider = { id: 'lab', kind: 'openai', baseUrl: model.url, key: model.key } as const;
  await desk.call('providers.save', { provider });
  await desk.call('models.choose', { default: `lab/${model.name}` });
  await desk.call('settings.set', { key: 'delivery.pacing', value: 0 });
  await desk.call('settings.set', { key: 'turns.loopReplies', value: 1_000 });
  await desk.call('links.addTelegram', { id: 'bot', token: telegram.token, apiRoot: telegram.url });
  await desk.call('people.setRole', { link: 'bot', address: '*', role: 'guest' });
}

/** The owner's own conversation, in the window: what was said in it, and the check that each was answered once. */
class OwnersThread {
  readonly #desk: Desk;
  readonly #said: string[] = [];
  #conversation = '';

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Does not wait for the answer. */
  async say(): Promise<void> {
    if (this.#conversation === '') this.#conversation = (await this.#desk.call('conversations.create', {})).id;
    const text = `Question #w-${String(this.#said.length)}#, from the window.`;
    this.#said.push(text);
    await this.#desk.call('messages.send', { conversation: this.#conversation, text, key: `w-${text}` });
  }

  async check(): Promise<void> {
    const wanted = this.#said.map(echoOf).sort();
    const { messages } = await this.#desk.call('conversations.thread', {
      conversation: this.#conversation,
      limit: 2 * wanted.length + 10,
    });
    const answers = messages.flatMap((message) => (message.kind === 'assistant' ? [message.text] : [])).sort();
    if (answers.join('\n') !== wanted.join('\n')) {
      throw new WrongAnswer(`${String(wanted.length)} questions in the window had the answers ${answers.join(', ')}`);
    }
  }
}

async function work(bench: Bench, { desk, model, telegram, talk }: Office): Promise<LoopDelays> {
  const thread = new OwnersThread(desk);
  await plantIn(bench, spoilable({ telegram, model }));
  const seconds = bench.quick ? 3 : 60;
  const from = performance.now();
  for (let second = 0; second < seconds; second++) {
    const chats = Array.from({ length: atOnce }, (_, index) => firstChat + ((second * atOnce + index) % people));
    await Promise.all([thread.say(), talk.loop(chats, atOnce)]);
    await sleep(Math.max(0, from + 1_000 * (second + 1) - performance.now()));
  }
  const delays = await desk.delays();
  await talk.settle();
  await thread.check();
  await checkWatch(desk);
  return delays;
}

/** A watch that misses a halt would praise any loop. */
async function checkWatch(desk: Desk): Promise<void> {
  await desk.delays();
  await desk.halt(70);
  const { longest } = await desk.delays();
  if (longest < 70) throw new WrongAnswer(`a halt of 70 ms was seen as one of ${longest.toFixed(1)} ms`);
}

interface Found {
  /** Until the first messages were answered. */
  readonly first: LoopDelays;
  readonly minute: LoopDelays;
}

async function once(bench: Bench, place: DeskPlace): Promise<Found> {
  await using folder = await temporaryFolder();
  await using model = await startModel();
  await using telegram = await startTelegram();
  {
    await using before = await startDesk(place, folder.path);
    await setUp({ desk: before, model, telegram });
  }
  await bench.quiet();
  await using desk = await startDesk(place, folder.path);
  const talk = startTalk(telegram);
  for (let chat = 0; chat < 3; chat++) await talk.ask(900_000 + chat);
  const first = await desk.delays();
  return { first, minute: await work(bench, { desk, model, telegram, talk }) };
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const place = findDesk(bench, 'desktop-busy');
  if (place === null) return [];
  const all: Found[] = [];
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) all.push(await once(bench, place));
  const rounds = String(all.length);
  const row = (name: string, goal: number | null, how: string, each: readonly number[]): Measured => ({
    name: `desktop in the stand-in: ${name}`,
    unit: 'ms',
    value: Math.max(...each),
    goal: goal === null ? null : atMost(goal),
    how: `${how}; the worst of ${rounds}`,
    each,
  });
  const firsts = all.map(({ first }) => first);
  const minutes = all.map(({ minute }) => minute);
  const longest = 'longest time between two runs of a timer of 1 ms';
  const work = 'most processor time of the main thread between two runs of that timer';
  return [
    row(
      'longest task from the gateway ready to the third answer',
      50,
      longest,
      firsts.map((each) => each.longest),
    ),
    row(
      'the same, processor time alone',
      50,
      work,
      firsts.map((each) => each.work),
    ),
    row(
      'longest task of a busy minute',
      50,
      longest,
      minutes.map((each) => each.longest),
    ),
    row(
      'the same, processor time alone',
      50,
      work,
      minutes.map((each) => each.work),
    ),
    row(
      'event-loop delay of a busy minute, p99',
      20,
      'lateness of a timer of 10 ms',
      minutes.map(({ p99 }) => p99),
    ),
    row(
      'event-loop delay of a busy minute, median',
      null,
      'lateness of a timer of 10 ms',
      minutes.map((each) => each.median),
    ),
  ];
}

export const busy: Scenario = { name: 'desktop-busy', run };
