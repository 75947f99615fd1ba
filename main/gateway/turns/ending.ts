/** From what happened to what is written and said: the ending of a turn for each way it can go. */
import type { AgentResult } from '../agent/loop.ts';
import { parseCommand, runCommand } from '../commands/commands.ts';
import type { CommandDesk, CommandResult } from '../commands/context.ts';
import { noteTold, toldAlready } from '../budget/told.ts';
import { mayRemember } from '../context/frame.ts';
import type { Calendar } from '../calendar.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Links } from '../links/types.ts';
import { useOf } from '../media/kinds.ts';
import type { Media } from '../media/media.ts';
import type { ModelRegistry } from '../models/models.ts';
import type { Tables } from '../storage.ts';
import type { TurnEnding } from './finish.ts';
import type { StartedTurn } from './start.ts';
import type { ModelRef, Reason } from '../types.ts';

interface Parts {
  readonly ports: GatewayPorts;
  readonly models: ModelRegistry;
  readonly links: Pick<Links, 'all' | 'channel'>;
  readonly calendar: Calendar;
  readonly media: Pick<Media, 'unread'>;
}

export function timeZoneOf(ports: Pick<GatewayPorts, 'settings' | 'systemTimeZone'>): string {
  const chosen = ports.settings.get('timeZone');
  return chosen === '' ? ports.systemTimeZone : chosen;
}

/** A sentence of the gateway in place of an answer. */
export function noticeEnding(
  parts: Pick<Parts, 'ports'>,
  turn: StartedTurn,
  state: TurnEnding['state'],
  reason: Reason,
  deliver: boolean,
): TurnEnding {
  const text = parts.ports.sentences.reason(reason, turn.link.language);
  return { state, kind: 'notice', text, markdown: false, model: null, reason, deliver, calls: [] };
}

export async function commandEnding(
  parts: Parts & CommandDesk,
  turn: StartedTurn,
  stoppedSomething: boolean,
): Promise<{ readonly ending: TurnEnding; readonly result: CommandResult }> {
  const { ports } = parts;
  const [message] = turn.inputs;
  const command = message === undefined ? null : parseCommand(message, turn.link.kind);
  if (message === undefined || command === null) throw new Error(`turn ${turn.row.id} is no command`);
  const now = ports.clock.now();
  const result = await runCommand(command, {
    ...turn,
    ...ports,
    ...parts,
    memory: mayRemember(ports.storage.read, turn) ? ports.memory : null,
    message,
    now,
    stoppedSomething,
    language: turn.link.language,
  });
  const ending: TurnEnding = {
    state: 'done',
    kind: 'notice',
    text: result.text,
    markdown: false,
    model: null,
    reason: null,
    deliver: true,
    calls: [],
    ...(result.apply === undefined ? {} : { apply: result.apply }),
  };
  return { ending, result };
}

/** How a reply was watched: whether somebody stopped it, and whether its chat was shown anything of it. */
export interface ReplySeen {
  readonly stopped: boolean;
  readonly shown: boolean;
}

export function replyEnding(
  parts: Parts,
  turn: StartedTurn,
  reply: Exclude<AgentResult, { readonly kind: 'asking' }>,
  seen: ReplySeen,
): TurnEnding {
  const { stopped, shown } = seen;
  const { calls, model } = reply;
  if (reply.kind === 'answered') {
    // Silence is no answer, whatever the server calls it.
    if (reply.text.trim() === '') {
      const reason: Reason = { code: 'model.empty', params: { model: reply.model } };
      return { ...noticeEnding(parts, turn, 'failed', reason, true), model, calls };
    }
    const step = reply.step === undefined ? {} : { step: reply.step };
    const said = { text: reply.text, ...notesBelow(parts, turn, reply.model), ...step };
    const reason = parts.media.unread(turn, reply.model);
    return { state: 'done', kind: 'assistant', ...said, markdown: true, model, reason, deliver: true, calls };
  }
  const reason: Reason = stopped ? { code: 'turn.stopped' } : reply.reason;
  const state = stopped ? 'stopped' : 'failed';
  if (reply.partial.trim() === '') {
    const notice = noticeEnding(parts, turn, state, reason, !stopped || shown);
    return { ...notice, ...toldOnce(parts, turn, reason), model, calls };
  }
  const below = stopped
    ? parts.ports.sentences.text('note.stopped', {}, turn.link.language)
    : interrupted(parts, turn, reason);
  // What the chat has seen of a stopped reply stays there; the rest of the world need not hear of it.
  const deliver = !stopped || shown;
  return { state, kind: 'assistant', text: reply.partial, below, markdown: true, model, reason, deliver, calls };
}

/** A limit that is reached is said once per conversation and period; after that the window alone shows it. */
function toldOnce(
  { ports, models }: Parts,
  turn: StartedTurn,
  reason: Reason,
): Pick<TurnEnding, 'apply'> | { readonly deliver: false } {
  const period = models.budget.periodOf(reason);
  if (period === null) return {};
  const { id } = turn.conversation;
  if (toldAlready(ports.storage.read, id, reason, period)) return { deliver: false };
  return { apply: (tables) => noteTold(tables, id, reason, period) };
}

function interrupted({ ports: { sentences } }: Parts, turn: StartedTurn, reason: Reason): string {
  const { language } = turn.link;
  return `${sentences.text('note.interrupted', {}, language)} ${sentences.reason(reason, language)}`;
}

/**
 * Chats are told which model answered when it is not the chosen one (the window shows it beside every answer), and that a
 * file was not looked at (the window shows it from the reason).
 */
function notesBelow(parts: Parts, turn: StartedTurn, model: ModelRef): Pick<TurnEnding, 'below'> {
  const { sentences } = parts.ports;
  const { language } = turn.link;
  const chosen = turn.conversation.model ?? parts.models.choice().default;
  const unread = parts.media.unread(turn, model);
  const notes = [
    ...(model === chosen ? [] : [sentences.text('note.answered-by', { model, chosen }, language)]),
    ...(unread === null ? [] : [sentences.reason(unread, language)]),
  ];
  return notes.length === 0 ? {} : { below: notes.join(' ') };
}

/** Why the first of the files that were refused was refused; null when all were taken. */
function refusedFile(read: Pick<Tables, 'attachments'>, { inputs }: StartedTurn): Reason | null {
  const files = inputs.flatMap(({ id }) => read.attachments.ofMessage(id));
  return files.find(({ reason }) => reason?.code === 'media.too-large')?.reason ?? null;
}

/** What came without words and is of no kind that can be understood; null when there is something to answer or to read. */
export function unsupportedMedia(read: Pick<Tables, 'attachments'>, turn: StartedTurn): Reason | null {
  if (turn.link.kind !== 'telegram' && turn.link.kind !== 'whatsapp') return null;
  const kinds = turn.inputs.map((message) => /^\[([a-z_ ]{1,40})\]$/.exec(message.text)?.[1]);
  const [kind] = kinds;
  if (kind === undefined || kinds.includes(undefined)) return null;
  const files = turn.inputs.flatMap(({ id }) => read.attachments.ofMessage(id));
  if (files.some((file) => file.state !== 'failed' && useOf(file) !== 'other')) return null;
  return refusedFile(read, turn) ?? { code: 'turn.media-unsupported', params: { kind } };
}
