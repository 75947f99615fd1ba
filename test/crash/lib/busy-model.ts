/**
 * A model that has something done before it answers: it calls tools by a plan that hangs on the seed and on the marker of
 * its question alone, so that a call that is asked for again is the same call. What each call has to leave behind is known
 * by its key.
 */
import { join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { ScriptedToolCall } from '../../emulators/lib/script.ts';
import type { OpenAiEmulator } from '../../emulators/openai/server.ts';
import { startOpenAi } from '../../emulators/openai/server.ts';
import type { ChatCall, OpenAiBehaviour } from '../../emulators/openai/types.ts';
import { linesOf } from './found.ts';
import { storedCalls, storedSchedules } from './ledger.ts';
import { markersIn } from './marked-model.ts';
import { Chance, passes } from './random.ts';
import { sinceQuestion, write } from './tool-bench.ts';

/** Steps before the answer, calls of a step. */
const mostSteps = 2;
const mostCallsOfStep = 4;

export interface BusyModel extends AsyncDisposable {
  readonly emulator: OpenAiEmulator;
  readonly provision: Readonly<Record<string, unknown>>;
}

export async function startBusyModel(seed: number): Promise<BusyModel> {
  const emulator = await startOpenAi();
  emulator.script((call) => next(seed, call));
  const provider = { id: 'lab', kind: 'openai', baseUrl: emulator.url, apiKey: 'sk-test' };
  return {
    emulator,
    provision: { providers: [provider], models: { default: 'lab/gpt-test' } },
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

/** A number that a text gives, the same each time. */
export function numberOf(text: string): number {
  return [...text].reduce((sum, letter) => (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) >>> 0, 7);
}

function next(seed: number, call: ChatCall): OpenAiBehaviour {
  const marker = markersIn(call.lastUserText).at(-1) ?? '';
  const step = sinceQuestion(call).filter(({ toolCalls }) => toolCalls.length > 0).length;
  const chance = new Chance(seed + numberOf(`${marker} ${String(step)}`));
  const slow = passes(chance.int(0, 60));
  const more = step === 0 ? 0.9 : 0.5;
  if (step >= mostSteps || !chance.maybe(more)) return { kind: 'reply', pieces: [`Answer to ${marker}`], gate: slow };
  const key = marker.replaceAll('#', '');
  const calls = Array.from({ length: chance.int(1, mostCallsOfStep) }, (_none, index) => {
    return wish(chance, `${key}-${String(step)}-${String(index)}`);
  });
  const toolCalls = calls.map((one, index) => {
    const fragments = one.arguments.match(/[^]{1,9}/g) ?? [];
    // Some streams halt in the middle of a call.
    const halt = chance.maybe(0.3) ? passes(chance.int(0, 60)) : undefined;
    return {
      ...one,
      id: `call_${String(index)}`,
      fragments,
      gate: fragments.map((_part, at) => (at === 1 ? halt : undefined)),
    };
  });
  return { kind: 'reply', text: 'I see to it.', toolCalls, firstTokenGate: slow };
}

function wish(chance: Chance, key: string): ScriptedToolCall {
  const kind = chance.int(1, 20);
  const args = (value: unknown): string => JSON.stringify(value);
  if (kind <= 11) {
    const [before, after] = [chance.int(0, 40), chance.int(0, 60)];
    return { name: write, arguments: args({ key, before, after }) };
  }
  if (kind <= 14) return { name: 'remember', arguments: args({ text: factOf(key), where: 'memory' }) };
  if (kind <= 16) {
    const when = { kind: 'cron', expression: '0 9 1 1 *' };
    return { name: 'schedule', arguments: args({ action: 'create', name: key, prompt: 'Good morning', when }) };
  }
  if (kind <= 18) return { name: 'recall', arguments: args({ query: 'fact' }) };
  // Names that no tool has are not among them: a turn that goes on waits ten seconds for their server.
  return { name: write, arguments: `{"key": "${key}", ` };
}

function factOf(key: string): string {
  return `The fact of ${key} is known.`;
}

/** How often each call has left what it was to leave, beside what the store says of it. */
export interface Effect {
  readonly call: string;
  readonly state: string;
  readonly times: number;
}

/** Of every call of a tool that changes something; one that could not be understood is to have left nothing. */
export function effectsOf(dataDir: string, journal: string): readonly Effect[] {
  const path = join(dataDir, 'memory/MEMORY.md');
  const memory = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  const [lines, schedules] = [linesOf(journal), storedSchedules(dataDir)];
  return storedCalls(dataDir).flatMap(({ name, written, state }) => {
    const wanted = /"(?:key|name|text)": ?"([^"]+)"/.exec(written)?.[1] ?? '';
    const left = (all: readonly string[], fits: (one: string) => boolean): readonly Effect[] => {
      return [{ call: `${name} ${written}`, state, times: all.filter(fits).length }];
    };
    if (name === write) return left(lines, (line) => line === wanted);
    if (name === 'schedule') return left(schedules, (schedule) => schedule === wanted);
    return name === 'remember' ? left(memory, (line) => line.includes(wanted)) : [];
  });
}

/** Nothing was done twice, what is told as done was done, and what was not done is not told as done. */
export function checkEffects(effects: readonly Effect[]): void {
  expect(
    effects.filter(({ times }) => times > 1),
    'done twice',
  ).toEqual([]);
  expect(
    effects.filter(({ state, times }) => state === 'done' && times !== 1),
    'told as done, and not there',
  ).toEqual([]);
  expect(
    effects.filter(({ state, times }) => times === 0 && !['unsure', 'refused', 'failed'].includes(state)),
    'neither done nor told why',
  ).toEqual([]);
  expect(
    effects.filter(({ state, times }) => state === 'refused' && times !== 0),
    'refused, and done all the same',
  ).toEqual([]);
}
