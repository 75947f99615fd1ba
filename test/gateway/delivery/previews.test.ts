import { describe, expect, it } from 'vitest';
import { gate } from '../../emulators/lib/gate.ts';
import type { Sent } from '../../emulators/telegram/types.ts';
import { ownerChat, startGateway, type GatewayOptions, type TestGateway } from '../../lib/gateway.ts';

const group = -4711;
const asker = { id: ownerChat, first_name: 'Ada' };
const long = 'x'.repeat(40);

/** A gateway whose model says `pieces` one by one, each when its gate is opened. */
async function streaming(pieces: readonly string[], options: GatewayOptions = {}) {
  // The clock runs ahead of the sockets: no time-out of the model's may come in between.
  const patient = { 'models.betweenTokensSeconds': 3600, 'turns.deadlineSeconds': 7200 };
  const test = await startGateway({ ...options, settings: { ...patient, ...options.settings } });
  const gates = pieces.map(() => gate());
  test.openai.next({ kind: 'reply', pieces, gate: gates.map(({ promise }) => promise) });
  let said = '';
  return {
    test,
    /** The model says its next piece, and the gateway has it. */
    says: async (index: number): Promise<void> => {
      gates[index]?.open();
      said += pieces[index] ?? '';
      const conversation = test.read.conversations.page(10).find(({ link }) => link === 'bot');
      await test.until(() => test.gateway.turns.status(conversation?.id ?? '')?.text, said);
    },
    end: (): void => gates.forEach((each) => each.open()),
  };
}

const drafts = (test: TestGateway): readonly (string | undefined)[] =>
  test.bot.sent.filter(({ kind }) => kind === 'draft').map(({ text }) => text);
const shownIn = (test: TestGateway, chat: number): readonly Sent[] =>
  test.bot.sent.filter(({ kind, chatId }) => (kind === 'message' || kind === 'edit') && chatId === chat);
const textsIn = (test: TestGateway, chat: number): readonly (string | undefined)[] =>
  test.bot
    .history(chat)
    .filter(({ from }) => from?.is_bot === true)
    .map(({ text }) => text);

/** Clock times of what was shown, from here on. */
function times(test: TestGateway): { readonly draft: number[]; readonly edit: number[] } {
  const seen = { draft: [] as number[], edit: [] as number[] };
  test.bot.onSend(({ kind }) => {
    if (kind === 'draft' || kind === 'edit') seen[kind].push(test.clock.monotonic());
  });
  return seen;
}

/** An allowed group whose member asks the bot. */
async function askInGroup(test: TestGateway): Promise<void> {
  const me = test.bot.me.username ?? '';
  test.bot.join({ id: group, type: 'group', title: 'Club' }, asker);
  await test.until(() => test.gateway.people.groups().length, 1);
  await test.gateway.people.setGroup('bot', String(group), 'mention', 'owner');
  test.bot.say({ chatId: group, from: asker, text: `@${me} tell me` });
  await test.asked(1);
}

