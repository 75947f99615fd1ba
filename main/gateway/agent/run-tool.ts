/** One call of a tool: begun on disk, made within its time, its result on disk. Never throws for what a tool does. */
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import { longestCall, settleAtShutdown, settleWithin } from '../limits.ts';
import { describeError } from '../log.ts';
import { commitWhenWell, noteWhenWell } from '../persist.ts';
import type { Tool, ToolResult } from '../tool.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { Millis } from '../types.ts';
import { ended, publishStep, shownTool } from './call-rows.ts';
import { brokeDown, timedOut, unsure, withinLimit } from './results.ts';
import type { Toolbox } from './toolbox.ts';
import type { ToolCallRow, ToolCallState } from './types.ts';

export interface CallDesk {
  readonly ports: Pick<GatewayPorts, 'storage' | 'clock' | 'log'>;
  readonly events: Pick<Events, 'publish'>;
  readonly toolbox: Toolbox;
}

export interface CallWatch {
  /** The tool at work; null: none any more. */
  doing(tool: { readonly tool: string; readonly since: Millis } | null): void;
}

/** A call that may be made now. */
export interface ReadyCall {
  readonly call: ToolCallRow;
  readonly input: Readonly<Record<string, unknown>>;
  readonly sideEffects: boolean;
}

/** A tool whose time is over may still clear up for so long. */
const clearUp: Millis = 1_000;

/** What a tool said, or why it said nothing. */
type Said =
  | { readonly kind: 'result'; readonly result: ToolResult }
  | { readonly kind: 'broke' }
  | { readonly kind: 'timeout' }
  /** The turn was cut: whatever the tool said then, it was not let finish. */
  | { readonly kind: 'cut' };

/** `left`: milliseconds that the turn may still work. */
export async function makeCall(
  desk: CallDesk,
  turn: StartedTurn,
  { call, input, sideEffects }: ReadyCall,
  left: Millis,
  watch: CallWatch,
  signal: AbortSignal,
): Promise<void> {
  const { storage, clock } = desk.ports;
  const tool = desk.toolbox.find(call.name)?.tool;
  if (tool === undefined || signal.aborted) return;
  const since = clock.now();
  const begun: ToolCallRow = { ...call, state: 'running', reason: null, begunAt: since };
  const store = async (write: typeof commitWhenWell, row: ToolCallRow, isNow: ToolCallState): Promise<boolean> => {
    const stored = await write(storage, signal, ({ toolCalls }) => {
      // Its turn may have ended meanwhile, or its conversation be forgotten.
      const there = toolCalls.get(row.id)?.state === isNow;
      if (there) toolCalls.put(row);
      return there;
    });
    publishStep(desk.events, turn.row);
    return stored === true;
  };
  // Whoever changes something must not do it twice: that it began is on disk, also if the power goes.
  if (!(await store(sideEffects ? commitWhenWell : noteWhenWell, begun, call.state))) return;
  const limit = Math.max(1, Math.min(longestCall, left));
  watch.doing({ tool: call.name, since });
  const said: Said = signal.aborted ? { kind: 'cut' } : await ask(desk, tool, turn, input, limit, signal);
  // Lost with the power, it leaves a change that nobody is sure of, and that is not made again either.
  await store(noteWhenWell, rowAfter({ call: begun, tool, sideEffects, limit, now: clock.now() }, said), 'running');
}

interface Made {
  readonly call: ToolCallRow;
  readonly tool: Tool;
  readonly sideEffects: boolean;
  readonly limit: Millis;
  readonly now: Millis;
}

function rowAfter({ call, tool, sideEffects, limit, now }: Made, said: Said): ToolCallRow {
  const name = shownTool(call);
  switch (said.kind) {
    case 'result': {
      const { ok, text, outside = tool.outside } = said.result;
      return { ...call, state: ok ? 'done' : 'failed', outside, result: withinLimit(text), endedAt: now };
    }
    case 'broke':
      return ended(call, 'failed', brokeDown(name), now);
    case 'timeout':
      return ended(call, 'failed', timedOut(name, limit, sideEffects), now);
    case 'cut':
      // What changes nothing can simply be made again, where the turn goes on.
      return sideEffects ? ended(call, 'unsure', unsure(name), now) : { ...call, state: 'pending', begunAt: null };
  }
}

async function ask(
  { ports }: CallDesk,
  tool: Tool,
  turn: StartedTurn,
  input: unknown,
  limit: Millis,
  signal: AbortSignal,
): Promise<Said> {
  const { clock } = ports;
  using undo = new DisposableStack();
  const own = new AbortController();
  const silent = Promise.withResolvers<Said>();
  const ending: { why: 'timeout' | 'cut' | null } = { why: null };
  const end = (why: 'timeout' | 'cut', grace: Millis): void => {
    if (ending.why !== null) return;
    ending.why = why;
    own.abort(why);
    undo.use(clock.after(grace, () => silent.resolve({ kind: why })));
  };
  const cut = (): void => end('cut', signal.reason === 'shutdown' ? settleAtShutdown : settleWithin);
  undo.use(clock.after(limit, () => end('timeout', clearUp)));
  signal.addEventListener('abort', cut, { once: true });
  undo.defer(() => signal.removeEventListener('abort', cut));
  const running = run(ports.log, tool, turn, input, limit, own.signal);
  const said = await Promise.race([running, silent.promise]);
  // What it says because it was told to stop is no result.
  const finished = said.kind === 'result' && said.result.ok;
  return ending.why !== null && !finished ? { kind: ending.why } : said;
}

async function run(
  log: CallDesk['ports']['log'],
  tool: Tool,
  { conversation, link }: StartedTurn,
  input: unknown,
  left: Millis,
  signal: AbortSignal,
): Promise<Said> {
  try {
    const result = await tool.run(input, { conversation: conversation.id, link: link.id, left }, signal);
    return { kind: 'result', result };
  } catch (error) {
    if (!signal.aborted) log.write('error', 'tool.bug', { tool: tool.description.name, error: describeError(error) });
    return { kind: 'broke' };
  }
}
