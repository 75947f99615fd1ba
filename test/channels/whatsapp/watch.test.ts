/* A line with a secret in it would be found, however it is spelled: otherwise that nothing is found proves nothing. */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { withheld } from '../../../main/channels/whatsapp/console-guard.ts';
import { SOON, shownQr, startLinked, startLink, isIn } from './link.ts';
import { Watch } from './watch.ts';

/** What one session of a link is made of, for another watch to look for. */
interface Secrets {
  readonly row: (name: string) => Buffer;
  readonly text: string;
  readonly number: string;
  readonly lid: string;
  readonly qr: string;
  readonly session: unknown;
  /** A watch that knows them, and has been told nothing. */
  readonly fresh: () => Watch;
}

let secrets: Secrets;

beforeAll(async () => {
  await using link = await startLinked();
  const { server, files } = link;
  const alice = server.contact({ name: 'Alice' });
  const said = alice.say('my secret of secrets');
  await link.batches.waitFor(({ events }) => events.some(({ platformId }) => platformId === said.id), SOON);
  const rows = [...(files.files.get('wa')?.values() ?? [])];
  const credentials = rows.find(({ kind }) => kind === 'credentials')?.value ?? '';
  const session = rows.find(({ id }) => id.startsWith('session/'))?.value ?? '';
  await using other = await startLink();
  await isIn(other, 'signed-out');
  const qr = await shownQr(other);
  secrets = {
    row: (name) => Buffer.from(new RegExp(`"${name}":.*?"data":"([\\w+/=]+)"`).exec(credentials)?.[1] ?? '', 'base64'),
    text: 'my secret of secrets',
    number: alice.number,
    lid: alice.lid,
    qr: qr.text,
    session: JSON.parse(session),
    fresh: () => {
      const fresh = new Watch();
      for (const { value } of rows) fresh.secret(value);
      fresh.secret(qr.text);
      fresh.service(server);
      fresh.heard(link.batches.items);
      return fresh;
    },
  };
});

/** What a watch finds in `text`. */
function foundIn(text: string): readonly string[] {
  const fresh = secrets.fresh();
  fresh.printed(text);
  return fresh.findings();
}

describe('a line that holds', () => {
  it.each([
    ['base64', (bytes: Buffer) => `key ${bytes.toString('base64')}!`],
    ['hexadecimal', (bytes: Buffer) => `key=${bytes.toString('hex')}`],
    ['a Buffer as Node shows it', (bytes: Buffer) => inspect({ key: bytes })],
    ['a list of numbers', (bytes: Buffer) => JSON.stringify(bytes)],
    [
      'an array of bytes as Node shows it',
      (bytes: Buffer) => inspect(Uint8Array.from(bytes), { breakLength: Infinity }),
    ],
  ] as const)('a private key as %s is found', (_how, spell) => {
    for (const name of ['private', 'noiseKey', 'signedIdentityKey']) {
      expect(secrets.row(name)).toHaveLength(32);
      expect(foundIn(`before ${spell(secrets.row(name))} after`)).not.toEqual([]);
    }
  });

  it('a whole session, a message, a number, a hidden id or the secret of a QR code is found', () => {
    expect(foundIn(inspect(secrets.session, { depth: 12 }))).not.toEqual([]);
    for (const text of [secrets.text, secrets.number, secrets.lid, secrets.qr.split(',').at(3) ?? '']) {
      expect(foundIn(JSON.stringify({ text: `about ${text}.` }))).toHaveLength(1);
    }
  });

  it('none of these is not', () => {
    expect(foundIn(`12:00 info whatsapp.closed link=wa by=server code=515 for …${secrets.number.slice(-3)}`)).toEqual(
      [],
    );
    expect(foundIn(`Closing session: ${withheld}`)).toEqual([]);
  });
});

it('whatever a process prints is looked through, on every level of its console and past it', () => {
  const shown: string[] = [];
  const stream = { write: (piece: string | Uint8Array) => shown.push(String(piece)) > 0 };
  const sink = new Writable({ write: (_piece, _encoding, done) => void done() });
  for (const how of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'a stream'] as const) {
    const fresh = secrets.fresh();
    const console = new Console(sink);
    fresh.printing(console, [stream]);
    const line = `my number is ${secrets.number}`;
    if (how === 'a stream') stream.write(line);
    else console[how]({ deep: { deeper: { deepest: [line] } } });
    expect(fresh.findings(), how).toHaveLength(1);
  }
  expect(shown).toHaveLength(1);
});
