/* Messages of one chat stay in the order of their stanzas, whichever of them the library is done with first. */
import type { BinaryNode, WAMessage } from 'baileys';
import { expect, it } from 'vitest';
import { ArrivalOrder } from '../../../main/channels/whatsapp/order.ts';
import { ManualClock } from '../../lib/manual-clock.ts';

const alice = '1555@s.whatsapp.net';
const stanza = (id: string, from = alice, more: BinaryNode['attrs'] = {}): BinaryNode => ({
  tag: 'message',
  attrs: { id, from, ...more },
});
const message = (id: string, remoteJid = alice, participant = ''): WAMessage => ({
  key: { id, remoteJid, participant },
});

function ordered() {
  const clock = new ManualClock();
  const released: string[] = [];
  const order = new ArrivalOrder<string>(clock, (item) => void released.push(item));
  return { clock, released, order };
}

it('one that is told early waits for those before it in its chat, and for nobody else', () => {
  const { clock, order, released } = ordered();
  for (const id of ['1', '2', '3']) order.arrived(stanza(id));
  order.arrived(stanza('4', '1666@s.whatsapp.net'));
  order.told(message('3'), 'three');
  order.told(message('4', '1666@s.whatsapp.net'), 'four');
  order.told(message('1'), 'one');
  expect(released).toEqual(['four', 'one']);
  order.told(message('2'), null);
  expect(released).toEqual(['four', 'one', 'three']);
  expect(clock.pending).toBe(0);
});

it('both addresses of a person are one chat', () => {
  const { order, released } = ordered();
  order.arrived(stanza('1', alice, { sender_lid: '77@lid' }));
  order.arrived(stanza('2', '77:4@lid'));
  order.told(message('2', '77@lid'), 'two');
  order.told(message('1'), 'one');
  expect(released).toEqual(['one', 'two']);
});

it('what the owner writes with another device is in the chat of whom it is for', () => {
  const { order, released } = ordered();
  order.arrived(stanza('1', alice));
  order.arrived(stanza('2', '4915@s.whatsapp.net', { recipient: alice }));
  order.told(message('2'), 'two');
  expect(released).toEqual([]);
  order.told(message('1'), 'one');
  expect(released).toEqual(['one', 'two']);
});

it('a second copy under the same id is waited for on its own (a chat that hangs after a message was asked for again)', () => {
  const { clock, order, released } = ordered();
  order.arrived(stanza('1'));
  order.arrived(stanza('1'));
  order.told(message('1'), null);
  order.arrived(stanza('2'));
  order.told(message('2'), 'two');
  order.told(message('1'), 'one');
  expect(released).toEqual(['one', 'two']);
  expect(clock.pending).toBe(0);
});

it('one that never comes is waited for two seconds, and is taken all the same when it comes later', () => {
  const { clock, order, released } = ordered();
  for (const id of ['1', '2']) order.arrived(stanza(id));
  order.told(message('2'), 'two');
  clock.advance(1_999);
  expect(released).toEqual([]);
  clock.advance(1);
  expect(released).toEqual(['two']);
  order.told(message('1'), 'one');
  expect(released).toEqual(['two', 'one']);
});

it('members of a group who use the same id are told apart', () => {
  const { order, released } = ordered();
  order.arrived(stanza('1', '9@g.us', { participant: '77:2@lid' }));
  order.arrived(stanza('1', '9@g.us', { participant: '88@lid' }));
  order.told(message('1', '9@g.us', '88@lid'), 'second');
  expect(released).toEqual([]);
  order.told(message('1', '9@g.us', '77@lid'), 'first');
  expect(released).toEqual(['first', 'second']);
});

it('what no stanza brought is taken at once, and the end of the socket ends every wait', () => {
  const { clock, order, released } = ordered();
  order.told(message('9'), 'by phone');
  for (const id of ['1', '2']) order.arrived(stanza(id));
  order.told(message('2'), 'two');
  order[Symbol.dispose]();
  expect(clock.pending).toBe(0);
  expect(released).toEqual(['by phone']);
});

it('a chat whose stanzas come to nothing does not grow for ever', () => {
  const { order, released } = ordered();
  for (let id = 0; id < 2_000; id += 1) order.arrived(stanza(String(id)));
  order.told(message('1999'), 'last');
  order.told(message('1'), 'late');
  expect(released).toEqual(['late']);
});
