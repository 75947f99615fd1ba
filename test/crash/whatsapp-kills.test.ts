/**
 * The built host, linked with a phone of the emulated WhatsApp, is killed with -9 at random moments while two people and
 * the owner write, privately and in groups. In the end every message is answered exactly once, each reply is shown once
 * to whoever it is for, and whatever arrived twice came under the same id with the same text.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counts } from '../counts.ts';
import { checkTaken, checkWhatsApp, type WhatsAppFigures } from './lib/check-whatsapp.ts';
import { checkCoverage, checkModel, checkOrder, replies } from './lib/checks.ts';
import { Workplace } from './lib/host-process.ts';
import { readLedger, type Ledger } from './lib/ledger.ts';
import { Lives, orCut, settled } from './lib/lives.ts';
import { markerOf, startMarkedModel } from './lib/marked-model.ts';
import { Chance, passes, seedOfRun, seedVariable } from './lib/random.ts';
import type { Asked } from './lib/ways.ts';
import { linkId, unanswered, WhatsAppWay } from './lib/whatsapp-way.ts';
import { linkIs } from './lib/whatsapp-link.ts';

const seed = seedOfRun();

/** Every chat says its messages in order; first each says one, then chance decides which is next. */
function script(chance: Chance): readonly Asked[] {
  const said = new Map<number, number>();
  return Array.from({ length: counts.killMessages }, (_none, index) => {
    const chat = index < WhatsAppWay.chats ? index + 1 : chance.int(1, WhatsAppWay.chats);
    const n = (said.get(chat) ?? 0) + 1;
    said.set(chat, n);
    return { chat, n };
  });
}

async function sayAndKill(lives: Lives, way: WhatsAppWay, asked: readonly Asked[], chance: Chance): Promise<void> {
  const killAfter = new Set(chance.some(counts.kills, asked.length));
  let crash = Promise.resolve();
  for (const [index, message] of asked.entries()) {
    await passes(chance.int(0, 40));
    // People write while nobody listens too, but most of what happens is to happen to a link that is up.
    if (chance.maybe(0.3)) {
      await lives.withHost(async (ready, life) => {
        const window = await lives.window(ready, life);
        await orCut(
          window,
          linkIs(window, linkId, ({ kind }) => kind === 'up'),
        );
      });
    }
    way.hand(lives, message);
    if (!killAfter.has(index + 1)) continue;
    await crash;
    const evenWhileStarting = chance.maybe(0.25);
    crash = lives.crash(chance.int(0, 1_200), { evenWhileStarting, still: (life) => way.still(lives, life) });
  }
  await crash;
}

interface Outcome {
  readonly ledger: Ledger;
  readonly lives: Lives;
  readonly figures: WhatsAppFigures;
}

function report(mode: string, { ledger, lives, figures }: Outcome, calls: number): void {
  const turns = replies(ledger);
  const told = {
    messages: turns.flatMap(({ inputs }) => inputs).length,
    kills: lives.kills,
    turns: turns.length,
    restarted: turns.filter(({ starts }) => starts > 1).length,
    calls,
    ...figures,
  };
  process.stdout.write(`WhatsApp, ${mode}, ${seedVariable}=${String(seed)}: ${JSON.stringify(told)}\n`);
}

describe.each(['collect', 'followup'])('linked with a phone and killed with -9 at random moments, %s', (mode) => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = new Workplace();
    process.stdout.write(`The seed is ${String(seed)}; ${seedVariable}=${String(seed)} repeats the run.\n`);
  });
  afterAll(() => workplace[Symbol.dispose]());

  it('answers each message once, shows each reply once under its id, and nobody else hears anything', async () => {
    const chance = new Chance(seed);
    await using model = await startMarkedModel(seed);
    await using way = await WhatsAppWay.start(counts.killMessages, new Chance(seed + 1));
    const settings = { ...(way.provision['settings'] ?? {}), 'turns.mode': mode };
    await using lives = new Lives(workplace, { ...model.provision, ...way.provision, settings });
    await way.prepare(lives);
    const asked = script(chance);
    await sayAndKill(lives, way, asked, chance);
    await way.taken();
    const sentAgain = await lives.withHost(async (ready, life) => settled(ready, await lives.window(ready, life)));
    expect(sentAgain, 'what has an id of ours is never counted as sent again').toBe(0);
    await checkTaken(way.emulator);
    expect(await lives.end()).toMatchObject({ code: 0 });
    expect(lives.kills).toBe(counts.kills);
    const ledger = readLedger(lives.dataDir);
    checkCoverage(
      ledger,
      asked.map(({ chat, n }) => markerOf(String(chat), n)),
    );
    checkModel(ledger, model.calls);
    checkOrder(ledger, true);
    const { places, people, emulator } = way;
    const figures = checkWhatsApp(ledger, emulator, { places, silent: [people.stranger, people.outsider] });
    checkCards(ledger);
    expect(emulator.violations.items, 'the service has nothing to complain of').toEqual([]);
    report(mode, { ledger, lives, figures }, model.calls.length);
  });
});

/** One message to the owner for the stranger, and one for the group. */
function checkCards({ turns }: Ledger): void {
  const cards = turns.filter(({ kind }) => kind === 'card').flatMap(({ parts }) => parts);
  for (const name of Object.values(unanswered)) {
    expect(
      cards.filter(({ plain }) => plain.includes(name)),
      `a card tells of ${name}`,
    ).toHaveLength(1);
  }
}
