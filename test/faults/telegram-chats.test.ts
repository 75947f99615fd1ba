/* Chats that change while a reply is made, previews that are refused, and files that do not come. */
import { describe, expect, it } from 'vitest';
import { gate } from '../emulators/lib/gate.ts';
import { startGateway, type GatewayOptions } from '../lib/gateway.ts';
import { reasonText } from '../../renderer/i18n.ts';
import { allWell, guest, owner, refusal, startTelegramWorld, type TelegramWorld } from './telegram-world.ts';

const group = -4711;
const ada = { id: guest, first_name: 'Ada' };
/** Long enough to be shown at once. */
const beginning = 'The beginning of an answer that is shown at once';

/** A model that says the beginning, and the rest when it is told to. */
async function halfway(world: TelegramWorld, ask: () => void): Promise<() => void> {
  const { test } = world;
  const [first, rest] = [gate(), gate()];
  const pieces = [beginning, ', and its end.'];
  test.openai.next({ kind: 'reply', pieces, gate: [first.promise, rest.promise] });
  const asked = test.openai.chats.length;
  ask();
  await test.asked(asked + 1);
  first.open();
  return () => rest.open();
}

/** The clock may run ahead of the sockets without the model being given up. */
const patient: GatewayOptions = {
  settings: { 'models.betweenTokensSeconds': 3600, 'turns.deadlineSeconds': 7200 },
};

/** What the bot has in a chat, edits applied. */
function shown({ bot }: TelegramWorld, chat: number): readonly (string | undefined)[] {
  return bot
    .history(chat)
    .filter(({ from }) => from.is_bot && from.id === bot.me.id)
    .map(({ text }) => text);
}

/** A group whose members are answered when they mention the bot. */
async function openGroup({ test, bot, window }: TelegramWorld): Promise<void> {
  bot.join({ id: group, type: 'group', title: 'Club' }, { id: owner, first_name: 'Olga' });
  await test.until(() => test.gateway.people.groups().length, 1);
  await window.value('groups.set', { link: 'bot', chat: String(group), answer: 'mention' });
}

const mention = ({ bot }: TelegramWorld, text: string): string => `@${bot.me.username ?? ''} ${text}`;

describe('a reply that is being written', () => {
  it.each([
    ['by a server that does not know them', refusal(404, 'Not Found: method not found'), false],
    ['in this chat', refusal(400, 'Bad Request: TEXTDRAFT_PEER_INVALID'), undefined],
  ] as const)(
    'whose drafts are refused %s grows in a message instead, which is the only one',
    async (_where, fault, drafts) => {
      await using world = await startTelegramWorld(startGateway(patient));
      const { test, bot } = world;
      bot.faultAlways('sendMessageDraft', fault);
      const end = await halfway(world, () => test.say('hello', guest));
      await test.drive(test.until(() => shown(world, guest), [beginning]));
      end();
      await test.drive(test.until(() => shown(world, guest), [`${beginning}, and its end.`]));
      expect(await world.replyIs('sent')).toEqual({
        ...{ text: `${beginning}, and its end.`, state: 'sent', again: 0, late: false, words: null },
      });
      expect(test.gateway.links.get('bot')?.row.capabilities['drafts']).toBe(drafts);
      expect(await world.goesOn()).toEqual(allWell);
    },
  );

  it('whose draft meets 429 is left in peace for as long as it was told, and arrives', async () => {
    await using world = await startTelegramWorld(startGateway(patient));
    const { test, bot } = world;
    bot.fault('sendMessageDraft', { kind: 'status', status: 429, retryAfter: 9 });
    const end = await halfway(world, () => test.say('hello', guest));
    await test.drive(test.until(() => bot.draft(guest)?.text, beginning));
    const [refused = 0, next = 0] = world.arrivals('sendMessageDraft');
    expect(next - refused).toBeGreaterThanOrEqual(9000);
    end();
    expect(await test.replies(1, guest)).toEqual([`${beginning}, and its end.`]);
    expect(await world.goesOn()).toEqual(allWell);
  });

  it('in a message that is deleted meanwhile is sent anew, whole and without a label', async () => {
    await using world = await startTelegramWorld(
      startGateway({ settings: { ...patient.settings, 'delivery.preview': 'message' } }),
    );
    const { test, bot } = world;
    const end = await halfway(world, () => test.say('hello', guest));
    await test.drive(test.until(() => shown(world, guest), [beginning]));
    const [preview] = bot.history(guest).filter(({ from }) => from.id === bot.me.id);
    bot.chat(guest)?.messages.delete(preview?.message_id ?? 0);
    end();
    await test.drive(test.until(() => shown(world, guest), [`${beginning}, and its end.`]));
    expect(await world.replyIs('sent')).toMatchObject({ again: 0, words: null });
    expect(await world.goesOn()).toEqual(allWell);
  });

  it('while its group becomes a supergroup arrives there, and so does everything after it, in one conversation', async () => {
    await using world = await startTelegramWorld();
    const { test, bot, window } = world;
    await openGroup(world);
    const answer = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'over there', gate: answer.promise });
    // The news of the move comes only after the reply has met it.
    bot.fault('getUpdates', { kind: 'hang' });
    bot.say({ chatId: group, from: ada, text: mention(world, 'hello') });
    await test.asked(1);
    const conversation = test.conversation(group).id;
    const moved = bot.migrate(group);
    answer.resolve();
    expect(await world.inNoTime(test.replies(1, moved))).toEqual(['over there']);
    await test.idle();
    expect(test.sent(group)).toEqual([]);
    await world.pass(45_000);
    bot.say({ chatId: moved, from: ada, text: mention(world, 'and now?') });
    expect(await test.replies(2, moved)).toEqual(['over there', 'echo: Ada: and now?']);
    await test.idle();
    const { messages, conversation: view } = await window.value('conversations.thread', { conversation, limit: 10 });
    expect(messages.map(({ text, delivery }) => [text, delivery?.state, delivery?.again])).toEqual([
      ['hello', undefined, undefined],
      ['over there', 'sent', 0],
      ['and now?', undefined, undefined],
      ['echo: Ada: and now?', 'sent', 0],
    ]);
    expect(view).toMatchObject({ title: 'Club', failed: false, undeliverable: null });
    expect(await window.value('groups.list', {})).toMatchObject([
      { chat: String(moved), title: 'Club', answer: 'mention' },
    ]);
    expect(await world.troubled()).toEqual([]);
    expect(await world.goesOn()).toEqual(allWell);
  });
});

