import { describe, expect, it } from 'vitest';
import { createEvents } from '../../main/gateway/events.ts';
import { createModelPool } from '../../main/gateway/models/pool.ts';
import type { ModelOutage } from '../../main/gateway/model.ts';
import { watchOutage } from '../../main/gateway/models/outage.ts';
import type { Reason } from '../../main/gateway/types.ts';
import { createNotices, type Notice } from '../../main/shell/notices.ts';
import type { Place } from '../../main/shell/ports.ts';
import { candidate, failure, newWindows, says, scriptedProvider } from '../gateway/scripted.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { turnRow } from '../store/support.ts';
import { inEnglish } from '../lib/words.ts';

const minute = 60_000;

/** The pool and the notices as they are wired, with two models: `a/m` is the default, `b/m` its fallback. */
function begin() {
  const clock = new ManualClock();
  const providers = new Map(['a', 'b'].map((id) => [id, candidate(`${id}/m`, scriptedProvider(says('hi'))).provider]));
  const refuse = (id: string, keyRefused: boolean) => Object.assign(providers.get(id) ?? {}, { keyRefused });
  const pool = createModelPool({
    clock,
    find: (id) => providers.get(id) ?? null,
    refuseKey: (id) => void refuse(id, true),
    changed: () => undefined,
    windows: newWindows(),
  });
  const events = createEvents({ write: () => undefined });
  const state: { waiting: number; before: Place | null } = { waiting: 0, before: null };
  const chosen = ['a/m', 'b/m', 'gone/m'];
  const outage = watchOutage({ clock, events, pool, chosen: () => chosen, waiting: () => state.waiting });
  const shown: Notice[] = [];
  const notices = createNotices({
    say: inEnglish,
    clock,
    show: (notice) => void shown.push(notice),
    looksAt: (place) => state.before === place,
  });
  const look = (): void => notices.follow({ cards: [], outage: outage() });
  const turnFails = (reason: Reason): void => {
    const row = turnRow({ state: 'failed', reason });
    const status = { row, model: null, waitingFor: null, attempt: 1, text: '', doing: null, asking: false };
    events.publish({ kind: 'turn', status });
    look();
  };
  /** What one message does to both models. */
  const bothFail = (kind: Parameters<typeof failure>[0] = 'network'): void => {
    pool.failed('a/m', failure(kind));
    pool.failed('b/m', failure(kind));
    turnFails({ code: 'model.network' });
  };
  look();
  return { clock, pool, state, shown, notices, look, turnFails, bothFail, refuse, outage };
}

describe('the notice of an outage', () => {
  it('comes after five minutes, leads to Models, and is not said again while it lasts', () => {
    const { clock, shown, bothFail } = begin();
    bothFail('quota');
    clock.advance(5 * minute - 1);
    expect(shown).toEqual([]);
    clock.advance(1);
    expect(shown).toEqual([
      {
        title: 'Your model does not answer',
        body: 'For 5 minutes neither the default model nor a fallback has worked, and somebody waits for an answer.',
        place: '/models',
      },
    ]);
    for (let minutes = 0; minutes < 60; minutes++) {
      bothFail('quota');
      clock.advance(minute);
    }
    expect(shown).toHaveLength(1);
  });

  it('does not come for a fault of a moment that nobody has met since (an alarm about what is over)', () => {
    const { clock, shown, bothFail } = begin();
    bothFail();
    clock.advance(60 * minute);
    expect(shown).toEqual([]);
    expect(clock.pending).toBe(0);
    // The next message finds it still broken: then it has lasted an hour, and is said at once.
    bothFail();
    expect(shown.map(({ body }) => body.slice(0, 14))).toEqual(['For 60 minutes']);
  });

  it('does not come while one of them answers, and is over with the first answer (a fallback that works is no outage)', () => {
    const { clock, pool, shown, look, bothFail } = begin();
    pool.failed('a/m', failure('quota'));
    look();
    clock.advance(10 * minute);
    expect(shown).toEqual([]);
    bothFail('quota');
    clock.advance(4 * minute);
    pool.succeeded('b/m');
    look();
    clock.advance(30 * minute);
    expect(shown).toEqual([]);
  });

  it('does not come when nobody asked: a test by the owner fails under his eyes', () => {
    const { clock, pool, state, shown, look } = begin();
    pool.failed('a/m', failure('quota'));
    pool.failed('b/m', failure('quota'));
    look();
    clock.advance(6 * minute);
    expect(shown).toEqual([]);
    state.waiting = 1;
    look();
    expect(shown).toHaveLength(1);
  });

  it('comes for refused keys, ends with a new key, and comes again in the next outage', () => {
    const { clock, pool, shown, look, bothFail, refuse } = begin();
    bothFail('auth');
    clock.advance(5 * minute);
    expect(shown).toHaveLength(1);
    refuse('a', false);
    pool.forgive('a');
    look();
    clock.advance(minute);
    bothFail('auth');
    clock.advance(5 * minute);
    expect(shown).toHaveLength(2);
  });

  it('says nothing to somebody who looks at the models, and nothing of a failure that is not the model’s', () => {
    const { clock, pool, state, shown, turnFails, bothFail } = begin();
    pool.failed('a/m', failure('quota'));
    pool.failed('b/m', failure('quota'));
    turnFails({ code: 'budget.day-cost' });
    clock.advance(6 * minute);
    expect(shown).toEqual([]);
    state.before = '/models';
    bothFail('quota');
    state.before = null;
    clock.advance(10 * minute);
    expect(shown).toEqual([]);
  });

  it('leaves no timer behind', () => {
    const { clock, notices, bothFail } = begin();
    bothFail('quota');
    expect(clock.pending).toBe(1);
    notices[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });

  it('counts from when the last of them began to fail', () => {
    const { clock, pool, outage } = begin();
    pool.failed('a/m', failure('network'));
    clock.advance(1_000);
    expect(outage()).toBeNull();
    pool.failed('b/m', failure('network'));
    const expected: ModelOutage = {
      since: clock.monotonic(),
      restsUntil: clock.monotonic() + 14_000,
      unanswered: false,
    };
    expect(outage()).toEqual(expected);
  });
});
