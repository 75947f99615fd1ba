import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buttonData, parseButton } from '../../../main/gateway/cards/words.ts';
import type { Card } from '../../../main/gateway/cards/types.ts';
import { openCards } from '../../../main/gateway/cards/open-cards.ts';
import type { Reason } from '../../../main/gateway/types.ts';
import { counts } from '../../counts.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';
import { linkRow } from '../../store/support.ts';

const stranger = 5151;
const family = -7000;
const day = 24 * 3_600_000;

function cards(test: TestGateway): readonly Card[] {
  return test.gateway.cards.open();
}

/** Waits until these kinds of cards are open and returns the first. */
async function opened(test: TestGateway, ...kinds: readonly Card['kind'][]): Promise<Card> {
  await test.until(() => cards(test).map(({ kind }) => kind), [...kinds]);
  const [card] = cards(test);
  if (card === undefined) throw new Error('no card is open');
  return card;
}

function joinFamily(test: TestGateway): void {
  test.bot.join({ id: family, type: 'group', title: 'Family' }, { id: ownerChat, first_name: 'Olga' });
}

/** Nothing is sent into a chat for a while after whatever happened. */
async function staysSilent(test: TestGateway, chat: number): Promise<void> {
  await test.idle();
  expect(test.bot.sent.filter(({ chatId }) => chatId === chat)).toEqual([]);
}

describe('the card of a person', () => {
  it('is one however much is written, and says what was written last, or a chatty stranger would fill the screen', async () => {
    await using test = await startGateway();
    test.bot.say({ chatId: stranger, text: 'hello', from: { id: stranger, first_name: 'Ada' } });
    test.say('anybody there?', stranger);
    await test.until(() => cards(test).flatMap((card) => (card.kind === 'person' ? [card.messages] : [])), [2]);
    const card = await opened(test, 'person');
    expect(card).toMatchObject({ link: 'bot', address: '5151', last: { text: 'anybody there?' } });
    expect(card.answers).toEqual(['allow', 'once', 'ignore']);
    await staysSilent(test, stranger);
  });

  it('asks "is this you?" first while the link has no owner, and only then', async () => {
    await using test = await startGateway({ role: null });
    test.say('it is me');
    const card = await opened(test, 'person');
    expect(card.answers).toEqual(['owner', 'allow', 'once', 'ignore']);
    expect(await test.gateway.cards.answer(card.id, 'owner')).toMatchObject({ ok: true });
    expect(await test.replies(1)).toEqual(['echo: it is me']);
    expect(test.gateway.people.role('bot', String(ownerChat))).toBe('owner');
    test.say('hello', stranger);
    expect((await opened(test, 'person')).answers).not.toContain('owner');
  });

  it('allowed: what was kept is answered once, and the card is gone; a second answer finds nothing to decide', async () => {
    await using test = await startGateway();
    test.say('hello', stranger);
    const card = await opened(test, 'person');
    const [first, second] = await Promise.all([
      test.gateway.cards.answer(card.id, 'allow'),
      test.gateway.cards.answer(card.id, 'ignore'),
    ]);
    expect(first).toMatchObject({ ok: true });
    expect(second).toMatchObject({ ok: false, failure: { code: 'input.not-found' } });
    expect(await test.replies(1, stranger)).toEqual(['echo: hello']);
    await test.idle();
    expect(cards(test)).toEqual([]);
    expect(test.gateway.people.role('bot', '5151')).toBe('guest');
    expect(test.openai.chats).toHaveLength(1);
  });

  it('allowed once: this is answered and the next message is kept again, or once would mean for ever', async () => {
    await using test = await startGateway();
    test.say('hello', stranger);
    const card = await opened(test, 'person');
    await test.gateway.cards.answer(card.id, 'once');
    expect(await test.replies(1, stranger)).toEqual(['echo: hello']);
    test.say('and again', stranger);
    await test.becomes('and again', 'kept', stranger);
    expect((await opened(test, 'person')).id).toBe(card.id);
    await test.idle();
    expect(test.sent(stranger)).toHaveLength(1);
  });

  it('ignored: nothing kept is answered, nothing new makes a card', async () => {
    await using test = await startGateway();
    test.say('hello', stranger);
    const card = await opened(test, 'person');
    await test.gateway.cards.answer(card.id, 'ignore');
    await test.becomes('hello', 'ignored', stranger);
    test.say('please', stranger);
    await test.becomes('please', 'ignored', stranger);
    expect(cards(test)).toEqual([]);
    await staysSilent(test, stranger);
  });

  it('takes only the answers it offers, and then nothing is changed', async () => {
    await using test = await startGateway();
    test.say('hello', stranger);
    const card = await opened(test, 'person');
    for (const answer of ['owner', 'always', 'resume', 'leave'] as const) {
      const answered = await test.gateway.cards.answer(card.id, answer);
      expect(answered).toMatchObject({ ok: false, failure: { code: 'input.malformed' } });
    }
    expect(cards(test)).toHaveLength(1);
  });
});

