/*
 * `/v1/chat/completions` without `user`, not streamed, over one kept connection: the whole call minus the model's own
 * time; then as many calls as ten clients can make.
 */
import { Agent, request } from 'node:http';
import { startLab, type Lab } from '../lab.ts';
import { echoOf } from '../model.ts';
import { atLeast, atMost, WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { median, percentile } from '../stats.ts';

const clients = 10;

/** One call; resolves with the ms until the whole answer was there. */
function call(lab: Lab, agent: Agent, text: string): Promise<number> {
  const body = JSON.stringify({ model: 'default', messages: [{ role: 'user', content: text }] });
  const from = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(new URL('/v1/chat/completions', lab.host.url), {
      agent,
      method: 'POST',
      headers: {
        authorization: `Bearer ${lab.host.token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      let whole = '';
      response.setEncoding('utf8').on('data', (piece: string) => (whole += piece));
      response.once('error', reject);
      response.once('end', () => {
        const took = performance.now() - from;
        const answer = contentOf(whole);
        if (response.statusCode === 200 && answer === echoOf(text)) resolve(took);
        else reject(new WrongAnswer(`“${answer ?? whole.slice(0, 200)}” came for “${text}”`));
      });
    });
    sent.end(body);
  });
}

function contentOf(body: string): string | undefined {
  const answer = JSON.parse(body) as {
    readonly choices?: readonly { readonly message?: { readonly content?: string } }[];
  };
  return answer.choices?.[0]?.message?.content;
}

async function oneByOne(lab: Lab, agent: Agent, count: number): Promise<number[]> {
  const before = (await lab.model.calls(0)).at(-1)?.number ?? 0;
  const took: number[] = [];
  for (let index = 0; index < count; index++) took.push(await call(lab, agent, `One by one #h-${String(index)}#`));
  const calls = await lab.model.calls(before);
  if (calls.length !== count) throw new WrongAnswer(`${String(calls.length)} model calls for ${String(count)} calls`);
  return took.map((time, index) => time - (calls[index]?.took ?? 0));
}

async function together(lab: Lab, agent: Agent, count: number): Promise<number> {
  const before = (await lab.model.calls(0)).at(-1)?.number ?? 0;
  let begun = 0;
  const client = async (): Promise<void> => {
    while (begun < count) await call(lab, agent, `Together #t-${String(++begun)}#`);
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - from) / 1000;
  const calls = await lab.model.calls(before);
  if (calls.length !== count) throw new WrongAnswer(`${String(calls.length)} model calls for ${String(count)} calls`);
  return count / seconds;
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const rounds = bench.quick ? 1 : 5;
  const count = bench.quick ? 20 : 500;
  const p50: number[] = [];
  const p95: number[] = [];
  const perSecond: number[] = [];
  await using lab = await startLab(bench, { warmUp: 1 });
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  await oneByOne(lab, agent, count);
  await together(lab, agent, count);
  for (let round = 0; round < rounds; round++) {
    await bench.quiet();
    const own = await oneByOne(lab, agent, count);
    p50.push(median(own));
    p95.push(percentile(own, 0.95));
    perSecond.push(await together(lab, agent, bench.quick ? 20 : 2_000));
  }
  agent.destroy();
  const how = `${String(rounds)} × ${String(count)} calls, median of the rounds`;
  return [
    { name: '/v1 call, own share, p50', unit: 'ms', value: median(p50), goal: atMost(3), how, each: p50 },
    { name: '/v1 call, own share, p95', unit: 'ms', value: median(p95), goal: null, how, each: p95 },
    {
      name: '/v1 calls by 10 clients',
      unit: '/s',
      value: median(perSecond),
      goal: atLeast(500),
      how: `${String(rounds)} × 2000 calls, median of the rounds`,
      each: perSecond,
    },
  ];
}

export const http: Scenario = { name: 'http', run };
