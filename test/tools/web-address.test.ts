import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { isPublicAddress } from '../../main/tools/web/public-address.ts';

const inside = [
  ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1'],
  ...['172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.51.100.1'],
  ...['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::127.0.0.1', '::808:808', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:0:127.0.0.1'],
  ...['64:ff9b::8.8.8.8', '64:ff9b:1::1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1'],
  ...['fc00::1', 'fd12:3456::1', 'fe80::1', 'fec0::1', 'ff02::1', '5f00::1'],
  ...['', 'localhost', 'example.org', '127.1', '999.1.1.1', '[::1]', '1.2.3.4/32'],
];
const outside = [
  '1.1.1.1',
  '8.8.8.8',
  '93.184.215.14',
  '172.15.0.1',
  '172.32.0.1',
  '2606:4700::1111',
  '::ffff:8.8.8.8',
];

test.each(inside)('%s is not outside (a model that reads the own network)', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(outside)('%s is outside (a page that cannot be read though it is public)', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test('an IPv4 address is judged the same however IPv6 writes it as mapped (a loopback in another dress)', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const mapped = ipaddr.IPv4.parse(address).toIPv4MappedAddress();
      for (const form of [mapped.toString(), mapped.toNormalizedString(), mapped.toRFC5952String()]) {
        expect(isPublicAddress(form)).toBe(isPublicAddress(address));
      }
    }),
  );
});
