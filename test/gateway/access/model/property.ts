/** The property itself: one run of steps on a gateway of its own, judged whenever it is quiet and at the end. */
import { expect } from 'vitest';
import { openStage, unexpectedErrors } from './stage.ts';
import { Judge } from './judge.ts';
import { perform } from './perform.ts';
import type { Run, Step } from './steps.ts';

/** Throws when somebody hears what they may not hear, or does not hear what they should. Returns what was met. */
export async function playRun(run: Run): Promise<ReadonlySet<string>> {
  const stage = await openStage(run);
  await using _end = stage.test;
  const judge = new Judge(stage);
  const told: string[] = [];
  const take = async (step: Step, hasty: boolean): Promise<void> => {
    told.push(`${JSON.stringify(step)}${hasty ? ' (hasty)' : ''}`);
    if (hasty) stage.met.add('steps that do not wait for each other');
    // Until it ends, the program goes on with what it has begun.
    if (step.kind === 'restart') judge.look(false);
    await perform(stage, step);
    judge.look(hasty);
    if (hasty) return;
    await stage.traffic.quiet(stage.test);
    judge.look(false);
    judge.settle(`step ${String(told.length)}`);
  };
  try {
    for (const { step, hasty } of run.steps) await take(step, hasty);
    stage.test.bot.clearFaults();
    await take({ kind: 'release' }, false);
    await take({ kind: 'pass', ms: 45_000 }, false);
    judge.end();
    expect(unexpectedErrors(stage), 'error lines').toEqual([]);
  } catch (error) {
    throw new Error(`after\n${told.map((step, index) => `${String(index + 1)}. ${step}`).join('\n')}`, {
      cause: error,
    });
  }
  return stage.met;
}
