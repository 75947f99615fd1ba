import type { LinkView } from '../../../preload/contract/views.ts';

export type LinkStep = 'reconnect' | 'newToken' | 'turnOn' | 'claim';

/** The one step that puts a link's present problem right; null when there is none, or when somebody already wrote. */
export function mainStep({ state, enabled, hasOwner }: LinkView, asked: boolean): LinkStep | null {
  if (!enabled) return 'turnOn';
  switch (state.kind) {
    case 'signed-out':
      return 'newToken';
    case 'retrying':
    case 'conflict':
    case 'off':
      return 'reconnect';
    case 'connecting':
      return null;
    case 'up':
      return hasOwner || asked ? null : 'claim';
  }
}
