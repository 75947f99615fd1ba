import { describe, expect, it } from 'vitest';
import { retryWait, runAttempts, type AttemptEvent } from '../../../main/gateway/models/attempts.ts';
import type { Ledger } from '../../../main/gateway/budget/call-ledger.ts';
import type { ModelFailure } from '../../../main/gateway/model.ts';
import { createModelPool, type Candidate, type ModelPool } from '../../../main/gateway/models/pool.ts';
import { failed, ok } from '../../../main/lib/result.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { candidate, fails, failure, hangs, newWindows, type Play, says, scriptedProvider } from '../scripted.ts';

const modelRequest = { messages: [], maxOutputTokens: 10, timeouts: { connect: 1, firstToken: 1, betweenTokens: 1 } };

interface Setting {
  readonly scripts: Readonly<Record<string, readonly Play[]>>;
  readonly textIsFinal?: boolean;
  /** Models whose window the context does not fit into. */
  readonly tooSmall?: readonly string[];
  /** A window that a refusal taught makes the next request shorter, as that of a turn. Default: it stays the same. */
  readonly shrinks?: boolean;
  /** How many calls of a model the owner's limits still allow. */
  readonly allowed?: Readonly<Record<string, number>>;
  readonly signal?: AbortSignal;
}

const overLimit: ModelFailure = { class: 'quota', reason: { code: 'budget.day-cost', params: { cap: 5 } }, detail: '' };

/** Allows each model so many calls; `open` counts those that were opened and have not ended. */
function countingLedger(
  allowed: Readonly<Record<string, number>>,
): Pick<Ledger, 'open'> & { readonly running: string[] } {
  const left = new Map(Object.entries(allowed));
  const running: string[] = [];
  return {
    running,
    async open({ ref }) {
      const calls = left.get(ref) ?? Number.POSITIVE_INFINITY;
      if (calls <= 0) return failed(overLimit);
      left.set(ref, calls - 1);
      running.push(ref);
      return ok({
        end(usage, outcome) {
          running.splice(running.indexOf(ref), 1);
          return { at: 0, model: ref, local: false, usage, cost: null, reservation: ref, outcome };
        },
      });
    },
  };
}

/** Models of `scripts` in their order, each at a provider of its own unless the names before the slash are equal. */
function bench(setting: Setting) {
  const { scripts, textIsFinal = false, tooSmall = [], signal = new AbortController().signal } = setting;
  const clock = new ManualClock();
  const ledger = countingLedger(setting.allowed ?? {});
  const providers = new Map(Object.entries(scripts).map(([ref, script]) => [ref, scriptedProvider(...script)]));
  const all = [...providers].map(([ref, provider]) => candidate(ref, provider));
  const [first] = all;
  for (const each of all)
    if (first !== undefined && each.provider.id === first.provider.id)
      Object.assign(each, { provider: first.provider });
  const pool: ModelPool = createModelPool({
    clock,
    find: (id) => all.find(({ provider }) => provider.id === id)?.provider ?? null,
    refuseKey: (id) =>
      all.filter(({ provider }) => provider.id === id).forEach(({ provider }) => (provider.keyRefused = true)),
    changed: () => undefined,
    windows: newWindows(),
  });
  const run = async (): Promise<readonly AttemptEvent[]> => {
    const events: AttemptEvent[] = [];
    const attempts = runAttempts({
      candidates: pool.candidates(all.map(({ ref }) => ref)),
      pool,
      ledger,
      clock,
      random: () => 0.5,
      signal,
      textIsFinal,
      request: async ({ model, ref }: Candidate) => {
        const text = 'word '.repeat(setting.shrinks === true && pool.windows.learned(ref, null) !== null ? 100 : 1000);
        const messages = [{ role: 'user', content: [{ kind: 'text', text }] }] as const;
        return tooSmall.includes(ref) ? failed(failure('context-overflow')) : ok({ ...modelRequest, model, messages });
      },
    });
    const state = { over: false };
    const reading = (async () => {
      for await (const event of attempts) events.push(event);
      state.over = true;
    })();
    while (!state.over) await clock.elapse(10);
    await reading;
    return events;
  };
  return { clock, pool, run, running: ledger.running, asked: (ref: string) => providers.get(ref)?.calls.length ?? 0 };
}