describe('the card of a group', () => {
  it('is there as soon as the bot was added, so that the owner can allow it before anybody speaks', async () => {
    await using test = await startGateway();
    joinFamily(test);
    const card = await opened(test, 'group');
    expect(card).toMatchObject({ chat: String(family), title: 'Family', messages: 0, last: null });
    await test.gateway.cards.answer(card.id, 'mention');
    expect(cards(test)).toEqual([]);
    expect(test.gateway.people.groups()).toMatchObject([{ chat: String(family), answer: 'mention', origin: 'owner' }]);
  });

  it('allowed: what was asked there is answered; an allowed person alone does not open a group', async () => {
    await using test = await startGateway();
    joinFamily(test);
    await opened(test, 'group');
    test.bot.say({ chatId: family, text: '/help', from: { id: stranger, first_name: 'Ada' } });
    await test.until(() => cards(test).map((card) => (card.kind === 'group' ? card.messages : null)), [1]);
    await test.gateway.people.setRole('bot', String(stranger), 'guest', 'owner');
    await staysSilent(test, family);
    const card = await opened(test, 'group');
    await test.gateway.cards.answer(card.id, 'always');
    expect(await test.replies(1, family)).toHaveLength(1);
  });

  it('ignored: nobody there is answered, and what was kept is not', async () => {
    await using test = await startGateway();
    joinFamily(test);
    await opened(test, 'group');
    test.bot.say({ chatId: family, text: '/help', from: { id: stranger, first_name: 'Ada' } });
    await test.becomes('/help', 'kept', family);
    const card = await opened(test, 'group');
    await test.gateway.cards.answer(card.id, 'ignore');
    await test.becomes('/help', 'ignored', family);
    expect(cards(test)).toEqual([]);
    await staysSilent(test, family);
  });
});

describe('the card of late messages', () => {
  /** A guest wrote while the program was away for two hours. */
  async function away(test: TestGateway, ...texts: readonly string[]): Promise<Card> {
    await test.gateway.people.setRole('bot', String(stranger), 'guest', 'owner');
    await test.stop();
    for (const text of texts) test.say(text, stranger);
    test.sleep(2 * 3_600_000);
    await test.open();
    return opened(test, 'late');
  }

  it('is one per link; answered, each message gets its answer in the order in which it came', async () => {
    await using test = await startGateway({ settings: { 'turns.mode': 'followup' } });
    const card = await away(test, 'one', 'two');
    expect(card).toMatchObject({ link: 'bot', messages: 2 });
    await staysSilent(test, stranger);
    await test.gateway.cards.answer(card.id, 'answer');
    await test.bot.waitForSend(({ text }) => text?.includes('echo: two') === true);
    expect(test.sent(stranger).map((text) => text.replace(/^.*(echo: \w+).*$/s, '$1'))).toEqual([
      'echo: one',
      'echo: two',
    ]);
    expect(cards(test)).toEqual([]);
  });

  it('left: nothing is answered, each can still be answered by hand, and the card does not come back at the next start', async () => {
    await using test = await startGateway();
    const card = await away(test, 'one');
    await test.gateway.cards.answer(card.id, 'leave');
    expect(test.message('one', stranger)).toMatchObject({ state: 'cleared', reason: { code: 'access.left' } });
    await test.stop();
    await test.open();
    expect(cards(test)).toEqual([]);
    expect(await test.gateway.turns.answerNow(test.message('one', stranger).id)).toMatchObject({ ok: true });
    await test.replies(1, stranger);
  });

  it('ends after a week, or messages nobody cares for any more would wait for ever', async () => {
    await using test = await startGateway();
    await away(test, 'one');
    test.sleep(7 * day);
    expect(cards(test)).toEqual([]);
    expect(test.message('one', stranger).state).toBe('late');
  });
});