describe('a file that somebody sends', () => {
  const report = { kind: 'document', bytes: new Uint8Array(3), name: 'report.pdf', mime: 'application/pdf' } as const;
  const megabytes = 1024 * 1024;

  /** The attachment of the message `text` as the window shows it. */
  async function attachment(world: TelegramWorld, text: string): Promise<readonly [string | undefined, string | null]> {
    const { attachments } = await world.message(text);
    const [file] = attachments;
    return [file?.state, file?.reason ? reasonText(file.reason) : null];
  }

  it.each([
    ['as its sender says', { ...report, size: 20 * megabytes + 1 }, []],
    ['as the server says', report, [refusal(400, 'Bad Request: file is too big')]],
  ] as const)(
    'and that is too large, %s, is named with the limit below the answer to its words',
    async (_who, media, faults) => {
      await using world = await startTelegramWorld();
      const { test, bot } = world;
      const answer = Promise.withResolvers<void>();
      test.openai.next({ kind: 'reply', text: 'I am looking.', gate: answer.promise });
      bot.fault('getFile', ...faults);
      bot.say({ chatId: guest, text: 'look at this', media });
      await test.asked(1);
      const words = 'The file report.pdf is larger than 20 MB and was not fetched. Please send a smaller one.';
      await expect.poll(() => attachment(world, '[document] look at this')).toEqual(['failed', words]);
      answer.resolve();
      expect(await test.replies(1, guest)).toEqual([`I am looking.\n\n${words}`]);
      expect(await world.replyIs('sent')).toMatchObject({ text: 'I am looking.' });
      expect(test.telegram.calls('file')).toEqual([]);
      expect(await world.goesOn()).toEqual(allWell);
    },
  );

  it.each([
    [
      'too large',
      { ...report, size: 20 * megabytes + 1 },
      'The file report.pdf is larger than 20 MB and was not fetched. Please send a smaller one.',
    ],
    ['not to be read yet', report, 'This kind of message (document) cannot be read yet. Please send text.'],
  ] as const)('without a word, and %s, gets a sentence instead of silence', async (_what, media, says) => {
    await using world = await startTelegramWorld();
    world.bot.say({ chatId: guest, media });
    expect(await world.test.replies(1, guest)).toEqual([says]);
    expect(await world.replyIs('sent')).toMatchObject({ text: says });
    expect(await world.goesOn()).toEqual(allWell);
  });

  it('and that cannot be fetched is asked for four times, then named; its words wait half a minute for it', async () => {
    await using world = await startTelegramWorld();
    const { test, bot } = world;
    bot.faultAlways('file', { kind: 'status', status: 404 });
    bot.say({ chatId: guest, text: 'look at this', media: report });
    for (const [index, wait] of [1000, 10_000, 60_000].entries()) {
      await world.called('file', index + 1);
      expect(await attachment(world, '[document] look at this')).toEqual(['pending', null]);
      await test.drive(world.called('file', index + 2));
      const [before = 0, after = 0] = world.arrivals('file').slice(-2);
      expect(after - before).toBeGreaterThanOrEqual(wait);
    }
    expect(await test.replies(1, guest)).toEqual([
      'echo: [document: report.pdf, which has not arrived]\nlook at this\n\n' +
        'The file report.pdf has not arrived yet. Please try again in a moment.',
    ]);
    const words = 'The file report.pdf could not be fetched.';
    await expect.poll(() => attachment(world, '[document] look at this')).toEqual(['failed', words]);
    expect(await world.goesOn()).toEqual(allWell);
  });

  it('and whose bytes break off comes with the next attempt, byte for byte', async () => {
    await using world = await startTelegramWorld();
    const { test, bot } = world;
    bot.fault('file', { kind: 'drop' });
    bot.say({ chatId: guest, text: 'look at this', media: { ...report, bytes: new Uint8Array([7, 8, 9]) } });
    await world.called('file', 1);
    await test.drive(world.called('file', 2));
    await expect.poll(() => attachment(world, '[document] look at this')).toEqual(['stored', null]);
    const [file] = (await world.message('[document] look at this')).attachments;
    const stored = await test.store.files.open(file?.file ?? '');
    const bytes = await stored?.stream.toArray();
    expect(Buffer.concat((bytes ?? []) as Buffer[])).toEqual(Buffer.from([7, 8, 9]));
    expect(await test.replies(1, guest)).toEqual([
      'echo: [document: report.pdf, which you cannot read]\nlook at this\n\n' +
        'The file report.pdf was not read: only pictures, voice messages and texts of up to 1 MB can be.',
    ]);
    expect(await world.goesOn()).toEqual(allWell);
  });
});
