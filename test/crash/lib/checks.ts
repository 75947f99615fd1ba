/** What has to be true once everything has settled, whatever was killed on the way. */
import { expect } from 'vitest';
import type { Ledger, LedgerTurn } from './ledger.ts';
import { isComplete, markersIn, type MarkedCall } from './marked-model.ts';

/** The final text of a turn. */
export function finalText(turn: LedgerTurn): string {
  const [answer, ...more] = turn.answers;
  expect(more, `turn ${turn.id} has one final answer`).toEqual([]);
  return answer?.text ?? '';
}

/** Markers of the messages it covers. */
export function askedIn(turn: LedgerTurn): readonly string[] {
  return turn.inputs.flatMap(({ text }) => markersIn(text));
}

/** Turns that answer somebody; the others tell the owner of a card. */
export function replies({ turns }: Ledger): readonly LedgerTurn[] {
  return turns.filter(({ kind }) => kind !== 'card');
}

/** Every message is there once and covered by exactly one turn, every turn is done and has one answer and one delivery. */
export function checkCoverage(ledger: Ledger, markers: readonly string[]): void {
  const stored = ledger.asked.flatMap(({ text }) => markersIn(text));
  expect(stored.toSorted(), 'each message is stored once').toEqual(markers.toSorted());
  const covered = ledger.turns.flatMap(askedIn);
  expect(covered.toSorted(), 'each message is covered by one turn').toEqual(markers.toSorted());
  for (const message of ledger.asked.filter(({ text }) => markersIn(text).length > 0)) {
    const [turn, ...more] = ledger.turns.filter(({ inputs }) => inputs.some(({ id }) => id === message.id));
    expect(more).toEqual([]);
    expect({ state: message.state, turn: message.turn }).toEqual({ state: 'answered', turn: turn?.id });
  }
  for (const turn of replies(ledger)) {
    expect(turn, `turn ${turn.id}`).toMatchObject({ state: 'done', reason: null, deliveries: ['sent'] });
    expect(turn.starts).toBeLessThanOrEqual(5);
    expect(turn.answers, `turn ${turn.id}`).toMatchObject([{ kind: 'assistant', state: 'answered' }]);
  }
}

/** Turns of one chat begin in the order of its messages; one that waits for its owner may be answered after later ones. */
export function checkBeginnings(ledger: Ledger): void {
  for (const turns of Map.groupBy(replies(ledger), ({ conversation }) => conversation).values()) {
    const inputs = turns.flatMap((turn) => turn.inputs.map(({ seq }) => seq));
    expect(inputs, 'turns take messages in their order').toEqual(inputs.toSorted((left, right) => left - right));
  }
}

/** Turns of one chat, and their answers, stand in the order of the messages; `asSaid` also wants those as they were said. */
export function checkOrder(ledger: Ledger, asSaid: boolean): void {
  checkBeginnings(ledger);
  const chats = Map.groupBy(replies(ledger), ({ conversation }) => conversation);
  for (const turns of chats.values()) {
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
  for (const turn of replies(ledger)) {
    const call = byAnswer.get(finalText(turn));
    expect(call, `turn ${turn.id} answers "${finalText(turn)}"`).toBeDefined();
    if (call === undefined) return;
    expect(isComplete(call), `call ${String(call.number)} ended`).toBe(true);
    expect(call.asked, 'the call read the messages of its turn').toEqual(askedIn(turn));
    const before = seen.get(turn.conversation) ?? [];
    expect(call.before, 'and what was said before them').toEqual(before);
    seen.set(turn.conversation, [...before, ...call.asked]);
  }
  for (const turn of replies(ledger)) {
    const own = calls.filter(({ asked }) => asked.some((marker) => askedIn(turn).includes(marker)));
    expect(own.length, 'a turn asks at most once in each of its starts').toBeLessThanOrEqual(turn.starts);
    for (const { asked } of own) expect(asked, 'a rerun takes the same messages').toEqual(askedIn(turn));
  }
}
