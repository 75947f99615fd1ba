/**
 * The calls of one step, from the model's wish to a result for each.
 *
 * decide (commit: refused, asking) → run what may run → results (commit each). Without side effects: all at once. With
 * side effects: strictly one after the other, each noted as begun on disk before it is, so that none is made twice
 * whatever dies when. What the owner is asked about waits, and so does every change behind it.
 */
import { assertNever } from '../../lib/assert-never.ts';
import { commitWhenWell } from '../persist.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { Millis } from '../types.ts';
import { callsOf, ended, isFinished, leftToDecide, publishStep, shownTool } from './call-rows.ts';
import { decideCall, inputOf, type CallQuestion, type Verdict } from './decide.ts';
import { refusalOf, unanswered, unsure } from './results.ts';
import { makeCall, type CallDesk, type CallWatch, type ReadyCall } from './run-tool.ts';
import { whatWasRead } from './taint.ts';
import { standingOf } from './toolbox.ts';
import type { StepWithCalls, StepRow, ToolCallRow, ToolStatus } from './types.ts';

/** A step whose calls are to be made. */
export interface OpenStep {
  readonly row: StepRow;
  /** The steps before it, all finished. */
  readonly before: readonly StepWithCalls[];
  /** Milliseconds of work that the turn has left. */
  readonly left: () => Millis;
}

/**
 * `done`: each has its result, or the owner has decided meanwhile about what is left: it can be made now. `asking`: he has
 * to decide first. `cut`: `signal` was aborted before every call had its result.
 */
export type CallsOutcome = 'done' | 'asking' | 'cut';

export async function makeCalls(
  desk: CallDesk,
  turn: StartedTurn,
  step: OpenStep,
  watch: CallWatch,
  signal: AbortSignal,
): Promise<CallsOutcome> {
  const plan = await settle(desk, turn, step, signal);
  if (plan === null || signal.aborted) return 'cut';
  const reads = plan.ready.filter(({ sideEffects }) => !sideEffects);
  const changes = plan.ready.filter(({ sideEffects, call }) => sideEffects && !plan.behindAsking.has(call.id));
  const run = (ready: ReadyCall): Promise<void> => makeCall(desk, turn, ready, step.left(), watch, signal);
  // One that may not be made any more since the owner said so stays open, and is decided about anew.
  const mayStill = ({ call }: ReadyCall): boolean => judgeFor(desk, turn, step)(call).kind === 'run';
  const inOrder = async (): Promise<void> => {
    for (const ready of changes) if (!signal.aborted && mayStill(ready)) await run(ready);
  };
  await Promise.all([...reads.map(run), inOrder()]);
  watch.doing(null);
  if (signal.aborted) return 'cut';
  return callsOf(desk.ports.storage.read, step.row).some(({ state }) => state === 'asking') ? 'asking' : 'done';
}

interface Plan {
  readonly ready: readonly ReadyCall[];
  /** Changes that wait because one before them is asked for. */
  readonly behindAsking: ReadonlySet<string>;
}

/** What becomes of each call that has no result yet. Null when the store could not be written before `signal`. */
async function settle(desk: CallDesk, turn: StartedTurn, step: OpenStep, signal: AbortSignal): Promise<Plan | null> {
  const { ports, events, toolbox } = desk;
  const { storage, clock } = ports;
  const judge = judgeFor(desk, turn, step);
  const made = await commitWhenWell(storage, signal, (tables) => {
    const now = clock.now();
    const ready: ReadyCall[] = [];
    const behindAsking = new Set<string>();
    let asking = false;
    let changed = false;
    const write = (row: ToolCallRow): void => {
      tables.toolCalls.put(row);
      changed = true;
    };
    for (const call of callsOf(tables, step.row)) {
      if (isFinished(call)) continue;
      const sideEffects = changesSomething(toolbox.find(call.name), turn, call);
      // Left by a run of the program that ended in the middle of it.
      if (call.state === 'running' && sideEffects) write(ended(call, 'unsure', unsure(shownTool(call)), now));
      else if (call.state === 'asking' && leftToDecide(call, now) > 0) asking ||= sideEffects;
      else if (call.state === 'asking') write(ended(call, 'refused', unanswered(shownTool(call)), now));
      else {
        const verdict = judge(call);
        switch (verdict.kind) {
          case 'refuse':
            write(ended(call, 'refused', refusalOf(verdict.guard, shownTool(call)), now));
            break;
          case 'ask':
            write(asked(call, verdict.because, now));
            asking ||= sideEffects;
            break;
          case 'run':
            ready.push({ call, input: verdict.input, sideEffects });
            if (asking) behindAsking.add(call.id);
            break;
          default:
            assertNever(verdict, 'verdict');
        }
      }
    }
    return { plan: { ready, behindAsking }, changed };
  });
  if (made?.changed === true) publishStep(events, turn.row);
  if (made?.changed === true) events.publish({ kind: 'card', link: turn.link.id });
  return made?.plan ?? null;
}

function judgeFor(desk: CallDesk, turn: StartedTurn, step: OpenStep): (call: ToolCallRow) => Verdict {
  const { read } = desk.ports.storage;
  const standing = standingOf(read, turn);
  const seen = whatWasRead(read, turn, step.before);
  const earlier = step.before.reduce((count, { calls }) => count + calls.length, 0);
  return (call) => {
    const status = desk.toolbox.find(call.name);
    const tool = status === null ? null : askedTool(status, changesSomething(status, turn, call));
    const before = earlier + call.position;
    const allowed = call.state === 'allowed' || call.state === 'running';
    return decideCall({ name: call.name, arguments: call.arguments, tool, standing, before, allowed, ...seen });
  };
}

function askedTool({ tool, permission, chosen }: ToolStatus, sideEffects: boolean): NonNullable<CallQuestion['tool']> {
  const isHarmless = tool.sideEffects && !sideEffects;
  return { sideEffects, isHarmless, permission, chosen, says: (input) => tool.says?.(input) ?? null };
}

/** A call that had begun when the program ended is taken for what its tool is: what it would do now says nothing of then. */
function changesSomething(
  status: ToolStatus | null,
  { conversation, link }: StartedTurn,
  { state, arguments: written }: ToolCallRow,
): boolean {
  const { tool } = status ?? {};
  if (tool?.sideEffects === false) return false;
  if (tool?.isHarmless === undefined || state === 'running') return true;
  const input = inputOf(written);
  return input === null || !tool.isHarmless(input, { conversation: conversation.id, link: link.id });
}

function asked(call: ToolCallRow, because: 'permission' | 'tainted', now: Millis): ToolCallRow {
  const tainted = because === 'tainted';
  const reason = tainted ? ({ code: 'tool.tainted' } as const) : null;
  return { ...call, state: 'asking', askedAt: now, reason };
}
