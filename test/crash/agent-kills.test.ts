/**
 * The built host is killed with -9 at random moments while its model uses tools that change something, some of them with
 * the owner's permission. In the end every question is answered once, nothing was done twice, and what the store says of
 * each call is so.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counts } from '../counts.ts';
import type { RpcClient } from '../lib/headless.ts';
import { checkEffects, effectsOf, numberOf, startBusyModel, type Effect } from './lib/busy-model.ts';
import { checkBeginnings, checkCoverage } from './lib/checks.ts';
import { Workplace } from './lib/host-process.ts';
import { openCalls, readLedger } from './lib/ledger.ts';
import { Lives, orCut, settled } from './lib/lives.ts';
import { markerOf } from './lib/marked-model.ts';
import { Chance, passes, seedOfRun, seedVariable } from './lib/random.ts';
import { allowTools, checkPrompts, deskAt } from './lib/tool-bench.ts';
import { WindowWay, type Asked } from './lib/ways.ts';

const first = seedOfRun();
const chats = 6;

/** The owner answers every card that he is shown in one life, most of them with yes; ends with the connection. */
async function answerCards(window: RpcClient): Promise<void> {
  const ended = window.closed.then(() => true);
  const { seq } = await orCut(window, window.value('host.get', {}));
  window.subscribe(seq);
  for (;;) {
    const seen = window.events.length;
    for (const { id, text } of await orCut(window, window.value('cards.list', {}))) {
      const answer = numberOf(text) % 5 === 0 ? 'ignore' : 'once';
      await orCut(window, window.call('cards.answer', { card: id, answer }));
    }
    if (await Promise.race([ended, window.event(() => window.events.length > seen).then(() => false)])) return;
  }
}

/** In every life, until there is none any more. */
function ownerOf(lives: Lives): { readonly attend: () => void; readonly gone: () => Promise<unknown> } {
  const lifetimes: Promise<unknown>[] = [];
  const attend = (): void => {
    const life = lives.present;
    const during = life.ready.then(async (ready) => {
      if (ready !== null) await answerCards(await lives.window(ready, life));
    });
    // A kill cuts him short in the middle of a call.
    lifetimes.push(Promise.allSettled([during]));
  };
  return { attend, gone: () => Promise.all(lifetimes) };
}

function report(seed: number, effects: readonly Effect[], lives: Lives, starts: readonly number[]): void {
  const states = Object.fromEntries(
    [...Map.groupBy(effects, ({ state }) => state)].map(([state, of]) => [state, of.length]),
  );
  const restarted = starts.filter((count) => count > 1).length;
  const figures = { kills: lives.kills, turns: starts.length, restarted, changes: effects.length, ...states };
  process.stdout.write(`tools, ${seedVariable}=${String(seed)}: ${JSON.stringify(figures)}\n`);
}

describe('killed with -9 at random moments, with a model that uses tools', () => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = new Workplace();
  });
  afterAll(() => workplace[Symbol.dispose]());

  const seeds = Array.from({ length: counts.toolRuns }, (_none, index) => first + index);
  it.each(seeds)('answers every question once and does nothing twice, seed %d', async (seed) => {
    const chance = new Chance(seed);
    await using model = await startBusyModel(seed);
    await using way = new WindowWay();
    const folder = join(workplace.path, `journal-${String(seed)}`);
    mkdirSync(folder);
    const journal = join(folder, 'lines');
    const settings = { 'turns.mode': 'followup' };
    await using lives = new Lives(workplace, { ...model.provision, mcp: [deskAt(journal)], settings });
    await lives.withHost(async (ready, life) => allowTools(await lives.window(ready, life)));
    await way.prepare(lives, chats);
    const owner = ownerOf(lives);
    owner.attend();

    const asked = Array.from({ length: counts.toolQuestions }, (_none, index): Asked => {
      return { chat: (index % chats) + 1, n: Math.floor(index / chats) + 1 };
    });
    const each = Math.ceil(asked.length / counts.toolKills);
    for (let kill = 0; kill < counts.toolKills; kill++) {
      for (const one of asked.slice(kill * each, (kill + 1) * each)) {
        await passes(chance.int(0, 30));
        way.hand(lives, one);
      }
      const still = (): Promise<Disposable> => way.still();
      await lives.crash(chance.int(0, 500), { evenWhileStarting: chance.maybe(0.1), still });
      owner.attend();
    }
    await way.taken();
    await lives.withHost(async (ready, life) => settled(ready, await lives.window(ready, life)));
    expect(await lives.end()).toMatchObject({ code: 0 });
    await owner.gone();

    expect(lives.kills).toBe(counts.toolKills);
    const ledger = readLedger(lives.dataDir);
    checkCoverage(
      ledger,
      asked.map(({ chat, n }) => markerOf(String(chat), n)),
    );
    checkBeginnings(ledger);
    for (const { inputs, answers } of ledger.turns) {
      expect(answers.map(({ text }) => `Question ${text.replace('Answer to ', '')}`)).toEqual(
        inputs.map(({ text }) => text),
      );
    }
    expect(openCalls(lives.dataDir)).toEqual([]);
    checkPrompts(model.emulator);
    const effects = effectsOf(lives.dataDir, journal);
    expect(effects.length, 'it has done something').toBeGreaterThan(asked.length / 2);
    checkEffects(effects);
    report(
      seed,
      effects,
      lives,
      ledger.turns.map(({ starts }) => starts),
    );
  });
});
