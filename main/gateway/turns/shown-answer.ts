/**
 * The answer of one turn while it is made: model, preview and what the window sees of both. An author who changes the
 * question before the chat was shown anything is answered as it reads now; after that a change is only noted.
 */
import { runAgent, type AgentResult, type AgentWatch } from '../agent/loop.ts';
import type { Toolbox } from '../agent/toolbox.ts';
import type { ModelCall } from '../models/attempts.ts';
import type { Calendar } from '../calendar.ts';
import type { CardDesk } from '../cards/cards.ts';
import type { Events, TurnStatus } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Budget } from '../budget/types.ts';
import { longestRestarts } from '../limits.ts';
import type { LinkRegistry } from '../links/links.ts';
import { describeError } from '../log.ts';
import type { ModelRegistry } from '../models/models.ts';
import type { Outbox } from '../delivery/delivery.ts';
import type { Media } from '../media/media.ts';
import type { Pauses } from '../access/types.ts';
import type { Presence } from '../delivery/presence.ts';
import { createPreview, type Preview } from '../delivery/preview.ts';
import type { Pacer } from '../delivery/pacing.ts';
import { noticeEnding, replyEnding } from './ending.ts';
import type { TurnEnding } from './finish.ts';
import { unansweredInputs, type StartedTurn } from './start.ts';

export interface TurnParts {
  readonly ports: GatewayPorts;
  readonly events: Events;
  readonly links: LinkRegistry;
  readonly models: ModelRegistry;
  readonly outbox: Outbox;
  readonly presence: Presence;
  readonly pacer: Pacer;
  readonly calendar: Calendar;
  readonly media: Media;
  /** For commands. */
  readonly cards: CardDesk;
  readonly budget: Budget;
  readonly pauses: Pauses;
  readonly toolbox: Toolbox;
}

/** A lane at work. */
export interface RunningTurn {
  /** Why it should end, if it should: a stop, the deadline, the end of the process, a changed question. */
  abort: AbortController;
  /** Null until its beginning is committed. */
  status: TurnStatus | null;
  preview: Preview | null;
  restarts: number;
  /** Tools may have run. */
  acted: boolean;
  /** Outlives a restart for a changed question. */
  interrupted: 'stop' | 'shutdown' | null;
  /** Not a word more to the chat, not even of what it was shown already. */
  silenced: boolean;
  /** Resolves when the lane is free again. */
  readonly over: PromiseWithResolvers<void>;
}

export function newRunningTurn(): RunningTurn {
  return {
    abort: new AbortController(),
    status: null,
    preview: null,
    restarts: 0,
    acted: false,
    interrupted: null,
    silenced: false,
    over: Promise.withResolvers(),
  };
}

export function interrupt(running: RunningTurn, cause: 'stop' | 'shutdown'): void {
  running.interrupted = cause;
  running.abort.abort(cause);
}

/**
 * What became of a model's reply: an ending to be written, cut by the end of the process, or parked until the owner has
 * decided about a tool.
 */
export type Replied =
  | { readonly kind: 'ended'; readonly ending: TurnEnding }
  | { readonly kind: 'cut'; readonly calls: readonly ModelCall[] }
  | { readonly kind: 'asking'; readonly calls: readonly ModelCall[] };

/** A question was changed: true when its answer begins anew. Once a tool may have run, it does not. */
export function restartForEdit(running: RunningTurn): boolean {
  if (running.acted) return false;
  if (running.status === null || running.preview?.shown === true || running.restarts >= longestRestarts) return false;
  running.restarts++;
  running.abort.abort('edited');
  return true;
}

/** Some of the questions fell away: true when the answer begins anew without them, or has not begun yet. */
export function restartWithFewer(running: RunningTurn): boolean {
  if (running.preview?.shown === true) return false;
  running.abort.abort('edited');
  return true;
}

/** Settles whatever the model and the platform do. Nothing of a preview is under way any more when it does. */
export async function answerWithModel(
  parts: TurnParts,
  started: StartedTurn,
  running: RunningTurn,
  publish: (status: TurnStatus) => void,
): Promise<Replied> {
  const { ports, links } = parts;
  const preview = createPreview({ ports, pacer: parts.pacer, channel: () => links.channel(started.row.link) }, started);
  running.preview = preview;
  const calls: ModelCall[] = [];
  try {
    for (;;) {
      const inputs = unansweredInputs(ports.storage.read, started.row.id);
      const turn = { ...started, inputs };
      if (inputs.length === 0) return await unasked(parts, started, preview, calls);
      const watch = watchFor(parts, turn, running, publish);
      const reply = await runAgent(parts, turn, watch, running.abort, running.status?.attempt);
      const cause: unknown = running.interrupted ?? running.abort.signal.reason;
      calls.push(...reply.calls);
      if (reply.kind === 'asking') {
        await preview.end();
        return { kind: 'asking', calls };
      }
      if (cause !== 'edited' || reply.kind === 'answered') {
        await preview.end();
        return replied(parts, turn, { ...reply, calls }, cause, preview.shown && !running.silenced);
      }
      running.abort = new AbortController();
    }
  } catch (error) {
    ports.log.write('error', 'turn.bug', { turn: started.row.id, error: describeError(error) });
    await preview.end();
    const ending = { ...noticeEnding(parts, started, 'failed', { code: 'model.bug' }, true), calls };
    return { kind: 'ended', ending };
  }
}

/** Every question was taken back before the first word: nobody hears of it. */
async function unasked(
  parts: TurnParts,
  turn: StartedTurn,
  preview: Preview,
  calls: readonly ModelCall[],
): Promise<Replied> {
  await preview.end();
  return { kind: 'ended', ending: { ...noticeEnding(parts, turn, 'stopped', { code: 'turn.stopped' }, false), calls } };
}

type Ended = Exclude<AgentResult, { readonly kind: 'asking' }>;

function replied(parts: TurnParts, turn: StartedTurn, reply: Ended, cause: unknown, shown: boolean): Replied {
  if (cause === 'shutdown' && reply.kind === 'failed') return { kind: 'cut', calls: reply.calls };
  if (reply.kind === 'failed') {
    parts.ports.log.write('warn', 'turn.failed', {
      turn: turn.row.id,
      model: reply.model,
      reason: reply.reason.code,
      ...(typeof cause === 'string' ? { cause } : {}),
    });
  }
  return { kind: 'ended', ending: replyEnding(parts, turn, reply, { stopped: cause === 'stop', shown }) };
}

function watchFor(
  { events }: TurnParts,
  turn: StartedTurn,
  running: RunningTurn,
  publish: (status: TurnStatus) => void,
): AgentWatch {
  const { conversation, id } = turn.row;
  return {
    acted(): void {
      running.acted = true;
    },
    changed(status): void {
      running.status = { ...status, row: turn.row };
      publish(running.status);
    },
    delta(attempt, offset, text): void {
      const before = running.status;
      if (before !== null) {
        running.status = { ...before, text: before.text.slice(0, offset) + text };
        running.preview?.update(running.status.text);
      }
      events.publish({ kind: 'delta', conversation, turn: id, attempt, offset, text });
    },
  };
}