describe('a reply that is being written, in a private chat', () => {
  it('is shown as a draft 1.2 s after its first token, and the final text is one message', async () => {
    const { test, says, end } = await streaming(['One ', 'two ', 'three']);
    await using _test = test;
    test.say('count');
    await test.asked(1);
    await says(0);
    test.clock.advance(1199);
    expect(drafts(test)).toEqual([]);
    test.clock.advance(1);
    await test.until(() => drafts(test), ['One']);
    end();
    expect(await test.replies(1)).toEqual(['One two three']);
    expect(test.bot.history(ownerChat).filter(({ from }) => from?.is_bot === true)).toHaveLength(1);
    await test.idle();
  });

  it('is shown at once with forty characters, then once a second at most, and again before a draft disappears', async () => {
    const { test, says, end } = await streaming([long, ' more', '.']);
    await using _test = test;
    test.say('go');
    await test.asked(1);
    await says(0);
    test.clock.advance(0);
    await test.until(() => drafts(test), [long]);
    const first = test.clock.monotonic();
    const { draft } = times(test);
    await says(1);
    await test.drive(test.until(() => drafts(test), [long, `${long} more`]));
    await test.drive(test.until(() => drafts(test).length, 3));
    const [second = 0, third = 0] = draft;
    expect(second - first).toBeGreaterThanOrEqual(1000);
    expect(third - second).toBeGreaterThanOrEqual(25_000);
    expect(third - second).toBeLessThan(30_000);
    end();
    await test.replies(1);
    await test.idle();
  });

  it('is shown at once with its fortieth character, although its first word was to wait', async () => {
    const { test, says, end } = await streaming(['Well, ', long, '.']);
    await using _test = test;
    test.say('go');
    await test.asked(1);
    await says(0);
    expect(drafts(test)).toEqual([]);
    await says(1);
    test.clock.advance(0);
    await test.until(() => drafts(test), [`Well, ${long}`]);
    end();
    await test.replies(1);
    await test.idle();
  });

  it('has no preview when it is over before the first would be due', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'reply', text: 'y'.repeat(30) });
    test.say('go');
    await test.replies(1);
    await test.idle();
    expect(drafts(test)).toEqual([]);
    expect(test.clock.pending).toBeLessThan(6);
  });

  it('is stopped by the button of its draft: what was seen stays, marked, and nothing else is said', async () => {
    const { test, says } = await streaming([long, ' more']);
    await using _test = test;
    test.say('go');
    await test.asked(1);
    await says(0);
    test.clock.advance(0);
    await test.until(() => drafts(test).length, 1);
    test.bot.pressStop(ownerChat);
    const [said = ''] = await test.replies(1);
    expect(said).toBe(`${long}\n\n(stopped)`);
    await test.idle();
    expect(test.turn('go').state).toBe('stopped');
    expect(test.sent()).toHaveLength(1);
  });

  it('is shown as a message where the server knows no drafts, which the final text then replaces', async () => {
    const { test, says, end } = await streaming([long, ' and the rest']);
    await using _test = test;
    test.bot.knowsDrafts = false;
    test.say('go');
    await test.asked(1);
    await says(0);
    test.clock.advance(0);
    await test.clock.elapse(5000);
    await test.until(() => textsIn(test, ownerChat), [long]);
    end();
    await test.until(() => textsIn(test, ownerChat), [`${long} and the rest`]);
    await test.idle();
    expect(test.gateway.links.get('bot')?.row.capabilities).toMatchObject({ drafts: false });
  });

  it.each([
    ['off', 0, 0],
    ['message', 0, 1],
    ['draft', 1, 0],
  ] as const)('follows the setting %s', async (preview, draftCount, messageCount) => {
    const { test, says, end } = await streaming([long, '.'], { settings: { 'delivery.preview': preview } });
    await using _test = test;
    test.say('go');
    await test.asked(1);
    await says(0);
    await test.clock.elapse(3000);
    await test.until(() => [drafts(test).length, shownIn(test, ownerChat).length], [draftCount, messageCount]);
    end();
    await test.until(() => textsIn(test, ownerChat), [`${long}.`]);
    await test.idle();
  });
});

