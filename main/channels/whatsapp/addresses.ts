/**
 * Who is who. WhatsApp calls a person by number (`49…@s.whatsapp.net`) or by a hidden id (`…@lid`), in the same chat now
 * so and now so (docs/whatsapp-protocol.md, Numbers and hidden ids). Here a person is the digits of the number where it
 * is known, else `<digits>@lid`; a private chat is called like its person and a group as WhatsApp calls it,
 * `<id>@g.us`.
 */
import type { Address } from '../../gateway/types.ts';

export interface Jid {
  readonly user: string;
  readonly server: string;
}

/** The account that a link is. */
export interface Own {
  /** Digits. */
  readonly number: Address;
  /** Digits of its hidden id; null while it was not told. */
  readonly lid: string | null;
}

/** A person as the rest of the program calls him, and what he was called while nobody knew his number. */
export interface Named {
  readonly address: Address;
  /** `<digits>@lid` where he came by that and the number is known all the same; else null. */
  readonly before: Address | null;
}

/** What is known about whose number a hidden id is; answers from memory or disk, never from the network. */
export interface Numbers {
  getPNForLID(lid: string): Promise<string | null>;
}

/** `user_agent:device@server` without agent and device; null for what is no address. Hosted ones are what they host. */
export function parseJid(jid: string | null | undefined): Jid | null {
  const match = /^([^@:_\s]+)(?:_\d+)?(?::\d+)?@([a-z.]+)$/.exec(jid ?? '');
  const [user, server] = [match?.[1], match?.[2]];
  if (user === undefined || server === undefined) return null;
  return { user, server: HOSTED[server] ?? server };
}

const HOSTED: Readonly<Record<string, string>> = {
  hosted: 's.whatsapp.net',
  'hosted.lid': 'lid',
  'c.us': 's.whatsapp.net',
};

export function isGroupJid(jid: string | null | undefined): boolean {
  return parseJid(jid)?.server === 'g.us';
}

/** The digits of an address by number; null for any other. */
function numberIn(jid: string | null | undefined): string | null {
  const parsed = parseJid(jid);
  return parsed?.server === 's.whatsapp.net' && /^\d+$/.test(parsed.user) ? parsed.user : null;
}

/** The digits of a hidden id; null for any other address. */
function lidIn(jid: string | null | undefined): string | null {
  const parsed = parseJid(jid);
  return parsed?.server === 'lid' ? parsed.user : null;
}

/** The account behind credentials, from its own addresses; null before it is linked. */
export function ownOf(me: { readonly id: string; readonly lid?: string } | undefined): Own | null {
  const number = numberIn(me?.id);
  return number === null ? null : { number, lid: lidIn(me?.lid) };
}

/** Whether an address is one of the account's own. */
export function isOwn(own: Own, jid: string | null | undefined): boolean {
  const [number, lid] = [numberIn(jid), lidIn(jid)];
  return number === own.number || (lid !== null && lid === own.lid);
}

/**
 * A person by an address of his and, where it came along, the other one. Null for what is nobody: groups, lists, channels.
 */
export async function nameOf(
  numbers: Numbers,
  own: Own,
  jid: string | null | undefined,
  other?: string | null,
): Promise<Named | null> {
  const [number, lid] = [numberIn(jid), lidIn(jid)];
  if (number !== null) return { address: number, before: null };
  if (lid === null) return null;
  const before = `${lid}@lid`;
  const known = lid === own.lid ? own.number : (numberIn(other) ?? numberIn(await numbers.getPNForLID(before)));
  return known === null ? { address: before, before: null } : { address: known, before };
}

/** Where to send to for one of our names: by number where that is known. */
export function jidOf(address: Address): string {
  return address.includes('@') ? address : `${address}@s.whatsapp.net`;
}

/**
 * The digits of a number as people type it (`+49 151 2345678`, `0049…`, `(0)` left out), country code first; null for
 * what cannot be one. The length is that of E.164: up to 15 digits, and none begins with 0.
 */
export function digitsOf(typed: string): string | null {
  const bare = typed
    .normalize('NFKC')
    .trim()
    .replace(/\(0\)/, '')
    .replace(/[\s().\-/\u2010-\u2015\u200e\u200f\u202a-\u202e]+/g, '');
  const digits = bare.replace(/^(?:\+|00)/, '');
  return /^[1-9]\d{6,14}$/.test(digits) ? digits : null;
}
