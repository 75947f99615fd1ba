/**
 * The agent: one turn from its question to its last word.
 *
 *   open calls? → make them → results          (calls.ts: decide, ask the owner, run)
 *   else        → ask the model → text: the end · calls: a step, stored whole before any of them is made
 *
 * All that the turn has done stands in the store, and each round begins with what stands there: a turn that was left in
 * the middle (a crash, an approval that came after minutes) goes on by running the same loop again.
 */
import { abortedFailure } from '../models/attempts.ts';
import type { RequestParts } from '../context/request.ts';
import type { TurnStatus } from '../events.ts';
import { commitWhenWell, noteWhenWell } from '../persist.ts';
import type { Tables } from '../storage.ts';
import { replyWithModel, type ReplyResult, type ReplyWatch } from '../turns/reply.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { Millis, TurnId, TurnRow } from '../types.ts';
import { addUsage } from '../budget/usage.ts';
import { isFinished, publishStep } from './call-rows.ts';
import { makeCalls } from './calls.ts';
import { mostCalls } from './decide.ts';
import type { CallDesk } from './run-tool.ts';
import type { StepWithCalls, StepRow, ToolCallRow } from './types.ts';

export type AgentParts = RequestParts & CallDesk;

/** `step`: what the last answer thought, to be stored with it. `asking`: it goes on once the owner has decided. */
export type AgentResult =
  (ReplyResult & { readonly step?: StepRow }) | { readonly kind: 'asking'; readonly calls: readonly never[] };

export interface AgentWatch extends ReplyWatch {
  /** Tools may have run from here on: a changed question does not begin anew any more. */
  acted(): void;
}

/** So many steps in a row in which nothing but refusals came of it: it will not get any better. */
const mostRefusedSteps = 3;
/** Calls of one step that are kept; no model means more than that. */
const mostOfStep = 64;

/** Ends with the turn's deadline, which counts work alone; settles soon after `abort`. `attempts`: made so far. */
export async function runAgent(
  parts: AgentParts,
  turn: StartedTurn,
  watch: AgentWatch,
  abort: AbortController,
  attempts = 0,
): Promise<AgentResult> {
  const { read } = parts.ports.storage;
  const time = workingTime(parts, turn.row);
  using _deadline = parts.ports.clock.after(time.left(), () => abort.abort('deadline'));
  const teller = tellerOf(watch, attempts);
  await comeUp(parts, turn, abort.signal);
  for (;;) {
    const steps = stepsOf(read, turn.row.id);
    const last = steps.at(-1);
    if (steps.length > 0) watch.acted();
    if (abort.signal.aborted && last !== undefined) return cut(parts, abort.signal, last.row);
    if (last !== undefined && !last.calls.every(isFinished)) {
      const open = { row: last.row, before: steps.slice(0, -1), left: time.left };
      const made = await makeCalls(parts, turn, open, { doing: (tool) => teller.doing(last.row, tool) }, abort.signal);
      if (made === 'asking') return await park(parts, turn, time.spent(), abort.signal);
      if (made === 'cut') return cut(parts, abort.signal, last.row);
      continue;
    }
    if (isTired(steps)) return failedAt(steps, { code: 'turn.too-many-calls' });
    const enough = steps.reduce((count, { calls }) => count + calls.length, 0) >= mostCalls;
    const tools = enough ? [] : parts.toolbox.offered(turn);
    const asking = { work: { steps, tools }, attemptsBefore: teller.attempts };
    const reply = await replyWithModel(parts, turn, asking, teller, abort.signal);
    if (reply.kind === 'failed') return atDeadline(parts, abort.signal, reply);
    const row = stepRow(parts, turn, reply, steps.length);
    if (reply.toolCalls.length === 0) return reply.reasoning === '' ? reply : { ...reply, step: { ...row, text: '' } };
    if (!(await storeStep(parts, turn, row, reply, time.spent(), abort.signal))) {
      const { text: partial, model, calls } = reply;
      return atDeadline(parts, abort.signal, { kind: 'failed', reason: abortedFailure.reason, partial, model, calls });
    }
  }
}

/** A turn that goes on after a start may be there before the servers whose tools it wants. */
async function comeUp({ ports, toolbox }: AgentParts, { row }: StartedTurn, signal: AbortSignal): Promise<void> {
  const open = ports.storage.read.toolCalls.ofTurn(row.id).filter((call) => !isFinished(call));
  const names = open.map(({ name }) => name);
  if (names.length > 0) await toolbox.comeUp(names, signal);
}

/** What a turn has done so far, its calls with it. A last answer that is kept for its thoughts is no such step. */
function stepsOf(read: Pick<Tables, 'steps' | 'toolCalls'>, turn: TurnId): readonly StepWithCalls[] {
  const calls = Map.groupBy(read.toolCalls.ofTurn(turn), ({ step }) => step);
  const steps = read.steps.ofTurn(turn).map((row) => ({ row, calls: calls.get(row.position) ?? [] }));
  return steps.filter((step) => step.calls.length > 0);
}

