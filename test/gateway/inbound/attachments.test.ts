import { describe, expect, it } from 'vitest';
import { MediaDamaged, type Channel } from '../../../main/gateway/channel.ts';
import { failed, ok } from '../../../main/lib/result.ts';
import type { AttachmentRow } from '../../../main/gateway/types.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);
const attachments = (test: TestGateway, chat = ownerChat): readonly AttachmentRow[] =>
  test.messages(chat).flatMap(({ id }) => test.read.attachments.ofMessage(id));
const states = (test: TestGateway, chat = ownerChat): readonly string[] =>
  attachments(test, chat).map(({ state }) => state);

async function stored(test: TestGateway, id: string | null | undefined): Promise<number> {
  const file = await test.files.open(id ?? '');
  let length = 0;
  for await (const chunk of file?.stream ?? []) length += (chunk as Uint8Array).byteLength;
  return length;
}

async function* damaged(): AsyncIterable<Uint8Array> {
  yield bytes(3);
  await Promise.resolve();
  throw new MediaDamaged('another hash');
}

describe('a file that comes with a message', () => {
  it('is fetched and stored, and its words are answered', async () => {
    await using test = await startGateway();
    test.bot.say({
      chatId: ownerChat,
      text: 'read this',
      media: { kind: 'document', bytes: bytes(3000), name: 'a.txt' },
    });
    await test.replies(1);
    await test.until(() => states(test), ['stored']);
    const [attachment] = attachments(test);
    expect(attachment).toMatchObject({ kind: 'document', name: 'a.txt', size: 3000 });
    expect(await stored(test, attachment?.file)).toBe(3000);
    await test.idle();
  });

  it('of a stranger is not fetched before somebody allowed him', async () => {
    await using test = await startGateway({ role: null });
    const photo = { kind: 'photo', sizes: [{ width: 90, height: 90, bytes: bytes(50) }] } as const;
    test.bot.say({ chatId: 9, text: 'look', media: photo });
    await test.until(() => states(test, 9), ['pending']);
    await test.idle();
    expect(test.telegram.calls('getFile')).toEqual([]);
    await test.gateway.people.setRole('bot', '9', 'guest', 'owner');
    await test.replies(1, 9);
    await test.until(() => states(test, 9), ['stored']);
  });

  it('that cannot be fetched at first is asked for again, and at last its absence is said in the window', async () => {
    await using test = await startGateway();
    test.bot.faultAlways('getFile', { kind: 'status', status: 500 });
    test.bot.say({ chatId: ownerChat, text: 'hm', media: { kind: 'voice', bytes: bytes(10) } });
    await test.drive(test.replies(1));
    await test.drive(test.until(() => states(test), ['failed']));
    expect(attachments(test)[0]?.reason?.code).toBe('media.not-fetched');
    expect(test.telegram.calls('getFile')).toHaveLength(4);
  });

  it.each([
    ['gone at the platform', 'media.gone', async () => failed({ code: 'media.gone' } as const)],
    ['not the one that was sent', 'media.damaged', async () => ok(damaged())],
  ] as const)('that is %s is asked for once, and told by its name', async (_what, code, answer) => {
    const asked: string[] = [];
    const download: NonNullable<Channel['download']> = (ref) => {
      asked.push(ref);
      return answer();
    };
    await using test = await startGateway({
      wrap: (ports) => ({
        ...ports,
        createChannel: async (seed) => ({ ...(await ports.createChannel(seed)), download }),
      }),
    });
    test.bot.say({ chatId: ownerChat, text: 'hm', media: { kind: 'document', bytes: bytes(10), name: 'c.bin' } });
    await test.replies(1);
    await test.until(() => states(test), ['failed']);
    expect(attachments(test)[0]?.reason).toEqual({ code, params: { name: 'c.bin' } });
    expect(asked).toHaveLength(1);
  });

  it('that cannot be fetched does not hold up the one behind it (one broken photo held all others for 71 seconds)', async () => {
    await using test = await startGateway();
    test.bot.fault('getFile', { kind: 'status', status: 500 });
    const file = (name: string) => ({ kind: 'document', bytes: bytes(10), name }) as const;
    test.bot.say({ chatId: ownerChat, text: 'one', media: file('a.bin') });
    test.bot.say({ chatId: ownerChat, text: 'two', media: file('b.bin') });
    await test.until(() => states(test), ['pending', 'stored']);
    await test.drive(test.until(() => states(test), ['stored', 'stored']));
  });

  it('is fetched after a crash when it was not before', async () => {
    await using test = await startGateway();
    test.bot.fault('getFile', { kind: 'hang' });
    test.bot.say({ chatId: ownerChat, text: 'later', media: { kind: 'document', bytes: bytes(10), name: 'b.bin' } });
    await test.until(() => test.telegram.calls('getFile').length, 1);
    await test.crash();
    await test.open();
    await test.until(() => states(test), ['stored']);
  });

  it('that is too large is refused with a sentence, never with silence', async () => {
    await using test = await startGateway();
    const size = 21 * 1024 * 1024;
    test.bot.say({ chatId: ownerChat, media: { kind: 'document', bytes: bytes(10), name: 'film.mkv', size } });
    expect(await test.replies(1)).toEqual([
      'The file film.mkv is larger than 20 MB and was not fetched. Please send a smaller one.',
    ]);
    test.bot.say({
      chatId: ownerChat,
      text: 'see',
      media: { kind: 'document', bytes: bytes(10), name: 'film.mkv', size },
    });
    const [, said = ''] = await test.replies(2);
    expect(said).toContain('echo: [document: film.mkv, which did not arrive]\nsee');
    expect(said).toContain('film.mkv is larger than 20 MB');
    await test.idle();
    expect(test.telegram.calls('getFile')).toEqual([]);
  });
});
