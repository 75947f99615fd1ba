/* Who is who: numbers, hidden ids, and what people type. */
import { describe, expect, it } from 'vitest';
import { digitsOf, isOwn, jidOf, nameOf, ownOf, parseJid } from '../../../main/channels/whatsapp/addresses.ts';

const own = { number: '4915112345678', lid: '900' };
const known = { getPNForLID: async (lid: string) => (lid === '77@lid' ? '15550001:3@s.whatsapp.net' : null) };

describe('a person', () => {
  it.each([
    ['by number', '15550001:4@s.whatsapp.net', undefined, { address: '15550001', before: null }],
    [
      'by hidden id, the number beside it',
      '55@lid',
      '15550002@s.whatsapp.net',
      { address: '15550002', before: '55@lid' },
    ],
    ['by hidden id, the number known from before', '77:2@lid', undefined, { address: '15550001', before: '77@lid' }],
    ['by hidden id alone', '66@lid', undefined, { address: '66@lid', before: null }],
    ['who is hosted', '15550003:99@hosted', undefined, { address: '15550003', before: null }],
    ['who is the owner himself', '900:1@lid', undefined, { address: '4915112345678', before: '900@lid' }],
  ])('%s has one name', async (_how, jid, other, expected) => {
    expect(await nameOf(known, own, jid, other)).toEqual(expected);
  });

  it.each(['1203@g.us', 'status@broadcast', '1@newsletter', '', null, undefined, 'x', '12x@s.whatsapp.net'])(
    'is not behind %j (a list that would be answered)',
    async (jid) => {
      expect(await nameOf(known, own, jid)).toBeNull();
    },
  );

  it('is reached by number where that is known, else by the hidden id', () => {
    expect(['15550001', '66@lid', '1203@g.us'].map(jidOf)).toEqual(['15550001@s.whatsapp.net', '66@lid', '1203@g.us']);
  });
});

describe('the own account', () => {
  it('is known by both of its addresses, on whatever device', () => {
    expect(ownOf({ id: '4915112345678:7@s.whatsapp.net', lid: '900:7@lid' })).toEqual(own);
    for (const jid of ['4915112345678@s.whatsapp.net', '4915112345678:1@s.whatsapp.net', '900@lid', '900:3@lid'])
      expect(isOwn(own, jid)).toBe(true);
    for (const jid of ['900@s.whatsapp.net', '4915112345678@lid', '900@g.us', null, ''])
      expect(isOwn(own, jid)).toBe(false);
  });

  it('without a hidden id takes nobody for itself (two unknown ids that are equal)', () => {
    const young = ownOf({ id: '4915112345678@s.whatsapp.net' });
    expect(young).toEqual({ number: '4915112345678', lid: null });
    expect(young !== null && isOwn(young, 'x')).toBe(false);
    expect([ownOf(undefined), ownOf({ id: '900@lid' })]).toEqual([null, null]);
  });
});

it('an address is read without device and agent', () => {
  expect(parseJid('15550001_1:4@s.whatsapp.net')).toEqual({ user: '15550001', server: 's.whatsapp.net' });
  expect(parseJid('15550001@c.us')).toEqual({ user: '15550001', server: 's.whatsapp.net' });
  expect(parseJid('a b@s.whatsapp.net')).toBeNull();
});

it.each([
  ['+49 151 2345678', '491512345678'],
  ['0049 (0)151/23 45-678', '491512345678'],
  ['+49\u00a0151\u202f2345678', '491512345678'],
  ['\u202a+1 (555) 123-4567\u202c', '15551234567'],
  ['+４９１５１２３４５６７８', '491512345678'],
  ['15551234567', '15551234567'],
  ['0151 2345678', null],
  ['+49 151', null],
  ['+49 151 2345678 9012345', null],
  ['call me', null],
  ['+49151x2345678', null],
  ['', null],
])('%j is the number %j', (typed, digits) => {
  expect(digitsOf(typed)).toBe(digits);
});
