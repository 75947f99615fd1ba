/** What has to be true once everything has settled, whatever was killed on the way. */
import { expect } from 'vitest';
import sentences from '../../../resources/i18n/en.json' with { type: 'json' };
import type { Sent, RecordedRequest } from '../../emulators/telegram/types.ts';
import type { TelegramEmulator } from '../../emulators/telegram/server.ts';
import type { Ledger, LedgerTurn } from './ledger.ts';
import { isComplete, markersIn, type MarkedCall } from './marked-model.ts';

/** The label of a part whose first outcome could not be known, as the person reads it. */
export const againLabel = `${sentences['label.sent-again']}\n`;

/** The final text of a turn. */
export function finalText(turn: LedgerTurn): string {
  const [answer, ...more] = turn.answers;
  expect(more, `turn ${turn.id} has one final answer`).toEqual([]);
  return answer?.text ?? '';
}

function askedIn(turn: LedgerTurn): readonly string[] {
  return turn.inputs.flatMap(({ text }) => markersIn(text));
}

/** Every message is there once and covered by exactly one turn, every turn is done and has one answer and one delivery. */
export function checkCoverage(ledger: Ledger, markers: readonly string[]): void {
  const stored = ledger.asked.flatMap(({ text }) => markersIn(text));
  expect(stored.toSorted(), 'each message is stored once').toEqual(markers.toSorted());
  const covered = ledger.turns.flatMap(askedIn);
  expect(covered.toSorted(), 'each message is covered by one turn').toEqual(markers.toSorted());
  for (const message of ledger.asked) {
    const [turn, ...more] = ledger.turns.filter(({ inputs }) => inputs.some(({ id }) => id === message.id));
    expect(more).toEqual([]);
    expect({ state: message.state, turn: message.turn }).toEqual({ state: 'answered', turn: turn?.id });
  }
  for (const turn of ledger.turns) {
    expect(turn, `turn ${turn.id}`).toMatchObject({ state: 'done', reason: null, deliveries: ['sent'] });
    expect(turn.starts).toBeLessThanOrEqual(5);
    expect(turn.answers, `turn ${turn.id}`).toMatchObject([{ kind: 'assistant', state: 'answered' }]);
  }
}

