/**
 * What people got to see in Telegram, against what the gateway knows. Each part of a reply is one message; it is there
 * once more, labelled, exactly when a death left its send without a known outcome, and that is what the window counts.
 */
import { expect } from 'vitest';
import type { TelegramEmulator } from '../../emulators/telegram/server.ts';
import type { Sent } from '../../emulators/telegram/types.ts';
import { askedIn, finalText, replies } from './checks.ts';
import { againLabel, withoutLabel } from './labels.ts';
import type { Ledger, LedgerTurn, OpenSend } from './ledger.ts';
import { markersIn, type MarkedCall } from './marked-model.ts';

/** A process of the host. */
export interface Lifetime {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Parts that its end left as being sent. */
  readonly left: readonly OpenSend[];
}

/**
 * The sends whose outcome no process could know, and what became of them. Each leads to exactly one more send, which is
 * labelled and which the window counts when it is begun (`again` of a part, main/gateway/delivery/delivery.ts). So
 *
 *   count in the window = answerLost + answerNotNoted + neverExecuted
 *   labelled messages   = count in the window − labelledNeverExecuted
 *
 * where a part that was cut twice counts twice, and a labelled send that was cut before it was executed is one that the
 * window counts and nobody sees.
 */
export interface Doubles {
  /** Executed, and the emulator says that its answer cannot have been read. Exactly these can be there twice. */
  readonly answerLost: number;
  /** Executed and answered; the end came between reading the answer and noting it. */
  readonly answerNotNoted: number;
  /** Noted, and cut before the request was executed: the labelled one is the only one. */
  readonly neverExecuted: number;
  /** Those of them that would have carried the label. */
  readonly labelledNeverExecuted: number;
  /** Messages with the label. */
  readonly labelled: number;
}

/** Where every outcome was known. */
export const nothingUnknown: Doubles = {
  answerLost: 0,
  answerNotNoted: 0,
  neverExecuted: 0,
  labelledNeverExecuted: 0,
  labelled: 0,
};

/** A process that has just been started cannot have sent anything; what comes now comes late from the one before. */
const booting = 100;

/** One attempt whose outcome a death left open. */
interface OpenAttempt {
  readonly again: number;
  readonly life: Lifetime;
  /** Null when it was never executed. */
  readonly sent: Sent | null;
}

export function checkTelegram(ledger: Ledger, telegram: TelegramEmulator, lives: readonly Lifetime[]): Doubles {
  const { bot } = telegram;
  const sends = bot.sent.filter(({ kind }) => kind === 'message');
  const byTurn = new Map(ledger.turns.map((turn) => [turn, sends.filter((sent) => belongs(sent, turn))]));
  expect(
    sends.filter((sent) => ![...byTurn.values()].flat().includes(sent)),
    'nothing but answers and cards is sent',
  ).toEqual([]);
  expect(
    bot.sent.filter(({ kind }) => !['message', 'edit', 'draft', 'action'].includes(kind)),
    'nothing is sent in another form',
  ).toEqual([]);
  const open = [...byTurn].flatMap(([turn, own]) => checkTurn(turn, own, telegram, lives));
  const lost = open.flatMap(({ sent }) => (sent === null || sent.answer === 'written' ? [] : [sent]));
  const unanswered = bot.unanswered().filter(({ kind }) => kind === 'message');
  expect(new Set(unanswered), 'the sends that are there twice are those whose answer was lost').toEqual(new Set(lost));
  checkOrderOfChats(ledger, telegram);
  const cut = open.filter(({ sent }) => sent === null);
  const doubles = {
    answerLost: lost.length,
    answerNotNoted: open.length - lost.length - cut.length,
    neverExecuted: cut.length,
    labelledNeverExecuted: cut.filter(({ again }) => again > 0).length,
    labelled: sends.filter(({ text }) => text?.startsWith(againLabel)).length,
  };
  expect(doubles.labelled, 'each unknown outcome leads to one labelled send').toBe(
    open.length - doubles.labelledNeverExecuted,
  );
  return doubles;
}

/** What the window has to count. */
export function countOf({ answerLost, answerNotNoted, neverExecuted }: Doubles): number {
  return answerLost + answerNotNoted + neverExecuted;
}

/** Replies are told by the markers they answer, cards by their words. */
function belongs({ chatId, threadId, text = '' }: Sent, turn: LedgerTurn): boolean {
  const here = String(chatId) === turn.chat && (threadId === undefined ? null : String(threadId)) === turn.topic;
  if (!here || turn.kind === 'card') return here && withoutLabel(text) === turn.parts[0]?.plain;
  const [first] = markersIn(text);
  return first !== undefined && askedIn(turn).includes(first);
}

