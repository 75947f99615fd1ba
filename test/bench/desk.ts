/* The built desktop in the stand-in for Electron, as a process of its own, driven from its window. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AnswerOf, CommandName, Outcome, ParamsOf } from '../../preload/contract/commands.ts';
import { browserVariable, findBrowser } from '../lib/browser.ts';
import type { Answered, LoopDelays, Marks } from './inside.ts';
import { startNode } from './process.ts';
import { WrongAnswer, type Bench } from './rows.ts';

export interface Desk extends AsyncDisposable {
  readonly marks: Marks;
  /** A command that the page gives; a refusal is a wrong answer. */
  call<Name extends CommandName>(name: Name, params: ParamsOf<Name>): Promise<AnswerOf<Name>>;
  /** What the event loop did since this was asked last, or since the gateway ran. */
  delays(): Promise<LoopDelays>;
  /** Blocks the main thread for so long. */
  halt(ms: number): Promise<void>;
}

export interface DeskPlace {
  /** The checkout whose `dist` is started. */
  readonly root: string;
  readonly browser: string;
}

/** Where a desktop can be started; null, and said why, where it cannot. */
export function findDesk(bench: Bench, scenario: string): DeskPlace | null {
  const root = join(bench.build, '..');
  const browser = findBrowser();
  if (browser !== undefined && existsSync(join(root, 'package.json'))) return { root, browser };
  console.error(`${scenario}: left out, because it needs a browser and the build of this folder`);
  return null;
}

/** Starts it; it has painted its first content when this resolves. `folder` is its home. */
export async function startDesk({ root, browser }: DeskPlace, folder: string): Promise<Desk> {
  const started = await startNode({
    args: [join(import.meta.dirname, '../host/start.ts'), '-r', join(import.meta.dirname, 'inside.ts'), root],
    env: { HOME: folder, PORCHLIGHT_DATA_DIR: join(folder, 'data'), [browserVariable]: browser },
    channel: true,
  });
  await using undo = new AsyncDisposableStack();
  undo.use(started);
  const { child } = started;
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  child.on('message', (answer: Answered) => {
    if ('value' in answer) waiting.get(answer.id)?.resolve(answer.value);
    else waiting.get(answer.id)?.reject(new Error(answer.problem));
    waiting.delete(answer.id);
  });
  child.once('exit', () => {
    for (const each of waiting.values()) each.reject(new Error('The desktop has ended.'));
  });
  const ask = (what: object): Promise<unknown> => {
    const id = ++last;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    child.send({ id, ...what });
    return answer.promise;
  };
  const marks = readMarks(started.said);
  const owned = undo.move();
  return {
    marks,
    async call<Name extends CommandName>(name: Name, params: ParamsOf<Name>) {
      const outcome = (await ask({ kind: 'call', name, params })) as Outcome<Name>;
      if (!outcome.ok) throw new WrongAnswer(`${name} was refused: ${JSON.stringify(outcome.reason)}`);
      return outcome.value;
    },
    delays: async () => (await ask({ kind: 'delays' })) as LoopDelays,
    async halt(ms) {
      await ask({ kind: 'halt', ms });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** They have to be in the order of a start, or something else was measured. */
function readMarks(said: Readonly<Record<string, unknown>>): Marks {
  const marks = said as Readonly<Record<keyof Marks, unknown>>;
  const [evaluated, ready, gateway, painted] = [marks.evaluated, marks.ready, marks.gateway, marks.painted].map(Number);
  const order = [0, evaluated, ready, gateway, painted].map((value) => value ?? Number.NaN);
  if (!order.every((value, index) => index === 0 || value > (order[index - 1] ?? 0))) {
    throw new WrongAnswer(`marks out of order: ${order.slice(1).join()}`);
  }
  const [, first = 0, second = 0, third = 0, fourth = 0] = order;
  return { evaluated: first, ready: second, gateway: third, painted: fourth, text: String(marks.text) };
}
