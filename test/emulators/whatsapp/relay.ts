/*
 * What one linked device says reaches the others of its account too, since a message has a part for every device
 * of both accounts: the same parts, as a stanza from the device that said it. Layout as for the own phone
 * (docs/whatsapp-protocol.md, Stanzas of messages); wishes for another copy go back to that device.
 */
import { byLid, isGroup } from './address.ts';
import { childOf, childrenOf, node } from './binary/node.ts';
import type { Node } from './binary/node.ts';
import type { Companion } from './companion.ts';
import type { Person } from './person.ts';

/** A message of `from` for another device of the account. */
export interface RelayedParts {
  readonly stanza: Node;
  readonly from: Companion;
  readonly pushName: string;
  /** Whom it is for, in a private chat. */
  readonly recipient: Person | undefined;
  /** For the device alone: the message, or in a group the sender key. */
  readonly own: Node | undefined;
  /** For everybody in a group. */
  readonly shared: Node | undefined;
  readonly t: number;
}

/** Puts it before `to`. */
export function relay(to: Companion, { stanza, from, pushName, recipient, own, shared, t }: RelayedParts): void {
  const { id, type = 'text', edit, addressing_mode: mode } = stanza.attrs;
  // A copy that was asked for names the device it is for, and the chat beside it.
  const chat = stanza.attrs['recipient'] ?? stanza.attrs['to'] ?? '';
  const isPrivate = !isGroup(chat);
  const isByLid = chat.endsWith('@lid');
  const other = isByLid
    ? { peer_recipient_pn: recipient?.numberAddress }
    : { peer_recipient_lid: recipient?.lidAddress };
  const who = isPrivate
    ? { from: isByLid ? from.lidAddress : from.numberAddress, recipient: chat, ...other }
    : { from: chat, participant: byLid(from.who.lid, from.who.device), participant_pn: from.numberAddress };
  const parts = [own, shared, childOf(stanza, 'device-identity')].filter((part) => part !== undefined);
  const attrs = {
    ...who,
    id,
    type,
    edit,
    t,
    notify: pushName,
    addressing_mode: mode ?? (isPrivate && !isByLid ? 'pn' : 'lid'),
  };
  to.deliver(node('message', attrs, parts));
}

/** A receipt of one device for a message of another of its account: `receipt` as it was sent. */
export function relayReceipt(to: Companion, receipt: Node, from: Companion, t: number): void {
  const { id, type, participant, recipient } = receipt.attrs;
  const isShared = participant !== undefined;
  const who = isShared
    ? { from: receipt.attrs['to'], participant: byLid(from.who.lid, from.who.device) }
    : { from: from.numberAddress };
  to.deliver(node('receipt', { ...who, id, type, recipient, t }, childrenOf(receipt)));
}