interface WorkingTime {
  /** Milliseconds, all runs of the turn together. */
  readonly spent: () => Millis;
  readonly left: () => Millis;
}

function workingTime({ ports: { clock, settings } }: AgentParts, { worked }: TurnRow): WorkingTime {
  const begun = clock.monotonic();
  const all = settings.get('turns.deadlineSeconds') * 1000;
  const spent = (): Millis => worked + Math.round(clock.monotonic() - begun);
  return { spent, left: () => Math.max(0, all - spent()) };
}

interface Teller extends ReplyWatch {
  /** The highest number that an attempt had. */
  readonly attempts: number;
  doing(step: StepRow, tool: TurnStatus['doing']): void;
}

function tellerOf(watch: AgentWatch, before: number): Teller {
  let attempts = before;
  return {
    get attempts() {
      return attempts;
    },
    changed(status) {
      attempts = Math.max(attempts, status.attempt);
      watch.changed(status);
    },
    delta: (attempt, offset, text) => watch.delta(attempt, offset, text),
    doing({ model, text }, doing) {
      watch.changed({ model, waitingFor: null, attempt: attempts, text, doing, asking: false });
    },
  };
}

function stepRow(
  { ports }: AgentParts,
  turn: StartedTurn,
  { model, text, reasoning }: Extract<ReplyResult, { readonly kind: 'answered' }>,
  position: number,
): StepRow {
  return { turn: turn.row.id, position, model, text, reasoning, at: ports.clock.now() };
}

/** One commit: what the model said and asked for, and what that cost. False: the turn is over, or the store is. */
async function storeStep(
  { ports, events }: AgentParts,
  turn: StartedTurn,
  step: StepRow,
  { toolCalls, calls }: Extract<ReplyResult, { readonly kind: 'answered' }>,
  worked: Millis,
  signal: AbortSignal,
): Promise<boolean> {
  const rows = toolCalls.slice(0, mostOfStep).map((call, position): ToolCallRow => {
    const { name, arguments: written } = call;
    const about = { turn: turn.row.id, conversation: turn.row.conversation, step: step.position, position };
    const nothingYet = { outside: false, result: null, reason: null, askedAt: null, begunAt: null, endedAt: null };
    const id = ports.ids.next();
    // Results are told apart by it: servers that give none, or one twice, must not mix them up.
    const unique = call.id !== '' && toolCalls.findIndex((other) => other.id === call.id) === position;
    const callId = unique ? call.id : id;
    return { id, ...about, callId, name, arguments: written, state: 'pending', ...nothingYet };
  });
  const stored = await commitWhenWell(ports.storage, signal, (tables) => {
    const row = tables.turns.get(turn.row.id);
    if (row?.state !== 'running') return false;
    tables.steps.add(step);
    for (const call of rows) tables.toolCalls.add({ ...call, conversation: row.conversation });
    tables.turns.put({ ...row, worked });
    addUsage(tables, row, calls, ports.ids);
    return true;
  });
  if (stored !== true) return false;
  publishStep(events, turn.row);
  if (calls.length > 0) events.publish({ kind: 'usage' });
  return true;
}

/** The turn stays as it is and frees its lane. It will be begun again, which is then no start more than it had. */
async function park(
  { ports }: AgentParts,
  { row: { id } }: StartedTurn,
  worked: Millis,
  signal: AbortSignal,
): Promise<AgentResult> {
  await noteWhenWell(ports.storage, signal, (tables) => {
    const row = tables.turns.get(id);
    if (row?.state === 'running') tables.turns.put({ ...row, worked, starts: Math.max(0, row.starts - 1) });
  });
  return { kind: 'asking', calls: [] };
}

function isTired(steps: readonly StepWithCalls[]): boolean {
  const last = steps.slice(-mostRefusedSteps);
  return last.length === mostRefusedSteps && last.every(({ calls }) => calls.every(({ state }) => state === 'refused'));
}

function failedAt(steps: readonly StepWithCalls[], reason: { readonly code: 'turn.too-many-calls' }): AgentResult {
  const row = steps.at(-1)?.row;
  return { kind: 'failed', reason, partial: row?.text ?? '', model: row?.model ?? null, calls: [] };
}

/** Ended in the middle of a step: what it had said there is all there is. */
function cut(parts: AgentParts, signal: AbortSignal, { text: partial, model }: StepRow): AgentResult {
  return atDeadline(parts, signal, { kind: 'failed', reason: abortedFailure.reason, partial, model, calls: [] });
}

function atDeadline(
  { ports }: AgentParts,
  signal: AbortSignal,
  reply: Extract<ReplyResult, { readonly kind: 'failed' }>,
): AgentResult {
  if (signal.reason !== 'deadline') return reply;
  const minutes = Math.round(ports.settings.get('turns.deadlineSeconds') / 60);
  return { ...reply, reason: { code: 'turn.deadline', params: { minutes } } };
}
