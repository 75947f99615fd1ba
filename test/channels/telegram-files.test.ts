import { expect, test } from 'vitest';
import type { InboundFile, InboundMessage } from '../../main/gateway/channel.ts';
import type { Said } from '../emulators/telegram/people.ts';
import type { Fault } from '../emulators/telegram/types.ts';
import type { TelegramLink } from './telegram-link.ts';
import { addressOf, bytesOf, calls, never, SOON, startLink, TOKEN } from './telegram-link.ts';

const MB = 1024 * 1024;
const bytes = (length: number, seed = 1): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * seed) % 251);

/** Says it, and returns what came in. */
async function hear(link: TelegramLink, ...said: readonly Omit<Said, 'chatId'>[]): Promise<readonly InboundMessage[]> {
  await calls(link.server, 'getUpdates', 1);
  link.server.bot.sayAll(said.map((each) => ({ chatId: 4242, ...each })));
  return (await link.batches.waitFor(({ events }) => events.length === said.length, SOON)).events;
}

async function onlyFile(link: TelegramLink, media: NonNullable<Said['media']>): Promise<InboundFile> {
  const [event] = await hear(link, { media });
  const [file, ...more] = event?.files ?? [];
  if (file === undefined || more.length > 0) throw new Error('One file was sent.');
  return file;
}

async function fetched(link: TelegramLink, file: InboundFile): Promise<Uint8Array> {
  const opened = await link.channel.download?.(file.platformRef, never);
  if (opened?.ok !== true) throw new Error(opened?.failure.code);
  return bytesOf(opened.value);
}

const size = (width: number, height: number, seed: number) => ({ width, height, bytes: bytes(100 * seed, seed) });

test.each([
  ['the largest size up to 1600 pixels', [size(90, 60, 1), size(1280, 850, 2), size(2560, 1700, 3)], 2],
  ['by its longer side', [size(90, 60, 1), size(700, 1700, 2)], 1],
  ['the smallest size when all are larger', [size(1700, 1700, 2), size(2560, 1700, 3)], 2],
] as const)('of a photo %s is fetched, with its bytes', async (_name, sizes, seed) => {
  await using link = await startLink();
  const file = await onlyFile(link, { kind: 'photo', sizes });
  expect(file).toMatchObject({ kind: 'photo', type: 'image/jpeg', size: 100 * seed });
  expect(file.name).toMatch(/^photo-\d+\.jpg$/);
  expect(await fetched(link, file)).toEqual(bytes(100 * seed, seed));
});

test.each<[NonNullable<Said['media']>, Partial<InboundFile>]>([
  [
    { kind: 'voice', bytes: bytes(9) },
    { name: 'voice-1.ogg', type: 'audio/ogg', size: 9 },
  ],
  [
    { kind: 'audio', bytes: bytes(9), name: 'song.mp3', mime: 'audio/mpeg', with: { duration: 215 } },
    { name: 'song.mp3', type: 'audio/mpeg', seconds: 215 },
  ],
  [
    { kind: 'document', bytes: bytes(9), name: 'a.pdf', mime: 'application/pdf' },
    { name: 'a.pdf', size: 9 },
  ],
  [
    { kind: 'document', bytes: bytes(9) },
    { name: 'document-1.bin', type: 'application/octet-stream' },
  ],
  [
    { kind: 'video', bytes: bytes(9) },
    { name: 'video-1.mp4', type: 'video/mp4' },
  ],
  [
    { kind: 'animation', bytes: bytes(9), name: 'cat.mp4' },
    { name: 'cat.mp4', type: 'video/mp4' },
  ],
  [
    { kind: 'video_note', bytes: bytes(9) },
    { name: 'video-note-1.mp4', type: 'video/mp4' },
  ],
  [
    { kind: 'sticker', bytes: bytes(9) },
    { name: 'sticker-1.webp', type: 'image/webp' },
  ],
  [
    { kind: 'sticker', bytes: bytes(9), with: { is_video: true } },
    { name: 'sticker-1.webm', type: 'video/webm' },
  ],
  [{ kind: 'sticker', bytes: bytes(9), with: { is_animated: true } }, { type: 'application/x-tgsticker' }],
  [{ kind: 'document', bytes: bytes(9), name: '../../etc/passwd' }, { name: 'passwd' }],
  [{ kind: 'document', bytes: bytes(9), name: 'C:\\x\\..' }, { name: 'document-1.bin' }],
])('%j comes with its file', async (media, expected) => {
  await using link = await startLink();
  const file = await onlyFile(link, media);
  expect(file).toMatchObject({ kind: media.kind, ...expected });
  expect(await fetched(link, file)).toEqual(bytes(9));
});

test('what has no file still says what it is, and a file that cannot be made out does not cost the message', async () => {
  await using link = await startLink();
  const place = { location: { latitude: 1, longitude: 2 } };
  const events = await hear(link, { with: place }, { text: 'see', with: { photo: [{ width: 'x' }] } });
  expect(events.map(({ media, text, files }) => [media, text, files])).toEqual([
    ['location', '', undefined],
    ['photo', 'see', undefined],
  ]);
});

