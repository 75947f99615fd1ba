/* `/remember` and `/memory`, in the owner's private chats alone. */
import { describe, expect, it } from 'vitest';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';
import { Pages, secret } from '../context/pages.ts';
import { promptsOf } from '../context/condensing.ts';

const family = -7000;
const bob = 5151;

async function begin(text = secret) {
  const pages = new Pages();
  pages.text = text;
  const test = await startGateway({ memory: pages.memory });
  return { pages, test, [Symbol.asyncDispose]: () => test[Symbol.asyncDispose]() };
}

/** What the gateway answers to a command of the owner in his chat. */
async function answerTo(test: TestGateway, command: string): Promise<string> {
  test.say(command);
  await test.becomes(command, 'answered');
  return test.read.messages.ofTurn(test.turn(command).id).find(({ kind }) => kind === 'notice')?.text ?? '';
}

describe('/remember', () => {
  it('keeps what follows without a model, and the very next prompt here knows it (it knew it the next day)', async () => {
    await using world = await begin();
    const { pages, test } = world;
    test.say('hello');
    await test.becomes('hello', 'answered');
    expect(await answerTo(test, '/remember I keep four hives\nand a cat')).toMatch(/^Remembered\. It is known here/);
    expect(pages.text).toBe(`${secret}\n- I keep four hives\nand a cat`);
    expect(test.openai.chats).toHaveLength(1);
    test.say('what do I keep?');
    await test.becomes('what do I keep?', 'answered');
    expect(promptsOf(test).map(({ system }) => system.includes('four hives'))).toEqual([false, true]);
    expect(await answerTo(test, '/remember I keep four hives')).toBe('That is remembered already.');
  });

  it('says how it is sent when nothing follows, and why when it cannot be kept', async () => {
    await using world = await begin();
    const { pages, test } = world;
    expect(await answerTo(test, '/remember')).toMatch(/^Send \/remember with what is to be kept/);
    pages.refusal = { code: 'memory.folder-gone' };
    expect(await answerTo(test, '/remember tea')).toMatch(/^The folder of the memory was moved or removed/);
  });
});

describe('/memory', () => {
  it('shows what is known for good; the beginning where it is long; that there is nothing; why it cannot be read', async () => {
    await using world = await begin();
    const { pages, test } = world;
    expect(await answerTo(test, '/memory')).toBe(secret);
    pages.text = 'a line of the memory\n'.repeat(1_000);
    const [shown = '', more] = (await answerTo(test, '/Memory')).split('\n\n');
    expect(shown).toMatch(/^(?:a line of the memory\n){100,}a line of the memory$/);
    expect(more).toBe('The rest stands in the window, under Tools & memory.');
    pages.text = ' \n';
    expect(await answerTo(test, '/memory ')).toMatch(/^Nothing is remembered for good yet/);
    pages.refusal = { code: 'memory.not-utf8', params: { name: 'MEMORY.md' } };
    expect(await answerTo(test, '/MEMORY')).toBe('MEMORY.md is not UTF-8 text, so it is not read. Save it as UTF-8.');
  });
});

describe('both', () => {
  it.each(['/memory', '/remember the code is 4711'])(
    'say nothing of it where others read along: %s',
    async (command) => {
      await using world = await begin();
      const { pages, test } = world;
      test.bot.addChat({ id: family, type: 'group', title: 'Family' });
      await test.gateway.people.setGroup('bot', String(family), 'always', 'owner');
      test.bot.say({ chatId: family, text: command, from: { id: ownerChat, first_name: 'Ada' } });
      expect(await test.replies(1, family)).toEqual([
        'That works in a private chat with you alone: here others would read it.',
      ]);
      await test.gateway.people.setRole('bot', String(bob), 'guest', 'owner');
      test.say(command, bob);
      expect((await test.replies(1, bob))[0]).toMatch(/^\/(?:memory|remember) is for the owner only/);
      expect(pages.text).toBe(secret);
    },
  );
});
