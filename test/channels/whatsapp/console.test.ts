/*
 * Nothing printed and nothing logged holds a key, while sessions are opened, closed and replaced
 * (docs/whatsapp-protocol.md, Keys on the console). In a file of its own: the console is recorded before the library is
 * loaded.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withheld } from '../../../main/channels/whatsapp/console-guard.ts';
import type { Library } from '../../../main/channels/whatsapp/parts.ts';
import { startWhatsApp } from '../../emulators/whatsapp/server.ts';
import { loadLibrary } from '../../../main/channels/whatsapp/library.ts';
import { recordedLog } from '../../store/support.ts';
import { Home, link, wait } from './own-socket.ts';

const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
const printed: string[] = [];
const originals = methods.map((name) => [name, globalThis.console[name].bind(console)] as const);
/** The log of whoever loads it first gets what libsignal says. */
const said = recordedLog();
let library: Library;

beforeAll(async () => {
  for (const name of methods) {
    globalThis.console[name] = (...given: unknown[]) => {
      printed.push(given.map((value) => inspect(value, { depth: 12, maxArrayLength: null })).join(' '));
    };
  }
  const loaded = await loadLibrary(said);
  if (!loaded.ok) throw new Error(loaded.failure.code);
  library = loaded.value;
});

afterAll(() => {
  for (const [name, print] of originals) globalThis.console[name] = print;
});

/** Every way in which these bytes could be written down. */
function spellings(key: Uint8Array): readonly string[] {
  const bytes = Buffer.from(key);
  const list = [...bytes];
  const inspected = [...bytes.toString('hex').matchAll(/../g)].join(' ');
  return [bytes.toString('base64'), bytes.toString('hex'), inspected, list.join(', '), list.join(',')];
}

/** Private keys in a row of a session, in base64. */
function secretsIn(text: string): readonly string[] {
  return [...text.matchAll(/"(?:privKey|rootKey|key)":"([\w+/=]{40,})"/g)].map(([, secret = '']) => secret);
}

it('neither console nor log shows a key of a session that was opened, closed and replaced', async () => {
  using home = new Home();
  await using server = await startWhatsApp();
  const identity = home.identity(library);
  const own = await link({ library, identity, server });
  const alice = server.contact({ name: 'Alice', lid: '77001' });
  const keys: string[] = [];
  for (const round of ['one', 'two', 'three']) {
    const said = alice.say(round);
    await own.messages.waitFor(({ key, message }) => key.id === said.id && message?.conversation === round, wait);
    await own.socket.sendMessage(alice.numberAddress, { text: round }, { messageId: `OUT${round}` });
    await alice.arrivals.waitFor(({ id }) => id === `OUT${round}`, wait);
    keys.push(...secretsIn(home.row('phone', 'key', 'session/77001_1.0') ?? ''));
    alice.changePhone();
  }
  await own[Symbol.asyncDispose]();
  const { noiseKey, signedIdentityKey, signedPreKey, pairingEphemeralKeyPair, advSecretKey } = identity.auth.creds;
  const pairs = [noiseKey, signedIdentityKey, signedPreKey.keyPair, pairingEphemeralKeyPair];
  const secrets = [...keys, advSecretKey, ...pairs.map((pair) => Buffer.from(pair.private).toString('base64'))];
  expect(keys.length).toBeGreaterThan(5);
  // It was there to be shown: otherwise this proves nothing. Where programs read lines, it stands nowhere.
  const sayings = said.lines.filter(({ event }) => event === 'whatsapp.signal').map(({ fields }) => fields?.['text']);
  expect(sayings).toContain('Closing session:');
  expect(printed).toEqual([]);
  const rows = home.row('phone', 'key', 'session/77001_1.0') ?? '';
  globalThis.console.info('somebody else prints', JSON.parse(rows), 'and goes on');
  expect(printed).toEqual([`'somebody else prints' '${withheld}' 'and goes on'`]);
  const output = [...printed, JSON.stringify([...said.lines, ...own.log.lines, ...home.log.lines])].join('\n');
  for (const secret of secrets) {
    for (const spelling of spellings(Buffer.from(secret, 'base64'))) expect(output).not.toContain(spelling);
  }
  for (const word of ['privKey', 'rootKey', 'SessionEntry', 'chainKey']) expect(output).not.toContain(word);
  identity.close();
});

it('everything that libsignal prints is known, so that nothing of it is shown (an update that says something new)', () => {
  const folder = join(import.meta.dirname, '../../../node_modules/libsignal/src');
  const printing = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/^ *console\.\w+\(\s*["'](.*?)["']/gm)])
    .map(([, text = '']) => text);
  expect(printing.length).toBeGreaterThan(8);
  for (const text of printing) globalThis.console.info(text, 'whatever', 'it', 'is');
  const shown = printed.filter((line) => line.includes('whatever'));
  expect(shown).toEqual([]);
});
