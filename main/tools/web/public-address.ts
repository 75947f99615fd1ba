/** Which addresses lie outside: everything else is the owner's own machine or network, which no model may read. */
import ipaddr from 'ipaddr.js';

/** The only part of IPv6 that is given out for the public internet (https://www.iana.org/assignments/ipv6-address-space). */
const globalUnicast = ipaddr.IPv6.parse('2000::');

/**
 * Whether a literal address (as a resolver gives it, without brackets) is a public one. What is no address is not. An
 * IPv4 address inside IPv6 is judged as the IPv4 address when it is mapped, and refused in every other form (6to4,
 * Teredo, NAT64, compatible), because who translates it is not known here.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(globalUnicast, 3);
}