/** Its one part: the sends whose outcome was left open, in their order, and one more that arrived for good. */
function checkTurn(
  turn: LedgerTurn,
  sends: readonly Sent[],
  telegram: TelegramEmulator,
  lives: readonly Lifetime[],
): readonly OpenAttempt[] {
  const [part, ...more] = turn.parts;
  expect({ more, state: part?.state, delivery: turn.deliveries }).toEqual({
    more: [],
    state: 'sent',
    delivery: ['sent'],
  });
  if (part === undefined) return [];
  if (turn.kind !== 'card') expect(part.plain, 'what is sent is the final answer').toBe(finalText(turn));
  const open: OpenAttempt[] = [];
  for (const life of lives) {
    for (const { again } of life.left.filter(({ id }) => id === part.id)) {
      // Still so from an earlier death: its turn has not got far enough to send it again.
      if (open.some((attempt) => attempt.again === again)) continue;
      const made = sends.filter(({ at }) => lifeAt(lives, at) === life);
      expect(made.length, 'a process sends it once').toBeLessThanOrEqual(1);
      open.push({ again, life, sent: made[0] ?? null });
    }
  }
  expect(
    open.map(({ again }) => again),
    `turn ${turn.id}: sent again for an unknown outcome, and for nothing else`,
  ).toEqual(Array.from({ length: part.again }, (_none, index) => index));
  const [last, ...others] = sends.filter((sent) => open.every((attempt) => attempt.sent !== sent));
  expect(others, `turn ${turn.id} is not there more often than that`).toEqual([]);
  expect(String(last?.messageId)).toBe(part.ref);
  for (const { again, sent } of [...open, { again: part.again, sent: last ?? null }]) {
    if (sent !== null) expect(sent.text?.startsWith(againLabel), `send ${String(again)} of ${turn.id}`).toBe(again > 0);
  }
  expect(shownNow(telegram, last), 'edits included').toBe((part.again > 0 ? againLabel : '') + part.plain);
  return open;
}

function lifeAt(lives: readonly Lifetime[], at: number): Lifetime | undefined {
  return lives.findLast(({ startedAt }) => startedAt + booting <= at);
}

function shownNow({ bot }: TelegramEmulator, sent: Sent | undefined): string | undefined {
  return bot.history(sent?.chatId ?? 0).find(({ message_id: id }) => id === sent?.messageId)?.text;
}

/** As people read it from top to bottom; a message and its labelled copy stand together. Cards may come in between. */
function checkOrderOfChats(ledger: Ledger, { bot }: TelegramEmulator): void {
  const places = Map.groupBy(replies(ledger), ({ chat, topic }) => `${chat} ${topic ?? ''}`);
  for (const [place, turns] of places) {
    const [chat = '', topic = ''] = place.split(' ');
    const said = bot
      .history(Number(chat))
      .filter(({ from, reply_markup: buttons }) => from.id === bot.me.id && buttons === undefined)
      .filter(({ message_thread_id: thread = '' }) => String(thread) === topic)
      .flatMap(({ text = '' }) => markersIn(text).slice(0, 1));
    const read = said.map((marker) => turns.findIndex((turn) => askedIn(turn).includes(marker)));
    const once = read.filter((turn, index) => turn !== read[index - 1]);
    expect(once, `chat ${place} reads its answers in order`).toEqual(turns.map((_turn, index) => index));
  }
}

/** A preview shows what the running process has just been told by the model, never again what an earlier one was. */
export function checkPreviews(
  telegram: TelegramEmulator,
  calls: readonly MarkedCall[],
  lives: readonly Lifetime[],
): { readonly drafts: number; readonly messages: number; readonly edits: number } {
  const finals = new Set(calls.map(({ answer }) => answer));
  const unfinished = telegram.bot.sent.filter(
    ({ kind, text = '', buttons }) => kind !== 'action' && buttons.length === 0 && !finals.has(withoutLabel(text)),
  );
  for (const { at, text = '' } of unfinished) {
    const from = calls.filter(({ answer }) => answer.startsWith(text));
    expect(from.length, `"${text}" is the beginning of an answer`).toBeGreaterThan(0);
    const life = lifeAt(lives, at);
    expect(
      from.some(({ request }) => lifeAt(lives, request.at) === life),
      `"${text}" was said to the process that shows it`,
    ).toBe(true);
  }
  const count = (wanted: Sent['kind']): number => unfinished.filter(({ kind }) => kind === wanted).length;
  return { drafts: count('draft'), messages: count('message'), edits: count('edit') };
}
