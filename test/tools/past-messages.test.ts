/** What `recall` tells of past conversations, over a real store with its index. */
import { describe, expect, it } from 'vitest';
import { roleIn } from '../../main/gateway/access/access.ts';
import type { ConversationRow, MessageRow } from '../../main/gateway/types.ts';
import { searchPastMessages } from '../../main/tools/past-messages.ts';
import {
  attachmentRow,
  conversationRow,
  linkRow,
  newMessage,
  openTestStore,
  TemporaryDirectory,
  type TestStore,
} from '../store/support.ts';

const never = new AbortController().signal;

/** The window, a bot with its owner 42 and guest 77, an allowed group, and an account of WhatsApp. */
async function world(dir: TemporaryDirectory): Promise<{
  readonly opened: TestStore;
  readonly say: (conversation: string, text: string, more?: Partial<MessageRow>) => Promise<void>;
  readonly find: (query: string, limit?: number) => Promise<readonly string[]>;
  /** With who said it. */
  readonly tell: (query: string) => Promise<readonly string[]>;
}> {
  const opened = await openTestStore(dir.path);
  const { store } = opened;
  const person = { person: null, name: '', origin: 'owner', lastSeenAt: null } as const;
  const chats: readonly Partial<ConversationRow>[] = [
    { id: 'thread', link: 'window', chat: 'thread', kind: 'private', title: 'Porch' },
    { id: 'mine', link: 'bot', chat: '42', kind: 'private', title: 'Ada' },
    { id: 'guest', link: 'bot', chat: '77', kind: 'private', title: 'Guest' },
    { id: 'group', link: 'bot', chat: '-100', kind: 'group', title: 'Group' },
    { id: 'self', link: 'phone', chat: '49', kind: 'private', title: '' },
    { id: 'friend', link: 'phone', chat: '50', kind: 'private', title: 'Friend' },
    { id: 'program', link: 'api', chat: 'program', kind: 'private', title: 'Program' },
  ];
  await store.commit((tables) => {
    tables.links.put(linkRow({ id: 'window', kind: 'window' }));
    tables.links.put(linkRow({ id: 'api', kind: 'api' }));
    tables.links.put(linkRow({ id: 'bot', kind: 'telegram' }));
    tables.links.put(linkRow({ id: 'phone', kind: 'whatsapp', account: '49', mode: 'people' }));
    tables.addresses.put({ ...person, link: 'bot', address: '42', role: 'owner' });
    tables.addresses.put({ ...person, link: 'bot', address: '77', role: 'guest' });
    tables.addresses.put({ ...person, link: 'phone', address: '50', role: 'guest' });
    tables.groups.put({
      ...{ link: 'bot', chat: '-100', title: '', answer: 'always', origin: 'owner', lastSeenAt: null },
    });
    for (const chat of chats) tables.conversations.put(conversationRow(chat));
  });
  let said = 0;
  const search = searchPastMessages({
    storage: store,
    isOwners(conversation) {
      const link = store.read.links.get(conversation.link);
      return (
        link !== null &&
        conversation.kind === 'private' &&
        roleIn(store.read, link, conversation, conversation.chat) === 'owner'
      );
    },
  });
  return {
    opened,
    async say(conversation, text, more = {}) {
      said += 1;
      const link = chats.find(({ id }) => id === conversation)?.link ?? '';
      const row = {
        ...newMessage({ id: `m${String(said)}` }),
        conversation,
        link,
        text,
        at: said,
        state: 'answered',
      } as const;
      await store.commit(({ messages }) => void messages.add({ ...row, ...more }));
    },
    async tell(query) {
      return (await search(query, 8, never)).map(
        ({ author, excerpt }) => `${author}: ${excerpt.replace(/\p{Cc}/gu, '')}`,
      );
    },
    async find(query, limit = 8) {
      return (await search(query, limit, never)).map(({ conversation, excerpt }) => {
        return `${conversation}: ${excerpt.replace(/\p{Cc}/gu, '')}`;
      });
    },
  };
}

describe('past conversations in recall', () => {
  it('are the owner’s own private ones: no word of a guest, a group, a friend or a program (an answer that tells on others)', async () => {
    using dir = new TemporaryDirectory();
    const { opened, say, find } = await world(dir);
    await using _opened = opened;
    for (const chat of ['thread', 'mine', 'guest', 'group', 'self', 'friend', 'program'])
      await say(chat, `apple ${chat}`);
    await say('thread', 'apple answered', { kind: 'assistant' });
    expect(await find('apple')).toEqual([
      'Porch: apple answered',
      'phone: apple self',
      'Ada: apple mine',
      'Porch: apple thread',
    ]);
  });

  it('hold what their files say, and whoever sent a document is not taken for who wrote it', async () => {
    using dir = new TemporaryDirectory();
    const { opened, say, tell } = await world(dir);
    await using _opened = opened;
    for (const [chat, kind, name] of [
      ['thread', 'document', 'a\nletter.txt'],
      ['mine', 'voice', 'voice-1.ogg'],
      ['guest', 'voice', 'guest.ogg'],
      ['group', 'document', 'group.txt'],
    ] as const) {
      const id = `file of ${chat}`;
      await say(chat, `[${kind}]`, { id, authorName: '' });
      await opened.store.commit(({ attachments }) => {
        attachments.add(attachmentRow({ id, message: id, kind, name, state: 'stored' }));
        attachments.putWords(id, `apple of ${chat}`);
      });
    }
    expect(await tell('apple')).toEqual([
      'in the file voice-1.ogg, from the owner: apple of mine',
      'in the file a letter.txt, from the owner: apple of thread',
    ]);
  });

  it('are no longer told of somebody who is the owner no longer', async () => {
    using dir = new TemporaryDirectory();
    const { opened, say, find } = await world(dir);
    await using _opened = opened;
    await say('mine', 'apple');
    expect(await find('apple')).toHaveLength(1);
    await opened.store.commit(({ addresses }) => {
      const row = addresses.get('bot', '42');
      if (row !== null) addresses.put({ ...row, role: 'guest' });
    });
    expect(await find('apple')).toEqual([]);
  });

  it('hold neither what was taken back, nor sentences of the gateway, nor the question that is being answered', async () => {
    using dir = new TemporaryDirectory();
    const { opened, say, find } = await world(dir);
    await using _opened = opened;
    await say('thread', 'apple kept');
    await say('thread', 'apple gone', { state: 'deleted' });
    await say('thread', 'apple notice', { kind: 'notice' });
    await say('thread', 'what about the apple', { state: 'answering' });
    expect(await find('apple')).toEqual(['Porch: apple kept']);
  });

  it('are found behind hundreds of newer messages of a busy group, newest first and not more than asked for', async () => {
    using dir = new TemporaryDirectory();
    const { opened, say, find } = await world(dir);
    await using _opened = opened;
    for (const text of ['apple one', 'apple two', 'apple three']) await say('mine', text);
    await Promise.all(Array.from({ length: 300 }, () => say('group', 'apple')));
    expect(await find('apple', 2)).toEqual(['Ada: apple three', 'Ada: apple two']);
  });
});
