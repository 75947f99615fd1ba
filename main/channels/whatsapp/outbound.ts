/**
 * Parts become messages, one at a time over the whole link. Each has an id and bytes of its own before it is sent first;
 * whatever becomes of it, the same id with the same bytes may go out again, and is one message to whoever receives it
 * (docs/whatsapp-protocol.md, Acknowledging and re-sending).
 *
 * id → kept bytes, or new ones, kept → stanza → the server's raw answer → outcome (`acks.ts`).
 */
import type { Channel, SendOptions, SendOutcome } from '../../gateway/channel.ts';
import { describeError } from '../../gateway/log.ts';
import { StorageTrouble } from '../../gateway/storage.ts';
import type { ChatRef, LinkId, Part, ReasonCode } from '../../gateway/types.ts';
import { assertNever } from '../../lib/assert-never.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import type { Verdict } from './acks.ts';
import { answerTo, refusedQuestion } from './acks.ts';
import { isGroupJid, jidOf } from './addresses.ts';
import { contentOf, messageFrom, newMessageId, textOf } from './content.ts';
import type { Groups } from './groups.ts';
import type { Live, SentMessage, WhatsAppDeps } from './parts.ts';
import { createSigns } from './signs.ts';

export type Outbound = Required<Pick<Channel, 'send' | 'newPartId' | 'presence' | 'react' | 'markRead'>>;

export interface OutboundParts {
  readonly link?: LinkId;
  /** The newest socket; null when there is none. */
  current(): Live | null;
  /** Whether it is open. */
  isUp(): boolean;
  readonly groups: Groups;
}

type Deps = Pick<WhatsAppDeps, 'clock' | 'log'>;

/** Nothing is sent, shown or told while the link is not up. */
export function createOutbound(deps: Deps, parts: OutboundParts): Outbound {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    newPartId: newMessageId,
    send(to, part, options, signal) {
      const sent = turn.then(() => sendPart(deps, parts, to, part, options, signal));
      turn = sent;
      return sent;
    },
    ...createSigns(deps, parts),
  };
}

const NOT_UP: SendOutcome = { kind: 'not-sent', reason: reason('delivery.network') };
const UNKNOWN: SendOutcome = { kind: 'unknown', reason: reason('delivery.unknown-after-send') };

async function sendPart(
  deps: Deps,
  parts: OutboundParts,
  to: ChatRef,
  part: Part,
  options: SendOptions,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const live = parts.current();
  if (live === null || !parts.isUp() || signal.aborted) return NOT_UP;
  try {
    const message = keep(deps, parts, live, to, part, options);
    const verdict = await relay(deps, live, message, signal);
    return outcomeOf(deps, parts, message, verdict);
  } catch (error) {
    if (error instanceof StorageTrouble) return { kind: 'not-sent', reason: error.reason };
    deps.log.write('error', 'whatsapp.send-bug', { link: parts.link, error: describeError(error) });
    return { kind: 'not-sent', reason: reason('host.bug') };
  }
}

/** The message as it was kept under its id, or a new one, which is on disk before anything of it goes out. */
function keep(
  { clock }: Deps,
  { groups }: OutboundParts,
  { identity, library }: Live,
  { chat }: ChatRef,
  part: Part,
  { ownId, label, replyTo }: SendOptions,
): SentMessage {
  const [id, to] = [ownId ?? newMessageId(), jidOf(chat)];
  const kept = identity.sent.get(id);
  // Whoever it is for may be known by another address by now.
  if (kept !== null) return { ...kept, to };
  const quoted = replyTo === null || !isGroupJid(to) ? null : groups.keyOf(to, replyTo);
  const message: SentMessage = { id, to, content: contentOf(library, textOf(part, label), quoted), at: clock.now() };
  identity.sent.put(message);
  return message;
}

/** The service's word for a stanza made for devices or keys that are no longer so. */
const STALE_SESSION = 479;

async function relay(deps: Deps, live: Live, message: SentMessage, signal: AbortSignal): Promise<Verdict> {
  const { id, to, content } = message;
  const write = (fresh: boolean) => (): Promise<unknown> =>
    live.socket.relayMessage(to, messageFrom(live.library, content), { messageId: id, useUserDevicesCache: !fresh });
  const verdict = await answerTo(live, id, deps.clock, signal, write(false));
  if (verdict.kind !== 'refused' || verdict.code !== STALE_SESSION || signal.aborted) return verdict;
  return answerTo(live, id, deps.clock, signal, async () => {
    await refreshSessions(live, to);
    await write(true)();
  });
}

/** New sessions with the devices of a person; those of a group are asked for with the message. */
async function refreshSessions({ socket }: Live, to: string): Promise<void> {
  if (isGroupJid(to)) return;
  const devices = await socket.getUSyncDevices([to], false, false);
  await socket.assertSessions(
    devices.map(({ jid }) => jid),
    true,
  );
}

function outcomeOf(
  { log }: Deps,
  { link, groups }: OutboundParts,
  { id, to }: SentMessage,
  verdict: Verdict,
): SendOutcome {
  switch (verdict.kind) {
    case 'taken':
      if (verdict.isStale) groups.forget(to);
      return { kind: 'sent', ref: id };
    case 'unanswered':
      log.write('info', 'whatsapp.send-unanswered', { link, message: id });
      return UNKNOWN;
    case 'unwritten': {
      const { error } = verdict;
      log.write('info', 'whatsapp.send-failed', { link, message: id, error: describeError(error) });
      const code = refusedQuestion(error);
      if (code === null)
        return error instanceof Error && error.message === CLOSED ? NOT_UP : notSent('delivery.rejected');
      return isGroupJid(to) && GONE.has(code) ? rejected('delivery.chat-gone') : unasked(code);
    }
    case 'refused':
      log.write('warn', 'whatsapp.send-refused', { link, message: id, code: verdict.code });
      return refusal(verdict.code);
    default:
      return assertNever(verdict, 'verdict');
  }
}

const CLOSED = 'Connection Closed';
/** What the server says about a group that is not there, or not for us. */
const GONE: ReadonlySet<number> = new Set([401, 403, 404]);
/** The account may not write to this person now; each further try makes it worse. */
const RESTRICTED = 463;
const TOO_FAST = 429;

function refusal(code: number): SendOutcome {
  if (code === RESTRICTED) return rejected('delivery.restricted');
  if (code === TOO_FAST) return notSent('link.rate-limited');
  return code >= 500 ? notSent('link.server-error') : rejected('delivery.rejected');
}

function unasked(code: number): SendOutcome {
  return notSent(code === TOO_FAST ? 'link.rate-limited' : 'link.server-error');
}

function notSent(code: ReasonCode): SendOutcome {
  return { kind: 'not-sent', reason: reason(code) };
}

function rejected(code: ReasonCode): SendOutcome {
  return { kind: 'rejected', reason: reason(code) };
}
