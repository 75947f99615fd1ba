/*
 * What the agent itself costs a call of a tool: from the model's wish in the store to the result in the store, with a tool
 * that does nothing, by the core's own functions in the bench's own process. Decision, permission, what was read before,
 * the note that it began, the call, its result. A change waits once for the disk; what only reads never does.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createIds, createSystemClock } from '../../../main/api/machine.ts';
import { makeCalls } from '../../../main/gateway/agent/calls.ts';
import { createToolbox } from '../../../main/gateway/agent/toolbox.ts';
import type { StepRow, ToolCallRow } from '../../../main/gateway/agent/types.ts';
import { createEvents } from '../../../main/gateway/events.ts';
import type { Tool } from '../../../main/gateway/tool.ts';
import type { StartedTurn } from '../../../main/gateway/turns/start.ts';
import { subject } from '../../../main/lib/observable.ts';
import { openStore, type Store } from '../../../main/store/store.ts';
import { conversationRow, deliveryRow, linkRow, newMessage, turnRow } from '../../store/support.ts';
import { temporaryFolder } from '../host.ts';
import { atMost, WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { median, percentile } from '../stats.ts';

const log = { write: () => undefined };
const clock = createSystemClock();

function idle(name: string, sideEffects: boolean): Tool {
  return {
    description: { name, description: 'Nothing.', parameters: { type: 'object' } },
    sideEffects,
    outside: false,
    permission: 'always',
    run: () => Promise.resolve({ ok: true, text: 'nothing' }),
  };
}

const tools = subject<readonly Tool[]>([idle('read', false), idle('change', true)]);

async function open(folder: string): Promise<Store> {
  for (const name of ['attachments', 'backups', 'logs']) mkdirSync(join(folder, name));
  const opened = await openStore({ dataDir: folder, clock, ids: createIds(clock), log });
  if (!opened.ok) throw new Error(opened.failure.code);
  return opened.value;
}

/** A step of a turn of its own with one call; milliseconds until its result is there. */
async function call(storage: Store, name: string, number: number): Promise<number> {
  const id = `${name}-${String(number)}`;
  const row = turnRow({ id, conversation: 'c1', link: 'window' });
  const step: StepRow = { turn: id, position: 0, model: 'lab/gpt', text: '', reasoning: '', at: 1 };
  const wish: ToolCallRow = {
    ...{ id, turn: id, conversation: 'c1', step: 0, position: 0, callId: 'call_0', name, arguments: '{"a":1}' },
    ...{ state: 'pending', outside: false, result: null, reason: null, askedAt: null, begunAt: null, endedAt: null },
  };
  const asked = await storage.commit((tables) => {
    tables.turns.add(row);
    tables.steps.add(step);
    tables.toolCalls.add(wish);
    return tables.messages.add(newMessage({ id, link: 'window', conversation: 'c1', author: 'c1', platformId: id }));
  });
  const turn: StartedTurn = {
    row,
    delivery: deliveryRow({ turn: id }),
    conversation: conversationRow({ id: 'c1', link: 'window' }),
    link: linkRow({ id: 'window', kind: 'window' }),
    role: 'owner',
    inputs: [asked],
  };
  const events = createEvents(log);
  const desk = {
    ports: { storage, clock, log },
    events,
    toolbox: createToolbox({ storage, clock, tools }, events, []),
  };
  const open = { row: step, before: [], left: () => 60_000 };
  const from = performance.now();
  const made = await makeCalls(desk, turn, open, { doing: () => undefined }, new AbortController().signal);
  const took = performance.now() - from;
  const result = storage.read.toolCalls.get(id)?.result;
  if (made !== 'done' || result !== 'nothing') throw new WrongAnswer(`the call of ${name} has no result`);
  return took;
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  await using folder = await temporaryFolder();
  const store = await open(folder.path);
  // The store's worker keeps no process alive, and the store waits for it when it closes.
  const awake = setInterval(() => undefined, 1_000);
  try {
    await store.commit((tables) => {
      tables.links.put(linkRow({ id: 'window', kind: 'window' }));
      tables.conversations.put(conversationRow({ id: 'c1', link: 'window' }));
    });
    const rounds = bench.quick ? 5 : 300;
    const measure = async (name: string, from: number): Promise<readonly number[]> => {
      const took: number[] = [];
      for (let number = 0; number < rounds; number++) took.push(await call(store, name, from + number));
      return took;
    };
    for (const name of ['read', 'change']) await measure(name, 0);
    await bench.quiet();
    const reads = await measure('read', rounds);
    const changes = await measure('change', rounds);
    const row = (name: string, took: readonly number[]): Measured => ({
      name,
      unit: 'ms',
      value: percentile(took, 0.95),
      goal: atMost(5),
      how: `${String(took.length)} calls, p50 ${median(took).toFixed(2)} ms`,
    });
    return [row('own share of a tool call, p95', reads), row('the same of one that changes something, p95', changes)];
  } finally {
    await store.close();
    clearInterval(awake);
  }
}

export const agent: Scenario = { name: 'agent', run };
