/* Files of messages, from the emulated service and from servers that are none (docs/whatsapp-protocol.md, Media). */
import { createServer, type RequestListener } from 'node:http';
import type { WAMessage } from 'baileys';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileRefOf, parseMediaRef, type MediaRef } from '../../../main/channels/whatsapp/media-ref.ts';
import { MediaDamaged } from '../../../main/gateway/channel.ts';
import { fetchFile } from '../../../main/channels/whatsapp/media.ts';
import { sha256 } from '../../emulators/whatsapp/crypto/ciphers.ts';
import type { MediaOptions, StoredMedia } from '../../emulators/whatsapp/media.ts';
import { startWhatsApp, type WhatsAppEmulator } from '../../emulators/whatsapp/server.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { recordedLog } from '../../store/support.ts';

const bytes = Buffer.from('a picture of a porch, and of the light on it. '.repeat(3000));
let server: WhatsAppEmulator;
let clock: ManualClock;

beforeEach(async () => {
  server = await startWhatsApp();
  clock = new ManualClock();
});

afterEach(async () => {
  // Nothing is left waiting, whatever became of the file.
  expect(clock.pending).toBe(0);
  await server[Symbol.asyncDispose]();
});

function messageOf(stored: StoredMedia): WAMessage {
  const { directPath, url, mediaKey, fileSha256, fileEncSha256, fileLength, mime } = stored;
  const image = { directPath, url, mediaKey, fileSha256, fileEncSha256, fileLength, mimetype: mime };
  return { key: { id: 'ABCD1234' }, message: { imageMessage: { ...image, directPath: directPath ?? null } } };
}

function refOf(message: WAMessage, change: Partial<MediaRef> = {}): string {
  const [file] = fileRefOf(message);
  const ref = parseMediaRef(file?.platformRef ?? '');
  return ref === null ? (file?.platformRef ?? '') : JSON.stringify({ ...ref, ...change });
}

const added = (options: MediaOptions = {}): StoredMedia => server.media.add('image', bytes, options);

async function fetched(platformRef: string, mediaOrigin = server.origin, signal = new AbortController().signal) {
  return fetchFile({ mediaOrigin }, platformRef, { fetch, clock, log: recordedLog() }, signal);
}

/** All of it; rejects as the stream does. */
async function read(platformRef: string, mediaOrigin = server.origin): Promise<Buffer> {
  const source = await fetched(platformRef, mediaOrigin);
  if (!source.ok) throw new Error(source.failure.code);
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.value) chunks.push(chunk);
  return Buffer.concat(chunks);
}

interface Web extends AsyncDisposable {
  readonly origin: string;
  readonly asked: string[];
}

async function web(answer: RequestListener): Promise<Web> {
  const asked: string[] = [];
  const listening = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
}