const outcomeOf = (events: readonly AttemptEvent[]): string => {
  const last = events.at(-1);
  if (last?.kind !== 'end') return 'no end';
  return last.outcome.kind === 'answered'
    ? `answered by ${last.outcome.model}`
    : `failed: ${last.outcome.failure.class}`;
};
const reasonOf = (events: readonly AttemptEvent[]): string => {
  const last = events.at(-1);
  return last?.kind === 'end' && last.outcome.kind === 'failed' ? last.outcome.failure.reason.code : 'no failure';
};
const text = (events: readonly AttemptEvent[]): string => {
  const from = events.findLastIndex(({ kind }) => kind === 'begin');
  return events.slice(from).reduce((sum, event) => (event.kind === 'text' ? sum + event.text : sum), '');
};

describe('attempts', () => {
  it.each(['rate-limit', 'overloaded', 'network'] as const)('ask the same model three times after %s', async (kind) => {
    const bad = fails(failure(kind));
    const models = bench({ scripts: { 'a/m': [bad, bad, says('well')] } });
    const events = await models.run();
    expect(outcomeOf(events)).toBe('answered by a/m');
    expect(models.asked('a/m')).toBe(3);
    expect(models.clock.monotonic()).toBeGreaterThanOrEqual(2500);
    expect(models.pool.cooldownUntil('a/m')).toBeNull();
  });

  it.each(['rate-limit', 'overloaded', 'network'] as const)(
    'go on to the fallback after the third %s',
    async (kind) => {
      const models = bench({ scripts: { 'a/m': [fails(failure(kind))], 'b/m': [says('well')] } });
      expect(outcomeOf(await models.run())).toBe('answered by b/m');
      expect([models.asked('a/m'), models.asked('b/m')]).toEqual([3, 1]);
      expect(models.pool.cooldownUntil('a/m')).not.toBeNull();
    },
  );

  it.each(['timeout', 'quota', 'model-missing', 'invalid-request', 'context-overflow', 'bug', 'auth'] as const)(
    'go on to the fallback at once after %s, without repeating it',
    async (kind) => {
      const models = bench({ scripts: { 'a/m': [fails(failure(kind))], 'b/m': [says('well')] } });
      expect(outcomeOf(await models.run())).toBe('answered by b/m');
      expect([models.asked('a/m'), models.asked('b/m')]).toEqual([1, 1]);
    },
  );

  it.each(['aborted', 'content-filter'] as const)('end with %s: another model would only repeat it', async (kind) => {
    const models = bench({ scripts: { 'a/m': [fails(failure(kind))], 'b/m': [says('well')] } });
    expect(outcomeOf(await models.run())).toBe(`failed: ${kind}`);
    expect(models.asked('b/m')).toBe(0);
  });

  it.each(['invalid-request', 'context-overflow', 'model-missing'] as const)(
    'cool nothing after %s, or one poisoned conversation would silence the model for all',
    async (kind) => {
      const models = bench({ scripts: { 'a/m': [fails(failure(kind))] } });
      await models.run();
      expect(models.pool.cooldownUntil('a/m')).toBeNull();
    },
  );

  it('do not try a key with the next model that was refused with this one', async () => {
    const models = bench({
      scripts: { 'a/one': [fails(failure('auth'))], 'a/two': [says('never')], 'b/m': [fails(failure('timeout'))] },
    });
    expect(outcomeOf(await models.run())).toBe('failed: timeout');
    expect([models.asked('a/one'), models.asked('a/two'), models.asked('b/m')]).toEqual([1, 0, 1]);
    expect(models.pool.cooldownUntil('a/one')).toBeNull();
  });

  it('void the text of an attempt that failed, or a reply would begin twice', async () => {
    const models = bench({ scripts: { 'a/m': [fails(failure('network'), 'half of '), says('a whole reply')] } });
    const events = await models.run();
    expect(text(events)).toBe('a whole reply');
    expect(events.filter(({ kind }) => kind === 'begin')).toHaveLength(2);
  });

  it('make no new attempt once text was passed on that cannot be taken back', async () => {
    const scripts = { 'a/m': [fails(failure('network'), 'half')], 'b/m': [says('well')] };
    const models = bench({ scripts, textIsFinal: true });
    expect(outcomeOf(await models.run())).toBe('failed: network');
    expect([models.asked('a/m'), models.asked('b/m')]).toEqual([1, 0]);
    expect(models.pool.cooldownUntil('a/m')).not.toBeNull();
  });

  it('still retry a stateless call that has said nothing yet', async () => {
    const models = bench({ scripts: { 'a/m': [fails(failure('network')), says('well')] }, textIsFinal: true });
    expect(outcomeOf(await models.run())).toBe('answered by a/m');
  });

  it('ask a larger model when the context does not fit into the chosen one', async () => {
    const models = bench({ scripts: { 'a/m': [says('never')], 'b/m': [says('well')] }, tooSmall: ['a/m'] });
    expect(outcomeOf(await models.run())).toBe('answered by b/m');
    expect(models.asked('a/m')).toBe(0);
  });

  it('ask the same model once more with less after an overflow, and remember how much it takes', async () => {
    const overflow = { ...failure('context-overflow'), window: 700 };
    const models = bench({ scripts: { 'a/m': [fails(overflow), says('well')] }, shrinks: true });
    expect(outcomeOf(await models.run())).toBe('answered by a/m');
    expect(models.asked('a/m')).toBe(2);
    expect(models.pool.windows.learned('a/m', null)).toBe(700);
    expect(models.running).toEqual([]);
  });

  it('go on to the fallback when less is still too much: one overflow, one repetition', async () => {
    const scripts = { 'a/m': [fails(failure('context-overflow'))], 'b/m': [says('well')] };
    const models = bench({ scripts, shrinks: true });
    expect(outcomeOf(await models.run())).toBe('answered by b/m');
    expect([models.asked('a/m'), models.asked('b/m')]).toEqual([2, 1]);
    expect(models.pool.cooldownUntil('a/m')).toBeNull();
  });

  it('take a window that is named above what was refused for a wrong estimate, and make do with less', async () => {
    const overflow = { ...failure('context-overflow'), window: 100_000 };
    const models = bench({ scripts: { 'a/m': [fails(overflow), says('well')] }, shrinks: true });
    await models.run();
    expect(models.pool.windows.learned('a/m', null)).toBeLessThan(1000);
    models.pool.windows.forget('a');
    expect(models.pool.windows.learned('a/m', null)).toBeNull();
  });

  it('count every call, also the failed and the repeated ones', async () => {
    const models = bench({ scripts: { 'a/m': [fails(failure('overloaded'))], 'b/m': [says('well')] } });
    const calls = (await models.run())
      .filter((event) => event.kind === 'call')
      .map(({ call }) => `${call.model} ${call.outcome}`);
    expect(calls).toEqual(['a/m overloaded', 'a/m overloaded', 'a/m overloaded', 'b/m ok']);
  });

  it('ask each model only once while all of them rest: the next real turn is the probe', async () => {
    const models = bench({ scripts: { 'a/m': [fails(failure('network'))], 'b/m': [fails(failure('network'))] } });
    await models.run();
    await models.run();
    expect([models.asked('a/m'), models.asked('b/m')]).toEqual([4, 4]);
  });

  it('pass over a model that rests while another one is there', async () => {
    const models = bench({ scripts: { 'a/m': [fails(failure('timeout')), says('again')], 'b/m': [says('well')] } });
    await models.run();
    expect(outcomeOf(await models.run())).toBe('answered by b/m');
    expect(models.asked('a/m')).toBe(1);
    await models.clock.elapse(15_000);
    expect(outcomeOf(await models.run())).toBe('answered by a/m');
  });

  it('stop waiting for the next try when they are aborted', async () => {
    const end = new AbortController();
    const models = bench({ scripts: { 'a/m': [fails(failure('rate-limit', 29_000))] }, signal: end.signal });
    models.clock.after(1000, () => end.abort());
    expect(outcomeOf(await models.run())).toBe('failed: aborted');
    expect(models.asked('a/m')).toBe(1);
    expect(models.clock.pending).toBe(0);
  });

  it('cut a model that hangs when they are aborted', async () => {
    const end = new AbortController();
    const models = bench({ scripts: { 'a/m': [hangs], 'b/m': [says('never')] }, signal: end.signal });
    models.clock.after(1000, () => end.abort());
    expect(outcomeOf(await models.run())).toBe('failed: aborted');
    expect(models.asked('b/m')).toBe(0);
  });

  it('call a stream without an end a fault of ours, and ask the fallback', async () => {
    const endless: Play = async function* () {
      yield { kind: 'text', text: 'and' };
    };
    const models = bench({ scripts: { 'a/m': [endless], 'b/m': [says('well')] } });
    expect(outcomeOf(await models.run())).toBe('answered by b/m');
  });

  it('ask the fallback when a limit allows no call, and let the model rest for nothing it did', async () => {
    const models = bench({ scripts: { 'a/m': [says('never')], 'b/m': [says('well')] }, allowed: { 'a/m': 0 } });
    expect(outcomeOf(await models.run())).toBe('answered by b/m');
    expect(models.asked('a/m')).toBe(0);
    expect(models.pool.cooldownUntil('a/m')).toBeNull();
  });

  it('open each retry anew: a limit that is reached meanwhile ends the series without a further call', async () => {
    const models = bench({ scripts: { 'a/m': [fails(failure('overloaded'))] }, allowed: { 'a/m': 2 } });
    expect(reasonOf(await models.run())).toBe('budget.day-cost');
    expect(models.asked('a/m')).toBe(2);
    expect(models.pool.cooldownUntil('a/m')).toBeNull();
    expect(models.running).toEqual([]);
  });

  it('name the limit when nobody is left, whatever became of the fallbacks', async () => {
    const scripts = { 'a/m': [says('never')], 'b/m': [fails(failure('timeout'))] };
    const models = bench({ scripts, allowed: { 'a/m': 0 } });
    expect(reasonOf(await models.run())).toBe('budget.day-cost');
  });

  it('say why when there is nobody to ask', async () => {
    const models = bench({ scripts: {} });
    expect(outcomeOf(await models.run())).toBe('failed: model-missing');
  });
});

describe('the wait before the same model is asked again', () => {
  it.each([
    ['first', failure('network'), 0, 500],
    ['second', failure('network'), 1, 2000],
    ['third: none', failure('network'), 2, null],
    ['as long as the server asks', failure('rate-limit', 7000), 0, 7000],
    ['not longer than half a minute', failure('rate-limit', 30_001), 0, null],
    ['never for what waiting does not cure', failure('timeout'), 0, null],
  ] as const)('%s', (_, why, tries, wait) => {
    expect(retryWait(why, tries, () => 0.5)).toBe(wait);
  });

  it('varies by a fifth, so that many turns do not come back at the same moment', () => {
    expect(retryWait(failure('network'), 1, () => 0)).toBe(1600);
    expect(retryWait(failure('network'), 1, () => 0.999_999)).toBe(2400);
  });
});