describe('a reply that is being written, in a group', () => {
  it('is a first message and edits every four seconds; nothing is doubled', async () => {
    const { test, says, end } = await streaming([long, ' two', ' three', ' four']);
    await using _test = test;
    await askInGroup(test);
    await says(0);
    test.clock.advance(0);
    await test.until(() => textsIn(test, group), [long]);
    const from = test.clock.monotonic();
    const { edit } = times(test);
    await says(1);
    await test.drive(test.until(() => textsIn(test, group), [`${long} two`]));
    expect((edit[0] ?? 0) - from).toBeGreaterThanOrEqual(4000);
    end();
    await test.until(() => textsIn(test, group), [`${long} two three four`]);
    await test.idle();
    expect(shownIn(test, group).map(({ kind }) => kind)).toEqual(['message', 'edit', 'edit']);
    expect(test.gateway.health().sentAgain).toBe(0);
  });

  it('goes on in the same message after a crash, without a word about it', async () => {
    const { test, says } = await streaming([long, ' never said']);
    await using _test = test;
    await askInGroup(test);
    await says(0);
    test.clock.advance(0);
    await test.until(() => textsIn(test, group), [long]);
    const noted = (): boolean => {
      const delivery = test.read.deliveries.ofTurn(test.turn('tell me', group).id)?.id ?? '';
      return test.read.deliveries.parts(delivery).some(({ ref }) => ref !== null);
    };
    await test.until(noted, true);
    test.openai.next({ kind: 'reply', text: 'the whole answer' });
    await test.crash();
    await test.open();
    await test.until(() => textsIn(test, group), ['the whole answer']);
    await test.idle();
    expect(test.gateway.health().sentAgain).toBe(0);
  });

  it('has no preview above an earlier answer that is still to be sent', async () => {
    const { test, end } = await streaming(['first answer']);
    await using _test = test;
    const sending = gate();
    test.bot.fault('sendMessage', { kind: 'wait', gate: sending.promise });
    await askInGroup(test);
    end();
    await test.telegram.waitFor(({ apiMethod }) => apiMethod === 'sendMessage');
    const last = gate();
    test.openai.next({ kind: 'reply', pieces: [long, ' more'], gate: [undefined, last.promise] });
    test.bot.say({ chatId: group, from: asker, text: `@${test.bot.me.username ?? ''} and more` });
    await test.asked(2);
    await test.until(() => test.gateway.turns.status(test.conversation(group).id)?.text, long);
    test.clock.advance(1_000);
    // Time enough for what must not happen: another chat is answered.
    test.say('hello');
    await test.replies(1);
    expect(textsIn(test, group)).toEqual([]);
    sending.open();
    await test.drive(test.until(() => textsIn(test, group), ['first answer', long]));
    last.open();
    await test.drive(test.until(() => textsIn(test, group), ['first answer', `${long} more`]));
    await test.idle();
  });

  it('whose first message nobody can vouch for is followed by one final text, labelled and counted', async () => {
    const { test, says, end } = await streaming([long, ' and more']);
    await using _test = test;
    test.bot.fault('sendMessage', { kind: 'drop', executed: true });
    await askInGroup(test);
    await says(0);
    test.clock.advance(0);
    await test.until(() => textsIn(test, group), [long]);
    end();
    const label = test.ports.sentences.text('label.sent-again', {}, null);
    await test.until(() => textsIn(test, group), [long, `${label}\n${long} and more`]);
    await test.idle();
    expect(test.gateway.health().sentAgain).toBe(1);
  });

  it('is sent anew when somebody deleted the preview', async () => {
    const { test, says, end } = await streaming([long, ' and more']);
    await using _test = test;
    await askInGroup(test);
    await says(0);
    test.clock.advance(0);
    await test.until(() => textsIn(test, group), [long]);
    const [shown] = shownIn(test, group);
    test.bot.chat(group)?.messages.delete(shown?.messageId ?? 0);
    end();
    await test.drive(test.until(() => textsIn(test, group), [`${long} and more`]));
    await test.idle();
    expect(test.gateway.health().sentAgain).toBe(0);
  });

  it('keeps its pace when the platform asks for less, and still ends as one message', async () => {
    const { test, says, end } = await streaming([long, ' two', ' three']);
    await using _test = test;
    await askInGroup(test);
    await says(0);
    test.clock.advance(0);
    await test.until(() => textsIn(test, group), [long]);
    const from = test.clock.monotonic();
    const { edit } = times(test);
    test.bot.fault('editMessageText', { kind: 'status', status: 429, retryAfter: 20 });
    await says(1);
    const refused = (): number => test.telegram.calls('editMessageText').filter(({ status }) => status === 429).length;
    await test.drive(test.until(refused, 1));
    await test.drive(test.until(() => textsIn(test, group), [`${long} two`]));
    expect((edit[0] ?? 0) - from).toBeGreaterThanOrEqual(24_000);
    end();
    await test.drive(test.until(() => textsIn(test, group), [`${long} two three`]));
    await test.idle();
  });
});
