/* A message on its way under a session while the next one is begun: libsignal spoils the newer one (tried-sessions.ts). */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startWhatsApp, type WhatsAppEmulator } from '../../emulators/whatsapp/server.ts';
import { Home, link, mended, textOf, wait } from './own-socket.ts';

let server: WhatsAppEmulator;
let home: Home;

beforeEach(async () => {
  home = new Home();
  server = await startWhatsApp();
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

it('what is said under an old session is read, and what is answered under the new one can be read at once', async () => {
  const library = await mended();
  const identity = home.identity(library);
  await using client = await link({ library, identity, server });
  const alice = server.contact();
  const to = alice.numberAddress;
  alice.say('first');
  await client.messages.waitFor((message) => textOf(message) === 'first', wait);
  await client.socket.sendMessage(to, { text: 'answer' }, { messageId: 'ONE' });
  await alice.arrivals.waitFor(({ id }) => id === 'ONE', wait);
  // As the library does by itself before the first message to somebody after a start.
  await client.socket.assertSessions([to], true);
  alice.say('crossing');
  await client.messages.waitFor((message) => textOf(message) === 'crossing', wait);
  await client.socket.sendMessage(to, { text: 'another' }, { messageId: 'TWO' });
  expect(await alice.arrivals.waitFor(({ id }) => id === 'TWO', wait)).toMatchObject({ text: 'another', attempt: 0 });
  expect(server.unreadable.items).toEqual([]);
  identity.close();
});
