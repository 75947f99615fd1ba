import { describe, expect, it } from 'vitest';
import { sendMessage } from '../../main/api/commands/send-message.ts';
import { messageView } from '../../main/api/views.ts';
import { startGateway } from '../lib/gateway.ts';

describe('messages.send with files', () => {
  it('asks the model with them, shows them as stored, and is one message however often it is sent', async () => {
    await using test = await startGateway({ telegram: false });
    const there = await window(test);
    const { conversation } = there;
    const picture = await there.put(
      'a.png',
      'image/png',
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]),
    );
    const notes = await there.put('notes.md', 'text/markdown', new TextEncoder().encode('# Tea'));
    const params = { conversation, text: 'what are these?', key: 'k1', files: [picture, notes] };
    const first = await there.send(params);
    expect(await there.send(params)).toEqual(first);
    await test.asked(1);
    await test.idle();
    const [row] = test.read.messages.page(conversation, 10);
    if (row === undefined) throw new Error('the message is not stored');
    expect(messageView(test.read, row).attachments.map(({ name, state, file }) => [name, state, file])).toEqual([
      ['a.png', 'stored', picture],
      ['notes.md', 'stored', notes],
    ]);
    const body = JSON.stringify(test.openai.chats[0]?.body);
    expect(body).toContain('data:image/png;base64,');
    expect(body).toContain('# Tea');
    expect(body).toContain('what are these?');
    expect(test.openai.chats).toHaveLength(1);
  });

  it('needs no words, names the thread after the first file, and shows at most four pictures to the model', async () => {
    await using test = await startGateway({ telegram: false });
    const there = await window(test);
    const { conversation } = there;
    const bytes = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1]);
    const files = await Promise.all([1, 2, 3, 4, 5].map((n) => there.put(`${String(n)}.jpg`, 'image/jpeg', bytes)));
    await there.send({ conversation, text: '', key: 'k1', files });
    await test.asked(1);
    await test.idle();
    expect(test.read.conversations.get(conversation)?.title).toBe('1.jpg');
    expect(JSON.stringify(test.openai.chats[0]?.body).match(/data:image/g)).toHaveLength(4);
    const answer = test.read.messages.page(conversation, 10).at(-1);
    expect(answer?.reason).toEqual({ code: 'media.left-out', params: { name: '1.jpg' } });
  });

  it('refuses a file that is not there, and a message of nothing', async () => {
    await using test = await startGateway({ telegram: false });
    const there = await window(test);
    const { conversation } = there;
    expect(await there.send({ conversation, text: 'see', key: 'k1', files: ['gone'] })).toMatchObject({
      ok: false,
      reason: { code: 'input.not-found', params: { name: 'file' } },
    });
    expect(await there.send({ conversation, text: ' ', key: 'k2', files: [] })).toMatchObject({
      ok: false,
      reason: { code: 'input.malformed' },
    });
  });
});

interface Sent {
  readonly conversation: string;
  readonly text: string;
  readonly key: string;
  readonly files: readonly string[];
}

async function window(test: Awaited<ReturnType<typeof startGateway>>) {
  const { gateway, files } = test;
  const { storage, clock } = test.ports;
  const { id } = await gateway.createThread();
  return {
    conversation: id,
    send: (params: Sent) => sendMessage({ gateway, files, storage, clock }, params),
    async put(name: string, type: string, bytes: Uint8Array): Promise<string> {
      const source = (async function* () {
        await Promise.resolve();
        yield bytes;
      })();
      const stored = await files.put(source, { name, type }, new AbortController().signal);
      if (!stored.ok) throw new Error(stored.failure.code);
      return stored.value.id;
    },
  };
}
