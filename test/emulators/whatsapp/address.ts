/*
 * Addresses (JIDs): `USER@SERVER` for people and groups, `USER:DEVICE@SERVER` for a device other than the first. A person
 * has two: the phone number at s.whatsapp.net and the LID at lid (docs/whatsapp-protocol.md, Numbers and hidden ids;
 * Stanzas of messages).
 */

export interface Address {
  readonly user: string;
  readonly server: string;
  /** 0 is the phone itself. */
  readonly device: number;
}

/** The server's own address, as it stands in `from` and `to`: with the @ (docs/whatsapp-protocol.md, Login). */
export const serverAddress = '@s.whatsapp.net';

export const statusAddress = 'status@broadcast';

/** The parts of an address; `undefined` for a text that is none. */
export function parseAddress(text: string): Address | undefined {
  const found = /^([^@:]+)(?::(\d+))?@([a-z.]+)$/.exec(text);
  if (found === null) return undefined;
  const [, user = '', device = '0', server = ''] = found;
  return { user, server, device: Number(device) };
}

/** The address at a phone number; device 0 has no suffix. */
export function byNumber(number: string, device = 0): string {
  return `${number}${suffix(device)}@s.whatsapp.net`;
}

/** The address at a LID. */
export function byLid(lid: string, device = 0): string {
  return `${lid}${suffix(device)}@lid`;
}

function suffix(device: number): string {
  return device === 0 ? '' : `:${String(device)}`;
}

/** The same address without its device. */
export function ofUser(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text : `${address.user}@${address.server}`;
}

export function isGroup(text: string): boolean {
  return text.endsWith('@g.us');
}
