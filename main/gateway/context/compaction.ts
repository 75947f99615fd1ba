/**
 * Compaction: when a prompt takes more than 70 % of the window, the older turns of its context become one summary, made by
 * the model that is about to be asked, with a call of its own that is counted, paid for and refused like any other. The
 * summary before goes into the new one; the messages stay in the store.
 *
 * It is tried once in a turn, and only where there is something to win. When it is refused, fails, or does not shrink
 * what it was given to half, nothing changes and the oldest turns are left out of the prompt instead.
 *
 * In the owner's private conversations the same call also names facts worth keeping, unless something that others wrote
 * is in what is condensed or was read in the turn: then it could be theirs what is kept.
 */
import { othersHadASay } from '../agent/taint.ts';
import type { ModelCall } from '../models/attempts.ts';
import type { Clock } from '../clock.ts';
import type { Candidate } from '../models/pool.ts';
import type { ModelRequest, Reply, ReplyStream } from '../model.ts';
import { settleWithin } from '../limits.ts';
import { noteWhenWell } from '../persist.ts';
import { headOfTokens } from '../tokens.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { SummaryRow } from './rows.ts';
import { settleCalls } from '../budget/usage.ts';
import { verbatimTurns } from './context.ts';
import { condenseMessages, readCondensed, type Condensed } from './condense.ts';
import { frameOf, mayRemember, type FrameKey } from './frame.ts';
import type { RequestParts, TurnWork } from './request.ts';
import { costOf, type HistoryTurn } from './turns.ts';

/** Of the window. */
export const compactAt = 0.7;
const verbatimShare = 0.5;
const targetShare = 0.1;
/** Less is not worth a call. */
const worthShare = 0.15;
/** Tokens of a summary, however small or large the window is. */
const [smallestTarget, largestTarget] = [200, 2_000];
/** How far a summary may miss its target before it is cut. */
const overTarget = 1.5;
/** The estimate may be wrong by so much of the window. */
const slackShare = 0.05;

export interface CompactionInput {
  readonly turn: StartedTurn;
  readonly candidate: Candidate;
  readonly work: Pick<TurnWork, 'steps'>;
  readonly key: FrameKey;
  readonly before: SummaryRow | null;
  /** Oldest first. */
  readonly turns: readonly HistoryTurn[];
  readonly window: number;
  /** There are more messages than are read for a prompt: what is not condensed now is not told any more. */
  readonly crowded: boolean;
}

/** True when a new summary stands in the store. */
export async function compact(parts: RequestParts, input: CompactionInput, signal: AbortSignal): Promise<boolean> {
  const { turn, key } = input;
  const { storage } = parts.ports;
  const stored = storage.read.frames.get(key.conversation);
  if (stored?.tried === turn.row.id) return false;
  const older = olderTurns(input.turns, input.window);
  const tokens = costOfTurns(older) + (input.before === null ? 0 : costOf(input.before.text));
  if (older.length === 0 || (!input.crowded && tokens < input.window * worthShare)) return false;
  const owner = { link: turn.row.link, conversation: turn.row.conversation, turn: turn.row.id };
  using ledger = parts.models.budget.ledger(owner);
  const past = { summary: input.before, upto: lastOf(older) };
  const outside = othersHadASay(storage.read, turn, input.work.steps, past);
  const wantsFacts = !outside && parts.ports.memory !== null && mayRemember(storage.read, turn);
  const request = requestOf(parts, input, older, wantsFacts);
  const calls: ModelCall[] = [];
  const opened = await ledger.open(input.candidate, request, signal);
  let condensed: Condensed | null = null;
  if (opened.ok) {
    const provider = await input.candidate.provider.adapter();
    const reply = await resultOf(provider.stream(request, signal), parts.ports.clock, signal);
    if (reply === null) return false;
    const { end } = reply;
    calls.push(opened.value.end(end.usage, 'failure' in end ? end.failure.class : 'ok'));
    // One that was cut off before its end is no summary: what it left out would be lost.
    condensed = 'failure' in end || end.stop === 'length' ? null : readCondensed(reply.text, wantsFacts);
  }
  if (condensed !== null && costOf(condensed.summary) > tokens / 2) condensed = null;
  const row = condensed === null ? null : summaryOf(parts, input, { older, tokens, outside }, condensed.summary);
  const facts = condensed?.facts ?? [];
  if (facts.length > 0) await parts.ports.memory?.keep(facts);
  ledger.handOver(calls);
  const noted = await noteWhenWell(storage, signal, (tables) => {
    settleCalls(tables, owner, calls, parts.ports.ids);
    if (row !== null) tables.summaries.add(row);
    tables.frames.put({ ...(frameOf(stored, key) ?? { ...key, memory: null }), tried: turn.row.id });
    return true;
  });
  if (row === null || noted === null) return false;
  parts.events.publish({ kind: 'conversation', conversation: key.conversation });
  return true;
}

/** All but the last ones that stay as they are. */
function olderTurns(turns: readonly HistoryTurn[], window: number): readonly HistoryTurn[] {
  let room = window * verbatimShare;
  let kept = 0;
  for (const { tokens } of turns.slice(-verbatimTurns).toReversed()) {
    room -= tokens;
    if (room < 0) break;
    kept++;
  }
  return turns.slice(0, turns.length - kept);
}

function costOfTurns(turns: readonly HistoryTurn[]): number {
  return turns.reduce((sum, { tokens }) => sum + tokens, 0);
}

function requestOf(
  { ports, models }: RequestParts,
  { candidate, before, window }: CompactionInput,
  older: readonly HistoryTurn[],
  facts: boolean,
): ModelRequest {
  const maxOutputTokens = Math.min(ports.settings.get('models.maxOutputTokens'), Math.floor(window / 4));
  const room = window - maxOutputTokens - Math.ceil(window * slackShare);
  const target = targetOf(window);
  return {
    model: candidate.model,
    messages: condenseMessages({ before: before?.text ?? '', turns: older, target, room, facts }),
    maxOutputTokens,
    timeouts: models.timeouts(candidate.provider.kind),
  };
}

function targetOf(window: number): number {
  return Math.min(largestTarget, Math.max(smallestTarget, Math.floor(window * targetShare)));
}

function summaryOf(
  { ports }: RequestParts,
  { key, candidate, window }: CompactionInput,
  of: { readonly older: readonly HistoryTurn[]; readonly tokens: number; readonly outside: boolean },
  said: string,
): SummaryRow {
  const text = headOfTokens(said, Math.floor(targetOf(window) * overTarget));
  return {
    id: ports.ids.next(),
    conversation: key.conversation,
    contextNo: key.contextNo,
    upto: lastOf(of.older),
    text,
    model: candidate.ref,
    turns: of.older.length,
    tokensBefore: of.tokens,
    tokensAfter: costOf(text),
    outside: of.outside,
    at: ports.clock.now(),
  };
}

/** The `seq` of the last answer among them. */
function lastOf(turns: readonly HistoryTurn[]): number {
  return Math.max(...turns.map(({ upto }) => upto));
}

/** Null when an abort was not obeyed in time; what the call cost is then the ledger's to charge. */
async function resultOf(stream: ReplyStream, clock: Clock, signal: AbortSignal): Promise<Reply | null> {
  using undo = new DisposableStack();
  const gaveUp = new Promise<null>((resolve) => {
    const giveUp = (): void => void undo.use(clock.after(settleWithin, () => resolve(null)));
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    undo.defer(() => signal.removeEventListener('abort', giveUp));
  });
  return await Promise.race([stream.result(), gaveUp]);
}
