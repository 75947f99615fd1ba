/** What the pairing view shows, from the state of the link: pure, so that whoever looks later sees where it is. */
import type { Reason } from '../../../preload/contract/reasons.ts';
import type { LinkView, PairingStepView } from '../../../preload/contract/views.ts';

export type Phase =
  | PairingStepView
  /** Nothing is under way; `reason` says why the link is not up, if there is more to it. */
  | { readonly kind: 'idle'; readonly reason: Reason | null }
  /** Linked, and on its way; `reason` when the way is not smooth. */
  | { readonly kind: 'connecting'; readonly reason: Reason | null }
  | { readonly kind: 'linked' };

export function phaseOf({ state, linked }: LinkView): Phase {
  switch (state.kind) {
    case 'pairing':
      return state.step;
    case 'up':
      return { kind: 'linked' };
    case 'connecting':
      return { kind: 'connecting', reason: null };
    case 'retrying':
      return { kind: linked ? 'connecting' : 'idle', reason: state.reason };
    case 'signed-out':
    case 'conflict':
      return { kind: 'idle', reason: state.reason.code === 'link.not-linked' ? null : state.reason };
    case 'off':
      return { kind: 'idle', reason: null };
  }
}

/** `ABCD1234` as it stands on the phone: `ABCD-1234`. */
export function codeParts(code: string): readonly string[] {
  return code.match(/.{1,4}/gu) ?? [code];
}

/** Letter by letter, for those who hear it. */
export function spelled(code: string): string {
  return codeParts(code)
    .map((part) => [...part].join(' '))
    .join(', ');
}
