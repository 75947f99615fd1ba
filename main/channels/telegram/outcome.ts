/** What can be known of a send afterwards, from how its call ended. */
import type { SendOutcome } from '../../gateway/channel.ts';
import type { ReasonCode } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import type { CallFailure, Refused } from './failure.ts';

/** The outcome of a send that failed. */
export function outcomeOf(failure: CallFailure): SendOutcome {
  switch (failure.kind) {
    case 'refused':
      return refusal(failure);
    case 'unreached':
      return { kind: 'not-sent', reason: reason('delivery.network') };
    case 'unanswered':
    case 'expired':
    case 'aborted':
      return { kind: 'unknown', reason: reason('delivery.unknown-after-send') };
  }
}

function refusal({ code, words, retryAfter, movedTo }: Refused): SendOutcome {
  if (movedTo !== null) return { kind: 'moved', to: movedTo };
  if (code === 429) {
    const limited = reason('link.rate-limited');
    return retryAfter === null
      ? { kind: 'not-sent', reason: limited }
      : { kind: 'not-sent', reason: limited, after: retryAfter };
  }
  if (code >= 500) return { kind: 'not-sent', reason: reason('link.server-error') };
  // The poll finds out what it means for the link; the message may go out once the token is good again.
  if (code === 401 || code === 404) return { kind: 'not-sent', reason: reason('link.token-refused') };
  const known = REFUSALS.find(([of, pattern]) => of === code && pattern.test(words));
  return { kind: 'rejected', reason: reason(known?.[2] ?? 'delivery.rejected') };
}

/** The wording of refusals: https://github.com/tdlib/telegram-bot-api, Client.cpp. */
const REFUSALS: readonly (readonly [code: number, words: RegExp, meaning: ReasonCode])[] = [
  [403, /blocked|can't initiate conversation/i, 'delivery.blocked-by-person'],
  [403, /deactivated|kicked|not a member|was deleted/i, 'delivery.chat-gone'],
  [400, /chat not found|user not found|thread not found|PEER_ID_INVALID|TOPIC_DELETED/i, 'delivery.chat-gone'],
  // Without the new name of a group that has become a supergroup there is nowhere to send to.
  [400, /upgraded to a supergroup/i, 'delivery.chat-gone'],
];
