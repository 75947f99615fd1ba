/** Addresses as people type them, brought to the form in which their platform names somebody. */
import type { Address, LinkKind } from '../types.ts';

/**
 * WhatsApp: the digits of a number with the country's code, whatever stands between them (`+49 151 23`, `0049-151-23`).
 * Everything else is taken as it is: `*`, other platforms, and names that only WhatsApp gives.
 */
export function canonicalAddress(kind: LinkKind, typed: string): Address {
  const address = typed.trim();
  if (kind !== 'whatsapp' || !/^\+?[\d\s().\-/]+$/.test(address)) return address;
  const digits = address.replace(/\D/g, '');
  return digits.startsWith('00') ? digits.slice(2) : digits;
}

/** WhatsApp's groups end in their server's name; a number alone means one too, where a group is meant. */
export function canonicalGroup(kind: LinkKind, typed: string): string {
  const chat = typed.trim();
  return kind === 'whatsapp' && /^[\d-]+$/.test(chat) ? `${chat}@g.us` : chat;
}
