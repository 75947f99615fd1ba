/*
 * One message after the other through the window's own way: from just before `messages.send` leaves until the event
 * with the whole, stored answer has arrived, minus the model's own time. The client is a socket, not a browser.
 */
import { startLab, type Lab } from '../lab.ts';
import { echoOf } from '../model.ts';
import { atMost, WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { openRpc, type Rpc } from '../rpc.ts';
import { median, percentile } from '../stats.ts';

const perConversation = 15;
const patience = 15_000;

interface Heard {
  readonly conversation: string;
  readonly text: string;
  readonly at: number;
}

/** Answers as they come; each is taken by whoever asked, and one that nobody asked for is wrong. */
class Answers {
  readonly #heard: Heard[] = [];
  #waiting: PromiseWithResolvers<Heard> | null = null;

  constructor(rpc: Rpc) {
    rpc.listen((event) => {
      if (event.kind !== 'message.added' || event.message.kind === 'person') return;
      const { conversation, text } = event.message;
      const heard = { conversation, text, at: performance.now() };
      if (this.#waiting === null) this.#heard.push(heard);
      else this.#waiting.resolve(heard);
      this.#waiting = null;
    });
  }

  async next(): Promise<Heard> {
    const early = this.#heard.shift();
    if (early !== undefined) return early;
    const waiting = Promise.withResolvers<Heard>();
    this.#waiting = waiting;
    const timer = setTimeout(() => waiting.reject(new WrongAnswer('an answer is missing')), patience);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  get left(): readonly Heard[] {
    return this.#heard;
  }
}

async function round(lab: Lab, rpc: Rpc, answers: Answers, count: number): Promise<readonly number[]> {
  const before = (await lab.model.calls(0)).at(-1)?.number ?? 0;
  const took: number[] = [];
  const texts: string[] = [];
  let conversation = '';
  for (let turn = 0; turn < count; turn++) {
    if (turn % perConversation === 0) conversation = (await rpc.call('conversations.create', {})).id;
    const text = `Question #w-${String(turn)}#, with a few words around it.`;
    texts.push(text);
    const from = performance.now();
    const sent = rpc.call('messages.send', { conversation, text, key: `${conversation}-${String(turn)}` });
    const heard = await answers.next();
    await sent;
    if (heard.conversation !== conversation || heard.text !== echoOf(text)) {
      throw new WrongAnswer(`“${heard.text}” came for “${text}”`);
    }
    took.push(heard.at - from);
  }
  const calls = await lab.model.calls(before);
  if (calls.length !== count || answers.left.length > 0) throw new WrongAnswer('an answer was doubled');
  return took.map((time, index) => time - (calls[index]?.took ?? 0));
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const count = bench.quick ? 5 : 300;
  const rounds = bench.quick ? 1 : 5;
  const p50: number[] = [];
  const p95: number[] = [];
  await using lab = await startLab(bench, { warmUp: 1 });
  using rpc = await openRpc(lab.host);
  const answers = new Answers(rpc);
  await round(lab, rpc, answers, bench.quick ? 2 : 100);
  for (let each = 0; each < rounds; each++) {
    await bench.quiet();
    const own = await round(lab, rpc, answers, count);
    p50.push(median(own));
    p95.push(percentile(own, 0.95));
  }
  const how = `${String(rounds)} × ${String(count)} messages, median of the rounds`;
  return [
    { name: 'window message, own share, p50', unit: 'ms', value: median(p50), goal: atMost(10), how, each: p50 },
    { name: 'window message, own share, p95', unit: 'ms', value: median(p95), goal: atMost(25), how, each: p95 },
  ];
}

export const window: Scenario = { name: 'window', run };