describe('a file', () => {
  it('is decrypted and whole, whatever its kind and length', async () => {
    expect(await read(refOf(messageOf(added())))).toEqual(bytes);
    for (const size of [0, 1, 15, 16, 17, 65_536]) {
      const some = bytes.subarray(0, size);
      expect(await read(refOf(messageOf(server.media.add('image', some))))).toEqual(some);
    }
    const voice = server.media.add('voice', bytes);
    const { directPath, mediaKey, fileSha256, fileEncSha256 } = voice;
    const audioMessage = { ptt: true, directPath: directPath ?? null, mediaKey, fileSha256, fileEncSha256 };
    expect(await read(refOf({ key: {}, message: { audioMessage } }))).toEqual(bytes);
  });

  it('comes from the one origin, wherever the message says it lies', async () => {
    await using elsewhere = await web((_request, response) => response.end('stolen'));
    const stored = added({ host: elsewhere.origin });
    expect(await read(refOf(messageOf(stored)))).toEqual(bytes);
    expect(elsewhere.asked).toEqual([]);
  });

  it.each([
    ['is missing', ''],
    ['is an address', 'http://127.0.0.1:1/v/x'],
    ['begins with another host', '//127.0.0.1:1/v/x'],
    ['begins with another host in disguise', '/\\127.0.0.1:1/v/x'],
    ['continues the host', '.example.org/v/x'],
    ['turns the host into a name', '@127.0.0.1:1/v/x'],
  ])(
    'is not fetched when its path %s, nor tried again (all other files would wait for that)',
    async (_what, directPath) => {
      const source = await fetched(refOf(messageOf(added()), { directPath }));
      expect(source).toMatchObject({ ok: false, failure: { code: 'media.damaged' } });
      expect(server.media.downloads.items).toEqual([]);
    },
  );

  it('is not fetched from where a redirect leads', async () => {
    await using elsewhere = await web((_request, response) => response.end('stolen'));
    await using leading = await web((_request, response) => {
      response.writeHead(302, { location: `${elsewhere.origin}/v/x` }).end();
    });
    const source = await fetched(refOf(messageOf(added())), leading.origin);
    expect(source).toMatchObject({ ok: false, failure: { code: 'media.not-fetched' } });
    expect([leading.asked.length, elsewhere.asked.length]).toEqual([1, 0]);
  });

  it('that claims to be larger than 20 MB is not asked for', async () => {
    const source = await fetched(refOf(messageOf(added({ claimedLength: 20 * 1024 * 1024 + 1 }))));
    expect(source).toMatchObject({ ok: false, failure: { code: 'input.too-large' } });
    expect(server.media.downloads.items).toEqual([]);
  });

  it('that is larger than it claims is refused by its length, or cut where the cap is', async () => {
    const ref = refOf(messageOf(added()));
    await using announced = await web((_request, response) => {
      response.writeHead(200, { 'content-length': 30 * 1024 * 1024 }).write('x');
    });
    const told = await fetched(ref, announced.origin);
    expect(told).toMatchObject({ ok: false, failure: { code: 'input.too-large' } });
    let isCut = false;
    await using endless = await web((_request, response) => {
      response.on('close', () => (isCut = true));
      const more = (): void => void (response.destroyed || response.write(Buffer.alloc(1024 * 1024), more));
      more();
    });
    const source = await fetched(ref, endless.origin);
    if (!source.ok) throw new Error(source.failure.code);
    let size = 0;
    const reading = async (): Promise<void> => {
      for await (const chunk of source.value) size += chunk.length;
    };
    await expect(reading()).rejects.toThrow('longer than 20 MB');
    // Whoever stores it has seen that it is too large, and not much more was read.
    expect(size).toBeGreaterThan(20 * 1024 * 1024);
    expect(size).toBeLessThan(23 * 1024 * 1024);
    await expect.poll(() => isCut).toBe(true);
  });

  const damaged: readonly (readonly [string, () => string])[] = [
    ['has other bytes than were sent', () => refOf(messageOf(added({ fault: { kind: 'other-bytes' } })))],
    ['has another hash than its message says', () => refOf(messageOf(added()), { sha256: other() })],
    ['was served with another hash than its message says', () => refOf(messageOf(added()), { encSha256: other() })],
    ['was encrypted under another key', () => refOf(messageOf(added()), { mediaKey: other() })],
    ['is of another kind', () => refOf(messageOf(added()), { label: 'Document' })],
  ];
  const other = (): string => Buffer.alloc(32, 5).toString('base64');

  it.each(damaged)('that %s fails at its end, so that nobody keeps it', async (_what, make) => {
    await expect(read(make())).rejects.toThrow(MediaDamaged);
  });

  it('whose code of authenticity alone is wrong fails as well', async () => {
    const stored = added();
    const forged = Buffer.from(stored.encrypted);
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
    await using forging = await web((_request, response) => response.end(forged));
    const encSha256 = sha256(forged).toString('base64');
    await expect(read(refOf(messageOf(stored), { encSha256 }), forging.origin)).rejects.toThrow('authenticity');
  });

  it.each([
    ['key', { mediaKey: Buffer.alloc(16).toString('base64') }],
    ['hash', { sha256: 'AAAA' }],
  ])('whose message has a %s of another length is damaged before it is asked for', async (_what, change) => {
    const source = await fetched(refOf(messageOf(added()), change));
    expect(source).toMatchObject({ ok: false, failure: { code: 'media.damaged' } });
    expect(server.media.downloads.items).toEqual([]);
  });

  it.each([404, 410])('that the server answers with %i is gone', async (status) => {
    const source = await fetched(refOf(messageOf(added({ fault: { kind: 'status', status } }))));
    expect(source).toMatchObject({ ok: false, failure: { code: 'media.gone' } });
  });

  it.each([403, 500])('that the server answers with %i may come later', async (status) => {
    const source = await fetched(refOf(messageOf(added({ fault: { kind: 'status', status } }))));
    expect(source).toMatchObject({ ok: false, failure: { code: 'media.not-fetched' } });
  });

  it('that is cut in its middle fails', async () => {
    await expect(read(refOf(messageOf(added({ fault: { kind: 'cut' } }))))).rejects.toThrow();
  });

  it('that does not come is given up after 30 s, or when nobody wants it any more', async () => {
    const ref = refOf(messageOf(added({ fault: { kind: 'hang' } })));
    const waiting = fetched(ref);
    await server.media.downloads.waitFor(() => true);
    clock.advance(30_000);
    expect(await waiting).toMatchObject({ ok: false, failure: { code: 'media.not-fetched' } });
    const control = new AbortController();
    const unwanted = fetched(ref, server.origin, control.signal);
    control.abort();
    expect(await unwanted).toMatchObject({ ok: false, failure: { code: 'media.not-fetched' } });
  });

  it.each([['not JSON'], ['null'], ['{}'], ['{"label":"Secret","directPath":"/v/x"}']])(
    'of a reference that is none of ours (%s) is not fetched',
    async (ref) => {
      expect(await fetched(ref)).toMatchObject({ ok: false, failure: { code: 'media.damaged' } });
    },
  );
});