describe('the card of a loop', () => {
  const reason: Reason = { code: 'access.loop', params: { count: 12 } };

  async function looped(test: TestGateway): Promise<Card> {
    test.say('hello');
    await test.replies(1);
    await test.idle();
    const row = test.conversation();
    await test.ports.storage.commit((tables) =>
      tables.conversations.put({ ...row, pausedUntil: Number.MAX_SAFE_INTEGER, pausedBy: reason }),
    );
    return opened(test, 'loop');
  }

  it('resumes the conversation', async () => {
    await using test = await startGateway();
    const card = await looped(test);
    expect(card).toMatchObject({ conversation: test.conversation().id, answers: ['resume', 'leave'] });
    await test.gateway.cards.answer(card.id, 'resume');
    expect(test.conversation()).toMatchObject({ pausedUntil: null, pausedBy: null });
    expect(cards(test)).toEqual([]);
  });

  it('or leaves it paused as if the owner had done it', async () => {
    await using test = await startGateway();
    const card = await looped(test);
    await test.gateway.cards.answer(card.id, 'leave');
    expect(test.conversation()).toMatchObject({ pausedUntil: Number.MAX_SAFE_INTEGER, pausedBy: null });
    expect(cards(test)).toEqual([]);
  });
});

describe('alarms', () => {
  it('are cards without answers, a new one when the cause is another: 80 % of a cap is not all of it', async () => {
    await using test = await startGateway({ telegram: false });
    const refused: Reason = { code: 'link.token-refused' };
    const at = (alarm: Reason | null, from = 20): readonly Card[] =>
      openCards({
        tables: test.read,
        links: [{ row: linkRow({ id: 'bot' }), state: { kind: 'signed-out', reason: refused }, since: 15 }],
        budget: { alarms: () => (alarm === null ? [] : [{ key: alarm.code, reason: alarm, reached: true, from }]) },
        toolbox: { isFixed: () => false },
        now: 100,
      });
    expect(at(null)).toMatchObject([{ kind: 'signed-out', answers: [], at: 15, link: 'bot', reason: refused }]);
    const warned = at({ code: 'budget.warned' });
    const reached = at({ code: 'budget.month-cost' }, 10);
    expect(warned.map(({ kind }) => kind)).toEqual(['signed-out', 'budget']);
    expect(
      reached.map(({ kind }) => kind),
      'oldest first',
    ).toEqual(['budget', 'signed-out']);
    expect(warned[1]?.id).not.toBe(reached[0]?.id);
  });
});

describe('what a button carries', () => {
  it('fits the 64 bytes of the platform, whatever links, people and groups are called', async () => {
    await using test = await startGateway({ telegram: false });
    const id = fc.stringMatching(/^[a-z0-9-]{1,32}$/);
    await fc.assert(
      fc.asyncProperty(id, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), async (link, chat) => {
        const row = { link, chat, title: 'x', answer: 'unknown', origin: 'message', lastSeenAt: 1 } as const;
        await test.ports.storage.note((tables) => tables.groups.put(row));
        const [card] = openCards({
          tables: test.read,
          links: [{ row: linkRow({ id: link }), state: { kind: 'off' }, since: 0 }],
          budget: test.gateway.budget,
          toolbox: { isFixed: () => false },
          now: 1,
        });
        await test.ports.storage.note((tables) => tables.groups.remove(link, chat));
        for (const answer of card?.answers ?? []) {
          const data = buttonData(card?.id ?? '', answer);
          expect(new TextEncoder().encode(data).length).toBeLessThanOrEqual(64);
          expect(parseButton(data)).toEqual({ card: card?.id, answer });
        }
        expect(card?.answers).toHaveLength(3);
      }),
      { numRuns: Math.min(counts.propertyRuns, 50) },
    );
  });

  it.each(['', 'stop', '/allow', 'p:bot:1/', 'p:bot:1/unknown', 'p:bot:1/constructor'])(
    'is no answer of a card when it is %j',
    (data) => {
      expect(parseButton(data)).toBeNull();
    },
  );
});
