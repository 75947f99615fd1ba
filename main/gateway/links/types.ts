/** Links as the hosts and the API see them: what is connected, in which state, and what may be changed. */
import type { Channel, LinkState, PairingRequest } from '../channel.ts';
import type { LinkId, LinkMode, LinkRow, Millis, PersonaId, Reason } from '../types.ts';
import type { Result } from '../../lib/result.ts';

export interface LinkStatus {
  readonly row: LinkRow;
  readonly state: LinkState;
  /** When the state's kind last changed. */
  readonly since: Millis;
  readonly lastInAt: Millis | null;
  readonly lastOutAt: Millis | null;
}

export type NewLink = {
  readonly id: LinkId;
  readonly apiRoot: string | null;
  readonly fixedByFile: boolean;
} & (
  | { readonly kind: 'telegram'; readonly secret: string }
  /** `serverKey` as {@link LinkRow.serverKey}. It is not paired yet. */
  | { readonly kind: 'whatsapp'; readonly serverKey: string | null }
);

export interface Links {
  all(): readonly LinkStatus[];
  get(id: LinkId): LinkStatus | null;
  /** A link that should be up needs somebody, or keeps failing. One that nobody has paired yet only waits. */
  inTrouble(): boolean;
  /** The running adapter; null when the link is off or unknown. */
  channel(id: LinkId): Channel | null;
  add(link: NewLink): Promise<Result<LinkRow, Reason>>;
  /** For provision files: changes what differs and leaves the rest. */
  update(
    id: LinkId,
    change: {
      readonly secret?: string;
      readonly apiRoot?: string | null;
      readonly serverKey?: string | null;
      readonly mode?: LinkMode;
      /** The mode is a file's: until the next start nobody else changes it. */
      readonly modeByFile?: boolean;
      readonly enabled?: boolean;
      readonly fixedByFile?: boolean;
      readonly pausedUntil?: Millis | null;
      /** Of the gateway's own sentences there; null for the setting. */
      readonly language?: string | null;
      readonly persona?: PersonaId | null;
    },
  ): Promise<Result<LinkRow, Reason>>;
  reconnect(id: LinkId, why: 'wake' | 'network' | 'owner'): void;
  /** Begins to pair; `input.not-found` for a link that is off or has nothing to pair. */
  pair(id: LinkId, request: PairingRequest): Result<void, Reason>;
  /** Ends a pairing; a link that never was linked is removed with it, unless a file set it up. */
  cancelPairing(id: LinkId): Promise<Result<void, Reason>>;
  /** See {@link Channel.removeObstacle}. */
  removeObstacle(id: LinkId, signal: AbortSignal): Promise<Result<void, Reason>>;
  remove(id: LinkId): Promise<Result<void, Reason>>;
}
