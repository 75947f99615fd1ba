/**
 * One part to one chat, and what can be known of it afterwards (behaviour.md, Delivery: send outcome). Repeats nothing
 * but the step from HTML to plain text, which Telegram refused before it did anything.
 */
import type { SendOptions, SendOutcome } from '../../gateway/channel.ts';
import type { Log } from '../../gateway/log.ts';
import type { ChatRef, Part, Reason, ReasonCode } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import type { Result } from '../../lib/result.ts';
import { escapeHtml } from '../formatting/html.ts';
import type { BotApi, CallFailure } from './api.ts';
import { describeFailure } from './api.ts';

/** Telegram's limit, in UTF-16 units after entities were parsed (https://core.telegram.org/bots/api#sendmessage). */
export const MAX_MESSAGE = 4096;
/** Kept free in every part for a label and its line break. */
export const LABEL_ROOM = 96;
const SEND_LIMIT = 30_000;
const ACTION_LIMIT = 10_000;

interface Message {
  readonly text: string;
  readonly html: boolean;
}

/** Sends one part; settles at the latest after 30 s of clock time (twice that when the markup was refused). Never rejects. */
export async function sendPart(
  api: BotApi,
  log: Log,
  to: ChatRef,
  part: Part,
  options: SendOptions,
  signal: AbortSignal,
): Promise<SendOutcome> {
  // Nothing was written yet, so this one abort is certain.
  if (signal.aborted) return { kind: 'not-sent', reason: reason('delivery.network') };
  const plain = { text: withLabel(options.label, part.plain, false), html: false };
  if (part.format !== 'html') return outcomeOf(await post(api, to, plain, signal), log);
  const html = { text: withLabel(options.label, part.text, true), html: true };
  const first = await post(api, to, html, signal);
  if (first.ok || !isMarkupRefused(first.failure)) return outcomeOf(first, log);
  log.write('warn', 'telegram.markup-refused', { words: describeFailure(first.failure), units: part.plain.length });
  return outcomeOf(await post(api, to, plain, signal), log);
}

/** Shows "typing" for some 5 s. Its failure is of no consequence. */
export async function sendTyping(api: BotApi, log: Log, chat: ChatRef, signal: AbortSignal): Promise<void> {
  const result = await api.call(
    (raw, abort) => raw.sendChatAction({ ...target(chat), action: 'typing' }, abort),
    ACTION_LIMIT,
    signal,
  );
  if (!result.ok) log.write('debug', 'telegram.typing-failed', { failure: describeFailure(result.failure) });
}

function post(api: BotApi, to: ChatRef, message: Message, signal: AbortSignal): Promise<Result<string, CallFailure>> {
  const look = message.html ? { parse_mode: 'HTML' as const } : {};
  const payload = {
    ...target(to),
    ...look,
    text: message.text,
    link_preview_options: { prefer_small_media: true },
  };
  return api.call(async (raw, abort) => String((await raw.sendMessage(payload, abort)).message_id), SEND_LIMIT, signal);
}

function target(to: ChatRef): { readonly chat_id: string; readonly message_thread_id?: number } {
  return to.topic === null ? { chat_id: to.chat } : { chat_id: to.chat, message_thread_id: Number(to.topic) };
}

function withLabel(label: string | null, text: string, html: boolean): string {
  if (label === null || label === '') return text;
  const short = label.slice(0, LABEL_ROOM - 1).toWellFormed();
  return html ? `<i>${escapeHtml(short)}</i>\n${text}` : `${short}\n${text}`;
}

/** Refusals of the marks, not of the message: the same text goes through without them. */
function isMarkupRefused(failure: CallFailure): boolean {
  if (failure.kind !== 'refused' || failure.code !== 400) return false;
  return /can't parse entities|text is too long|unsupported parse_mode/i.test(failure.words);
}

function outcomeOf(result: Result<string, CallFailure>, log: Log): SendOutcome {
  if (result.ok) return { kind: 'sent', ref: result.value };
  const { failure } = result;
  log.write('info', 'telegram.send-failed', { failure: describeFailure(failure) });
  switch (failure.kind) {
    case 'refused':
      return refusal(failure.code, failure.words, failure.retryAfter);
    case 'unreached':
      return { kind: 'not-sent', reason: reason('delivery.network') };
    case 'unanswered':
    case 'expired':
    case 'aborted':
      return { kind: 'unknown', reason: reason('delivery.unknown-after-send') };
  }
}

function refusal(code: number, words: string, retryAfter: number | null): SendOutcome {
  if (code === 429) {
    const limited = reason('link.rate-limited');
    return retryAfter === null
      ? { kind: 'not-sent', reason: limited }
      : { kind: 'not-sent', reason: limited, after: retryAfter };
  }
  if (code >= 500) return { kind: 'not-sent', reason: reason('link.server-error') };
  // The poll finds out what it means for the link; the message may go out once the token is good again.
  if (code === 401 || code === 404) return { kind: 'not-sent', reason: reason('link.token-refused') };
  return { kind: 'rejected', reason: refusedForGood(code, words) };
}

const REFUSALS: readonly (readonly [code: number, words: RegExp, meaning: ReasonCode])[] = [
  [403, /blocked|can't initiate conversation/i, 'delivery.blocked-by-person'],
  [403, /deactivated|kicked|not a member/i, 'delivery.chat-gone'],
  [400, /chat not found|user not found|PEER_ID_INVALID|upgraded to a supergroup/i, 'delivery.chat-gone'],
];

function refusedForGood(code: number, words: string): Reason {
  const known = REFUSALS.find(([of, pattern]) => of === code && pattern.test(words));
  return reason(known?.[2] ?? 'delivery.rejected');
}
