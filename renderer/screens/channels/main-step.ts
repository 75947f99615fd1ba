import type { LinkView } from '../../../preload/contract/views.ts';

export type LinkStep = 'reconnect' | 'newToken' | 'turnOn' | 'claim' | 'removeWebhook' | 'resume';

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
      return 'newToken';
    case 'retrying':
    case 'conflict':
    case 'off':
      return 'reconnect';
    case 'pairing':
    case 'connecting':
      return null;
    case 'up':
      if (isPaused(link, now)) return 'resume';
      return hasOwner || asked ? null : 'claim';
  }
}

/** Whether the replies of this link wait now; a pause ends by itself when its time has come. */
export function isPaused({ pausedUntil }: LinkView, now: number): boolean {
  return pausedUntil !== null && pausedUntil > now;
}