/** Turns of one chat, and their answers, stand in the order of the messages; `asSaid` also wants those as they were said. */
export function checkOrder(ledger: Ledger, asSaid: boolean): void {
  const chats = Map.groupBy(ledger.turns, ({ conversation }) => conversation);
  for (const turns of chats.values()) {
    const inputs = turns.flatMap((turn) => turn.inputs.map(({ seq }) => seq));
    expect(inputs, 'turns take messages in their order').toEqual(inputs.toSorted((left, right) => left - right));
    const answers = turns.flatMap((turn) => turn.answers.map(({ seq }) => seq));
    expect(answers, 'answers stand in the order of the turns').toEqual(answers.toSorted((left, right) => left - right));
    const numbers = turns.flatMap(askedIn).map((marker) => Number(/-(\d+)#$/.exec(marker)?.[1]));
    if (asSaid) expect(numbers, 'messages as they were said').toEqual(numbers.map((_number, index) => index + 1));
  }
}

/** The final answer came out of a call that ended, and that call had read every message of the turn and all before. */
export function checkModel(ledger: Ledger, calls: readonly MarkedCall[]): void {
  const byAnswer = new Map(calls.map((call) => [call.answer, call]));
  const seen = new Map<string, readonly string[]>();
  for (const turn of ledger.turns) {
    const call = byAnswer.get(finalText(turn));
    expect(call, `turn ${turn.id} answers "${finalText(turn)}"`).toBeDefined();
    if (call === undefined) return;
    expect(isComplete(call), `call ${String(call.number)} ended`).toBe(true);
    expect(call.asked, 'the call read the messages of its turn').toEqual(askedIn(turn));
    const before = seen.get(turn.conversation) ?? [];
    expect(call.before, 'and what was said before them').toEqual(before);
    seen.set(turn.conversation, [...before, ...call.asked]);
  }
  for (const turn of ledger.turns) {
    const own = calls.filter(({ asked }) => asked.some((marker) => askedIn(turn).includes(marker)));
    expect(own.length, 'a turn asks at most once in each of its starts').toBeLessThanOrEqual(turn.starts);
    for (const { asked } of own) expect(asked, 'a rerun takes the same messages').toEqual(askedIn(turn));
  }
}

/** When a process was killed, and when it had been started. Milliseconds since the epoch. */
export interface Lifetime {
  readonly startedAt: number;
  readonly killedAt: number;
}

/** An answer that left the emulator this long before the kill may still not have been read and noted. */
const unread = 1_000;

/**
 * Every final answer reached its chat, in order. A text stands there twice only when the process that sent it first was
 * killed before it can have read the answer, and every copy after the first carries the label. Answers the number of
 * copies that carry it.
 */
export function checkTelegram(ledger: Ledger, telegram: TelegramEmulator, lives: readonly Lifetime[]): number {
  const sent = telegram.bot.sent.filter(({ kind }) => kind === 'message');
  const expected = new Set(ledger.turns.map((turn) => finalText(turn)));
  for (const one of sent) expect(expected, 'nothing but final answers is sent').toContain(plainOf(one));
  for (const turn of ledger.turns) {
    const copies = sent.filter((one) => plainOf(one) === finalText(turn));
    expect(copies.length, `"${finalText(turn)}" was sent`).toBeGreaterThan(0);
    expect(new Set(copies.map(({ chatId }) => String(chatId)))).toEqual(new Set([turn.chat]));
    for (const [index, copy] of copies.slice(1).entries()) {
      expect(copy.text?.startsWith(againLabel), 'a copy is labelled').toBe(true);
      expectUnread(copies[index], sent, telegram, lives);
    }
    const [part] = turn.parts;
    expect(turn.parts).toHaveLength(1);
    const labelled = copies.some(({ text }) => text?.startsWith(againLabel));
    expect(part, 'labelled means noted, and noted means labelled').toMatchObject({ state: 'sent', again: labelled });
  }
  for (const [chat, turns] of Map.groupBy(ledger.turns, ({ chat }) => chat)) {
    const texts = sent.filter(({ chatId }) => String(chatId) === chat).map(plainOf);
    const once = texts.filter((text, index) => text !== texts[index - 1]);
    expect(once, `chat ${chat} read its answers in order`).toEqual(turns.map((turn) => finalText(turn)));
  }
  return sent.filter(({ text }) => text?.startsWith(againLabel)).length;
}

function plainOf({ text = '' }: Sent): string {
  return text.startsWith(againLabel) ? text.slice(againLabel.length) : text;
}

function expectUnread(
  first: Sent | undefined,
  sent: readonly Sent[],
  telegram: TelegramEmulator,
  lives: readonly Lifetime[],
): void {
  const request: RecordedRequest | undefined = telegram.requests.find(({ params }) => params === first?.raw);
  const life = lives.findLast(({ startedAt }) => startedAt <= (first?.at ?? 0));
  if (first === undefined || request === undefined || life === undefined) throw new Error('a send has its request');
  expect(Number.isFinite(life.killedAt), 'only a send of a killed process is repeated').toBe(true);
  const later = sent.filter(({ chatId, at }) => chatId === first.chatId && at > first.at && at < life.killedAt);
  expect(later, 'whoever sends the next one has read the answer to the one before').toEqual([]);
  const answeredAt = request.aborted ? Number.POSITIVE_INFINITY : (request.overAt ?? Number.POSITIVE_INFINITY);
  expect(life.killedAt - answeredAt, 'milliseconds between the answer and the kill').toBeLessThan(unread);
}
