/*
 * One conversation that goes on and on with a model of 8,192 tokens, which refuses every prompt that is longer: turns of 5
 * to 30,000 tokens, a guest and a group beside it, restarts in between. What is looked at is what the model was given.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { estimateTokens } from '../../../main/gateway/tokens.ts';
import { Notes } from '../../../main/tools/notes.ts';
import type { ChatCall } from '../../emulators/openai/types.ts';
import { counts } from '../../counts.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { condensing, promptsOf, talk } from './condensing.ts';
import { expectVerbatim, type Said, type Verbatim } from './verbatim.ts';

const window = 8192;
const guest = 7777;
const group = -4711;
const asker = { id: ownerChat, first_name: 'Ada' };
/** What only the owner's private prompts may hold: one fact he asked for, one that condensing found. */
const asked = 'halcyon-5521';
const found = 'marmalade-8834';
/** The same numbers in each run. */
function sequence(): () => number {
  let seed = 42;
  return () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

/** Mostly short, sometimes long, now and then longer than the window. */
function lengthOf(random: () => number): number {
  const kind = random();
  if (kind < 0.6) return 5 + Math.floor(random() * 150);
  if (kind < 0.9) return 150 + Math.floor(random() * 1_200);
  if (kind < 0.98) return 1_300 + Math.floor(random() * 4_000);
  return 8_000 + Math.floor(random() * 22_000);
}

function text(name: string, tokens: number): string {
  return `${name} ${'word '.repeat(Math.max(0, Math.floor((tokens * 4 - name.length) / 5)))}`.trim();
}

function answersOf(random: () => number): (call: ChatCall) => string {
  let count = 0;
  return () => text(`answer-${String(++count)}`, 5 + Math.floor(random() ** 4 * 900));
}

const condensed = (): string =>
  `<summary>They spoke of this and that.</summary>\n<keep>\n- The cat is called ${found}.\n</keep>`;

async function withNotes(work: (notes: Notes) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-notes-'));
  try {
    const log = { write: () => undefined };
    await using notes = new Notes({ folder, clock: new ManualClock(), log, timeZone: () => 'UTC' }, () => undefined);
    await work(notes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A guest and a group talk about as much as it takes to be condensed. */
async function othersTalk(test: TestGateway): Promise<void> {
  await test.gateway.people.setRole('bot', String(guest), 'guest', 'owner');
  test.bot.join({ id: group, type: 'group', title: 'Club' }, asker);
  await test.until(() => test.gateway.people.groups().length, 1);
  await test.gateway.people.setGroup('bot', String(group), 'always', 'owner');
  for (let count = 1; count <= 10; count++) {
    test.bot.say({ chatId: guest, text: text(`guest-${String(count)}`, 900) });
    await test.drive(test.replies(count, guest));
    test.bot.say({ chatId: group, from: asker, text: text(`group-${String(count)}`, 900) });
    await test.drive(test.replies(count, group));
  }
  await test.drive(test.idle());
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

it(
  'stays within its window, at a price that does not rise, and forgets neither its last turns nor what is kept',
  { timeout: counts.longTurns * 1_500 },
  async () => {
    await withNotes(async (notes) => {
      const settings = { 'models.firstTokenSeconds': 3600, 'models.betweenTokensSeconds': 3600 };
      await using test = await startGateway({ openai: { contextLength: window }, memory: notes.memory, settings });
      const random = sequence();
      test.openai.script(condensing(condensed, answersOf(random)));
      await notes.forTools.remember(`The boat is called ${asked}.`, 'memory');
      await othersTalk(test);
      const others = promptsOf(test);
      expect(others.filter(({ condenses }) => condenses).length).toBeGreaterThanOrEqual(2);
      expect(others.filter(({ text: all }) => all.includes(asked) || all.includes(found))).toEqual([]);
      expect(others.some(({ system }) => system.includes('<keep>'))).toBe(false);
      // Nobody names the window: it is known from here on, over restarts as well.
      expect(others.filter(({ accepted }) => !accepted)).toHaveLength(1);

      const said: Said[] = [];
      const seen: Verbatim[] = [];
      const spent: number[] = [];
      let before = test.openai.chats.length;
      for (let index = 0; index < counts.longTurns; index++) {
        if (index % Math.ceil(counts.longTurns / 3) === Math.ceil(counts.longTurns / 4)) {
          await test.stop();
          await test.open();
        }
        const question = text(`turn-${String(index)}`, lengthOf(random));
        await talk(test, question);
        const reply = test.read.messages.page(test.conversation('thread').id, 1)[0];
        const calls = promptsOf(test, before);
        before += calls.length;
        spent.push(sum(calls.filter(({ accepted }) => accepted).map(({ text: all }) => all.length / 4)));
        const last = calls.at(-1);
        if (reply?.reason?.code === 'model.message-too-long') {
          expect(estimateTokens(question)).toBeGreaterThan(window / 2);
          continue;
        }
        expect(reply).toMatchObject({ kind: 'assistant', reason: null });
        expect(last?.accepted).toBe(true);
        expect(last?.system).toContain(asked);
        if (last !== undefined) seen.push(expectVerbatim(last, said, window));
        said.push({ asked: question, answer: reply?.text ?? '' });
      }

      // The edge was reached from both sides, and nearly all of the room taken somewhere.
      expect(seen.length).toBeGreaterThan(counts.longTurns / 2);
      expect(seen.filter(({ cut }) => cut).length).toBeGreaterThan(5);
      expect(seen.filter(({ shown }) => shown === 6).length).toBeGreaterThan(5);
      expect(Math.min(...seen.map(({ left }) => left))).toBeLessThan(window / 50);
      const summaries = test.read.summaries.ofConversation(test.conversation('thread').id);
      expect(summaries.length).toBeGreaterThan(1);
      expect(promptsOf(test).at(-1)?.system).toContain(found);
      const quarter = Math.floor(spent.length / 4);
      const [early, late] = [spent.slice(quarter, 2 * quarter), spent.slice(-quarter)].map(
        (part) => sum(part) / quarter,
      );
      const refused = promptsOf(test).filter(({ accepted }) => !accepted).length;
      expect(refused).toBe(1);
      const figures = `${String(summaries.length)} summaries, ${String(refused)} prompts refused by the server, tokens a turn`;
      process.stdout.write(
        `${figures}: second quarter ${String(Math.round(early ?? 0))}, last ${String(Math.round(late ?? 0))}\n`,
      );
      expect(late).toBeLessThan((early ?? 0) * 1.35);
    });
  },
);
