/** Who may talk, as the hosts and the API see it: people, groups and pauses. */
import type {
  Address,
  AddressRow,
  ChatKind,
  ConversationId,
  GroupAnswer,
  GroupRow,
  LinkId,
  Millis,
  Reason,
  Role,
} from '../types.ts';
import type { Result } from '../../lib/result.ts';

export interface People {
  role(link: LinkId, address: Address): Role;
  /** An address or a group's chat as its platform names it, from what somebody typed. */
  canonical(link: LinkId, kind: ChatKind, typed: string): string;
  /** Somebody is the owner there; always on the built-in links. */
  hasOwner(link: LinkId): boolean;
  /** Everyone who ever wrote or was named, on every link. */
  everyone(): readonly AddressRow[];
  groups(): readonly GroupRow[];
  /** Decides about a group; `mention` and `always` answer what was kept there. */
  setGroup(
    link: LinkId,
    chat: string,
    answer: Exclude<GroupAnswer, 'unknown'>,
    origin: 'owner' | 'file',
  ): Promise<Result<void, Reason>>;
  /** Answers what the person has waiting and leaves the role unknown. */
  allowOnce(link: LinkId, address: Address): Promise<Result<void, Reason>>;
  /** Gives a role and, for `owner` and `guest`, answers what was kept. */
  setRole(
    link: LinkId,
    address: Address,
    role: Exclude<Role, 'unknown'>,
    origin: 'owner' | 'file',
  ): Promise<Result<void, Reason>>;
  /** Removes the person and their private chat: messages, index and files. Old backups still hold them. */
  forget(link: LinkId, address: Address): Promise<Result<void, Reason>>;
}

export type PauseScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'link'; readonly link: LinkId }
  | { readonly kind: 'conversation'; readonly conversation: ConversationId };

export interface Pauses {
  /** `until` null resumes. What comes in meanwhile is kept, and is not answered on resume by itself. */
  pause(scope: PauseScope, until: Millis | null): Promise<Result<void, Reason>>;
  /** The pause of everything; null when there is none. */
  pausedUntil(): Millis | null;
}
