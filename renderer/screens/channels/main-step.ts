import { actionOf } from '../../../preload/contract/reasons.ts';
import type { LinkView } from '../../../preload/contract/views.ts';

export type LinkStep =
  | 'reconnect'
  | 'newToken'
  | 'turnOn'
  | 'claim'
  | 'removeWebhook'
  | 'resume'
  | 'link'
  | 'linkAgain'
  | 'goOnLinking'
  | 'takeOver';

/**
 * The one step that puts a link's present problem right; null when there is none. `asked`: somebody who may be the owner
 * wrote already, and stands above with a button of his own.
 */
export function mainStep(link: LinkView, asked: boolean, now: number): LinkStep | null {
  const { state, enabled, hasOwner } = link;
  if (!enabled) return 'turnOn';
  if ('reason' in state && state.reason.code === 'link.webhook-set') return 'removeWebhook';
  switch (state.kind) {
    case 'signed-out':
      return signedOutStep(link);
    case 'conflict':
      return actionOf(state.reason.code) === 'take-over' ? 'takeOver' : 'reconnect';
    case 'retrying':
    case 'off':
      return 'reconnect';
    case 'pairing':
      return 'goOnLinking';
    case 'connecting':
      return null;
    case 'up':
      if (isPaused(link, now)) return 'resume';
      return hasOwner || asked ? null : 'claim';
  }
}

/** A bot gets a new token; a phone is linked again, unless that would not help (an account that is refused). */
function signedOutStep({ kind, state, linked }: LinkView): LinkStep {
  if (kind !== 'whatsapp') return 'newToken';
  if (!linked) return 'link';
  return 'reason' in state && actionOf(state.reason.code) !== 'link-again' ? 'reconnect' : 'linkAgain';
}

/** Whether the replies of this link wait now; a pause ends by itself when its time has come. */
export function isPaused({ pausedUntil }: LinkView, now: number): boolean {
  return pausedUntil !== null && pausedUntil > now;
}
