/*
 * Two programs like this one linked with the same account (a computer at home and one on the road): what one of them says
 * in the account's name must not be the owner's words to the other.
 */
import { expect, it } from 'vitest';
import { isMarkedId, newMessageId } from '../../../main/channels/whatsapp/content.ts';
import { startWhatsApp } from '../../emulators/whatsapp/server.ts';
import { SOON, startLinked, type WhatsAppLink } from './link.ts';

const texts = ({ batches }: WhatsAppLink): readonly string[] =>
  batches.items.flatMap(({ events }) => events.map(({ text }) => text));

const told = ({ batches }: WhatsAppLink, text: string) =>
  batches.waitFor(({ events }) => events.some((event) => event.text === text), SOON);

async function say({ channel }: WhatsAppLink, chat: string, text: string): Promise<void> {
  const part = { format: 'plain', text, plain: text } as const;
  const options = { ownId: channel.newPartId(), label: null, replyTo: null };
  const outcome = await channel.send({ chat, topic: null }, part, options, new AbortController().signal);
  expect(outcome).toMatchObject({ kind: 'sent' });
}

it('neither hears the answers of the other, in no chat, and both hear what the owner types (a loop without an end)', async () => {
  await using server = await startWhatsApp();
  await using home = await startLinked({ at: server });
  await using road = await startLinked({ at: server });
  const phone = server.phone();
  const alice = server.contact({ name: 'Alice' });
  phone.say('a note');
  await Promise.all([told(home, 'a note'), told(road, 'a note')]);
  await say(home, phone.number, 'answer from home');
  await say(road, phone.number, 'answer from the road');
  await say(home, alice.number, 'to Alice from home');
  // With WhatsApp in a browser, whose ids begin like ours.
  phone.say('typed in a browser', { id: '3EB00123456789ABCDEF01' });
  await Promise.all([told(home, 'typed in a browser'), told(road, 'typed in a browser')]);
  for (const link of [home, road]) expect(texts(link)).toEqual(['a note', 'typed in a browser']);
  expect(alice.arrivals.items.map(({ text }) => text)).toEqual(['to Alice from home']);
});

it('ids look like the library’s own, are never the same, and are told from others', () => {
  const ids = Array.from({ length: 1_000 }, newMessageId);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^3EB0[0-9A-F]{18}$/);
  expect(ids.every(isMarkedId)).toBe(true);
  const [id = ''] = ids;
  const others = [
    id.toLowerCase(),
    id.slice(0, -1),
    `${id}0`,
    id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    '',
  ];
  expect(others.filter(isMarkedId)).toEqual([]);
});
