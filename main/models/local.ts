/** Whether a server stands on this machine or in the house: its calls cost nothing. */
import { BlockList, isIP } from 'node:net';

/** True for loopback, private and link-local addresses, `localhost` and names under `.local`. */
export function isLocalUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const version = isIP(host);
  if (version !== 0) return privateAddresses().check(host, version === 4 ? 'ipv4' : 'ipv6');
  return /(^|\.)(localhost|local)\.?$/.test(host);
}

/** RFC 1122 (loopback), RFC 1918 (private), RFC 3927 and RFC 4291 (link-local), RFC 4193 (unique local). */
function privateAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8);
  list.addSubnet('10.0.0.0', 8);
  list.addSubnet('172.16.0.0', 12);
  list.addSubnet('192.168.0.0', 16);
  list.addSubnet('169.254.0.0', 16);
  list.addAddress('::1', 'ipv6');
  list.addSubnet('fc00::', 7, 'ipv6');
  list.addSubnet('fe80::', 10, 'ipv6');
  return list;
}
