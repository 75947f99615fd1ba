/** From what happened to what is written and said: the ending of a turn for each way it can go. */
import { parseCommand, runCommand, type CommandResult } from './commands.ts';
import { startOfDay } from './calendar.ts';
import type { GatewayPorts, Links } from './gateway.ts';
import type { ModelRegistry } from './models.ts';
import type { TurnEnding } from './turn-finish.ts';
import type { ReplyResult } from './turn-reply.ts';
import type { StartedTurn } from './turn-start.ts';
import type { Reason } from './types.ts';

interface Parts {
  readonly ports: GatewayPorts;
  readonly models: ModelRegistry;
  readonly links: Pick<Links, 'all' | 'channel'>;
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

export function commandEnding(
  parts: Parts,
  turn: StartedTurn,
  stoppedSomething: boolean,
): { readonly ending: TurnEnding; readonly result: CommandResult } {
  const { ports } = parts;
  const [message] = turn.inputs;
  const command = message === undefined ? null : parseCommand(message.text, turn.link.kind);
  if (message === undefined || command === null) throw new Error(`turn ${turn.row.id} is no command`);
  const now = ports.clock.now();
  const result = runCommand(command, {
    ...turn,
    ...ports,
    ...parts,
    message,
    now,
    stoppedSomething,
    language: turn.link.language,
    startOfDay: startOfDay(now, timeZoneOf(ports)),
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

export function replyEnding(parts: Parts, turn: StartedTurn, reply: ReplyResult, stopped: boolean): TurnEnding {
  const { calls, model } = reply;
  if (reply.kind === 'answered') {
    // Silence is no answer, whatever the server calls it.
    if (reply.text.trim() === '') {
      const reason: Reason = { code: 'model.empty', params: { model: reply.model } };
      return { ...noticeEnding(parts, turn, 'failed', reason, true), model, calls };
    }
    const text = withModelNote(parts, turn, reply);
    return { state: 'done', kind: 'assistant', text, markdown: true, model, reason: null, deliver: true, calls };
  }
  const reason: Reason = stopped ? { code: 'turn.stopped' } : reply.reason;
  const state = stopped ? 'stopped' : 'failed';
  if (reply.partial.trim() === '') return { ...noticeEnding(parts, turn, state, reason, !stopped), model, calls };
  const text = stopped ? reply.partial : `${reply.partial}\n\n${interrupted(parts, turn, reason)}`;
  return { state, kind: 'assistant', text, markdown: true, model, reason, deliver: !stopped, calls };
}

function interrupted({ ports: { sentences } }: Parts, turn: StartedTurn, reason: Reason): string {
  const { language } = turn.link;
  return `${sentences.text('note.interrupted', {}, language)} ${sentences.reason(reason, language)}`;
}

/** Chats are told which model answered when it is not the chosen one; the window shows it beside every answer. */
function withModelNote(parts: Parts, turn: StartedTurn, reply: ReplyResult & { readonly kind: 'answered' }): string {
  const chosen = turn.conversation.model ?? parts.models.choice().default;
  const live = parts.links.channel(turn.link.id)?.traits.live === true;
  if (live || reply.model === chosen) return reply.text;
  const params = { model: reply.model, chosen };
  return `${reply.text}\n\n_${parts.ports.sentences.text('note.answered-by', params, turn.link.language)}_`;
}

/** What came without words and cannot be understood yet; null when there is something to answer. */
export function unsupportedMedia(turn: StartedTurn): Reason | null {
  if (turn.link.kind !== 'telegram' && turn.link.kind !== 'whatsapp') return null;
  const kinds = turn.inputs.map((message) => /^\[([a-z_ ]{1,40})\]$/.exec(message.text)?.[1]);
  const [kind] = kinds;
  return kind === undefined || kinds.includes(undefined) ? null : { code: 'turn.media-unsupported', params: { kind } };
}