test('an album is as many messages as it has pictures', async () => {
  await using link = await startLink();
  const picture = (seed: number): Omit<Said, 'chatId'> => ({
    media: { kind: 'photo', sizes: [size(90, 60, seed)] },
    mediaGroup: 'album',
    ...(seed === 1 ? { text: 'holidays' } : {}),
  });
  const events = await hear(link, picture(1), picture(2), picture(3));
  expect(events.map(({ text, files }) => [text, files?.length])).toEqual([
    ['holidays', 1],
    ['', 1],
    ['', 1],
  ]);
});

test('a file above 20 MB is refused by name, whoever says so', async () => {
  await using link = await startLink();
  const file = await onlyFile(link, { kind: 'document', bytes: bytes(1), size: 20 * MB + 1 });
  expect(file.size).toBe(20 * MB + 1);
  expect(await link.channel.download?.(file.platformRef, never)).toMatchObject({
    ok: false,
    failure: { code: 'input.too-large' },
  });
  // A server of one's own may hand out any size: then the stream is where it ends.
  await using own = await startLink({
    fetch: async (input, init) => {
      const response = await globalThis.fetch(input, init);
      return addressOf(input).includes('/file/') ? new Response(new Uint8Array(20 * MB + 1)) : response;
    },
  });
  const opened = await own.channel.download?.(
    (await onlyFile(own, { kind: 'voice', bytes: bytes(1) })).platformRef,
    never,
  );
  if (opened?.ok !== true) throw new Error('It begins well.');
  await expect(bytesOf(opened.value)).rejects.toThrow('20 MB');
  expect(own.clock.pending).toBe(1);
});

test.each<[string, string, Fault]>([
  [
    'the question for it is refused',
    'getFile',
    { kind: 'status', status: 400, description: 'Bad Request: invalid file_id' },
  ],
  ['the question is cut', 'getFile', { kind: 'drop' }],
  ['a proxy answers in its place', 'file', { kind: 'html', status: 502 }],
  ['it is gone', 'file', { kind: 'status', status: 404 }],
  ['the connection is cut', 'file', { kind: 'drop' }],
])('a file is not fetched when %s, and neither reason nor log says the token', async (_name, method, fault) => {
  await using link = await startLink();
  const file = await onlyFile(link, { kind: 'voice', bytes: bytes(9) });
  link.server.bot.fault(method, fault);
  const opened = await link.channel.download?.(file.platformRef, never);
  expect(opened).toEqual({ ok: false, failure: { code: 'media.not-fetched' } });
  expect(JSON.stringify([opened, link.lines])).not.toContain(TOKEN.split(':')[1]);
  expect(await fetched(link, file)).toEqual(bytes(9));
});

test('a download that stays silent is given up after 30 s', async () => {
  await using link = await startLink();
  const file = await onlyFile(link, { kind: 'voice', bytes: bytes(9) });
  link.server.bot.fault('file', { kind: 'hang' });
  const opening = link.channel.download?.(file.platformRef, never);
  await link.server.waitFor(({ path }) => path.startsWith('/file/'), SOON);
  await link.clock.elapse(30_000);
  expect(await opening).toEqual({ ok: false, failure: { code: 'media.not-fetched' } });
});

/** A link whose downloads come in pieces, with `pause` between them. */
function inPieces(pause: (link: TelegramLink, signal: AbortSignal) => Promise<unknown>): Promise<TelegramLink> {
  const made: Promise<TelegramLink> = startLink({
    fetch: async (input, init) => {
      if (!addressOf(input).includes('/file/')) return globalThis.fetch(input, init);
      const link = await made;
      const signal = init?.signal ?? never;
      async function* pieces(): AsyncGenerator<Uint8Array, void> {
        for (const piece of [1, 2, 3]) {
          yield bytes(10, piece);
          await pause(link, signal);
          signal.throwIfAborted();
        }
      }
      const source = pieces();
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const next = await source.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        },
      });
      return new Response(body);
    },
  });
  return made;
}

test('a slow download is not given up as long as something comes', async () => {
  await using link = await inPieces((at) => at.clock.elapse(20_000));
  const file = await onlyFile(link, { kind: 'voice', bytes: bytes(9) });
  expect(await fetched(link, file)).toHaveLength(30);
});

test('a download that falls silent in the middle is given up after 30 s', async () => {
  await using link = await inPieces((at, signal) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    signal.addEventListener('abort', () => resolve(undefined));
    void at.clock.elapse(30_000);
    return promise;
  });
  const file = await onlyFile(link, { kind: 'voice', bytes: bytes(9) });
  await expect(fetched(link, file)).rejects.toThrow();
});

test('a download ends when its reader gives up', async () => {
  await using link = await startLink();
  const file = await onlyFile(link, { kind: 'document', bytes: bytes(2 * MB) });
  const controller = new AbortController();
  const opened = await link.channel.download?.(file.platformRef, controller.signal);
  if (opened?.ok !== true) throw new Error('It begins well.');
  controller.abort();
  await expect(bytesOf(opened.value)).rejects.toThrow();
  expect(link.clock.pending).toBe(1);
});

test('a server that names a place on its own disk gets no visit there', async () => {
  await using link = await startLink({
    fetch: async (input, init) => {
      if (!addressOf(input).endsWith('/getFile')) return globalThis.fetch(input, init);
      return Response.json({ ok: true, result: { file_id: 'x', file_unique_id: 'x', file_path: '/etc/passwd' } });
    },
  });
  expect(await link.channel.download?.('x', never)).toEqual({ ok: false, failure: { code: 'media.not-fetched' } });
});
