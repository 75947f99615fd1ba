/** Tables of whom the gateway speaks with: links, their addresses and their groups. */
import type { Address, AddressRow, GroupRow, LinkId, LinkRow, Millis } from '../types.ts';

export interface LinkTable {
  all(): readonly LinkRow[];
  get(id: LinkId): LinkRow | null;
  put(row: LinkRow): void;
  /**
   * Removes the link, its cursor and every role and decision about groups on it. Conversations and messages stay; what
   * waited to be answered or sent there is cleared and cancelled.
   */
  remove(id: LinkId): void;
  cursor(link: LinkId, account: string): { readonly position: number; readonly at: Millis } | null;
  setCursor(link: LinkId, account: string, position: number, at: Millis): void;
  /** True when the event was not known yet: the caller goes on; false: it is a repetition. */
  addEvent(link: LinkId, key: string, at: Millis): boolean;
}

export interface AddressTable {
  get(link: LinkId, address: Address): AddressRow | null;
  /** All rows of a link, `*` included, newest first. */
  ofLink(link: LinkId): readonly AddressRow[];
  put(row: AddressRow): void;
  remove(link: LinkId, address: Address): void;
  /**
   * Somebody is called differently now: role, private chat and everything that he wrote, in groups too, go with him. Of
   * two roles a block wins, then owner, then guest, with its origin. Of two private chats the one of the new name takes
   * over all but a turn that runs in the other, which ends where it began.
   */
  migrate(link: LinkId, from: Address, to: Address): void;
}

export interface GroupTable {
  get(link: LinkId, chat: string): GroupRow | null;
  /** Newest first. */
  ofLink(link: LinkId): readonly GroupRow[];
  put(row: GroupRow): void;
  remove(link: LinkId, chat: string): void;
  /**
   * The platform calls a chat differently now: the group's decision and all its conversations go with it. Where a
   * conversation of the new name exists already, the old one stays as history and what waits in it moves over.
   */
  migrate(link: LinkId, from: string, to: string): void;
}