describe('the reference of a file', () => {
  const fields = { directPath: '/v/x', mediaKey: Buffer.alloc(32), mimetype: null };
  const seen = (message: WAMessage['message']) =>
    fileRefOf({ key: { id: '3EB0AABBCCDDEEFF0011' }, message: message ?? null }).map(({ kind, name, type, size }) => [
      kind,
      name,
      type,
      size,
    ]);

  it('has the names that all platforms share, and what its sender says about it', () => {
    expect([
      seen({ imageMessage: { ...fields, fileLength: 12, mimetype: 'image/png' } }),
      seen({ audioMessage: { ...fields, ptt: true, mimetype: 'audio/ogg; codecs=opus' } }),
      seen({ audioMessage: fields }),
      seen({ videoMessage: fields }),
      seen({ videoMessage: { ...fields, gifPlayback: true } }),
      seen({ ptvMessage: fields }),
      seen({ stickerMessage: fields }),
      seen({ documentMessage: { ...fields, fileName: '../../etc/tax\u202e 2026.pdf', mimetype: 'application/pdf' } }),
    ]).toEqual([
      [['photo', 'photo-EEFF0011.jpg', 'image/png', 12]],
      [['voice', 'voice-EEFF0011.ogg', 'audio/ogg; codecs=opus', null]],
      [['audio', 'audio-EEFF0011.mp3', 'audio/mpeg', null]],
      [['video', 'video-EEFF0011.mp4', 'video/mp4', null]],
      [['animation', 'animation-EEFF0011.mp4', 'video/mp4', null]],
      [['video_note', 'video-note-EEFF0011.mp4', 'video/mp4', null]],
      [['sticker', 'sticker-EEFF0011.webp', 'image/webp', null]],
      [['document', 'tax 2026.pdf', 'application/pdf', null]],
    ]);
  });

  it('says how long a sound is, where its sender does', () => {
    const told = (message: NonNullable<WAMessage['message']>): unknown => fileRefOf({ key: {}, message })[0]?.seconds;
    expect([
      told({ audioMessage: { ...fields, ptt: true, seconds: 7 } }),
      told({ audioMessage: fields }),
      told({ audioMessage: { ...fields, seconds: -1 } }),
      told({ videoMessage: { ...fields, seconds: 7 } }),
    ]).toEqual([7, undefined, undefined, undefined]);
  });

  it('is found however the message is wrapped, and is none for words and places', () => {
    const wrapped = {
      ephemeralMessage: { message: { documentWithCaptionMessage: { message: { documentMessage: fields } } } },
    };
    expect(seen(wrapped)).toEqual([['document', 'document-EEFF0011.bin', 'application/octet-stream', null]]);
    expect([seen({ conversation: 'x' }), seen({ locationMessage: {} }), seen({}), seen(null)]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it('does not believe types and sizes that make no sense', () => {
    const odd = { ...fields, mimetype: 'text/html\r\nx: y', fileLength: -5 };
    expect(seen({ imageMessage: odd })).toEqual([['photo', 'photo-EEFF0011.jpg', 'image/jpeg', null]]);
  });
});
