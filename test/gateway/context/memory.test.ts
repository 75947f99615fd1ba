import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayRemember, memoryOf } from '../../../main/gateway/context/frame.ts';
import type { StartedTurn } from '../../../main/gateway/turns/start.ts';
import type { ChatKind, LinkKind, Reason, Role } from '../../../main/gateway/types.ts';
import { counts } from '../../counts.ts';
import { startGateway, type TestGateway } from '../../lib/gateway.ts';
import { Pages, secret } from './pages.ts';
import {
  conversationRow,
  deliveryRow,
  linkRow,
  newMessage,
  openTestStore,
  TemporaryDirectory,
  turnRow,
} from '../../store/support.ts';
import { promptsOf, talk } from './condensing.ts';

const reasons: readonly (Reason | null)[] = [
  null,
  { code: 'access.allowed-once' },
  { code: 'access.answer-asked', params: { as: 'guest' } },
  { code: 'access.answer-asked', params: { as: 'owner' } },
];
const anyTurn = fc.record({
  role: fc.constantFrom<Role>('owner', 'guest', 'blocked', 'unknown'),
  chatKind: fc.constantFrom<ChatKind>('private', 'group'),
  linkKind: fc.constantFrom<LinkKind>('window', 'api', 'telegram', 'whatsapp'),
  asked: fc.array(fc.record({ reason: fc.constantFrom(...reasons), author: fc.constantFrom('42', '43') }), {
    minLength: 1,
    maxLength: 3,
  }),
});

function startedTurn(of: typeof anyTurn extends fc.Arbitrary<infer Turn> ? Turn : never): StartedTurn {
  return {
    row: turnRow(),
    delivery: deliveryRow(),
    conversation: conversationRow({ kind: of.chatKind }),
    link: linkRow({ kind: of.linkKind }),
    role: of.role,
    inputs: of.asked.map((said, seq) => ({ ...newMessage(said), seq })),
  };
}

const prompts = (test: TestGateway): readonly string[] => promptsOf(test).map(({ text }) => text);

describe('the owner’s memory', () => {
  it('is never asked for, nor told from a frame that the owner left, on behalf of anybody else or in a group', async () => {
    using directory = new TemporaryDirectory();
    await using test = await openTestStore(directory.path);
    const { store: storage } = test;
    const key = { conversation: 'c1', contextNo: 1, day: 'Monday', summary: null };
    await storage.commit((tables) => {
      tables.conversations.put(conversationRow());
      const known = { link: 'bot', person: null, name: '', origin: 'owner', lastSeenAt: null } as const;
      tables.addresses.put({ ...known, address: '42', role: 'owner' });
      tables.addresses.put({ ...known, address: '43', role: 'guest' });
      tables.frames.put({ ...key, memory: secret, tried: null });
    });
    const never = new AbortController().signal;
    await fc.assert(
      fc.asyncProperty(anyTurn, async (of) => {
        const pages = new Pages();
        const told = await memoryOf({ storage, memory: pages.memory }, startedTurn(of), key, 100, never);
        const asGuest = of.asked.some(
          ({ reason, author }) =>
            reason?.code === 'access.allowed-once' ||
            reason?.params?.['as'] === 'guest' ||
            (author !== '42' && of.linkKind !== 'window'),
        );
        const his = of.role === 'owner' && of.chatKind === 'private' && of.linkKind !== 'api' && !asGuest;
        expect(told).toBe(his ? secret : '');
        expect(mayRemember(storage.read, startedTurn(of))).toBe(his);
        expect(pages.asked).toBe(0);
      }),
      { numRuns: counts.propertyRuns },
    );
  });

  it('stands in his private thread and in his private chat, not in a guest’s, a group’s or a program’s', async () => {
    const pages = new Pages();
    await using test = await startGateway({ memory: pages.memory });
    await talk(test, 'in the window');
    test.say('in my chat');
    await test.replies(1);
    await test.gateway.people.setRole('bot', '77', 'guest', 'owner');
    test.say('I am a guest', 77);
    await test.replies(1, 77);
    await test.ask('I am a program');
    await test.asked(4);
    await test.idle();
    expect(prompts(test).map((text) => text.includes('Halcyon'))).toEqual([true, true, false, false]);
  });

  it('is read once for a context, so that what changes in it meanwhile does not change a prompt’s beginning', async () => {
    const pages = new Pages();
    await using test = await startGateway({ telegram: false, memory: pages.memory });
    await talk(test, 'one');
    pages.text = 'The boat is called Zephyr.';
    await talk(test, 'two');
    await test.stop();
    await test.open();
    await talk(test, 'three');
    expect(pages.asked).toBe(1);
    const systems = promptsOf(test).map(({ system }) => system);
    expect(new Set(systems).size).toBe(1);
    expect(prompts(test)[2]?.startsWith(prompts(test)[1]?.slice(0, -4) ?? 'x')).toBe(true);
    await talk(test, '/new');
    await talk(test, 'four');
    expect(promptsOf(test).at(-1)?.system).toContain('Zephyr');
  });

  it('is read again when it could not be read (it stayed forgotten until the next day)', async () => {
    const pages = new Pages();
    [pages.text, pages.whole] = ['', false];
    await using test = await startGateway({ telegram: false, memory: pages.memory });
    await talk(test, 'one');
    [pages.text, pages.whole] = [secret, true];
    await talk(test, 'two');
    await talk(test, 'three');
    expect(prompts(test).map((text) => text.includes('Halcyon'))).toEqual([false, true, true]);
    expect(pages.asked).toBe(2);
  });

  it('is read anew on a new day', async () => {
    const pages = new Pages();
    await using test = await startGateway({ telegram: false, memory: pages.memory });
    await talk(test, 'one');
    pages.text = 'The boat is called Zephyr.';
    test.sleep(24 * 3_600_000);
    await talk(test, 'two');
    expect(promptsOf(test).at(-1)?.system).toContain('Zephyr');
    expect(pages.asked).toBe(2);
  });
});
