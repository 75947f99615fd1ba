import { describe, expect, it } from 'vitest';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';

const ada = 5151;
const guests = ['new', 'stop', 'retry', 'help'];

/** The names of the commands that a list holds; empty when there is no list. */
function menu(test: TestGateway, scope: string): readonly string[] {
  const list = test.bot.commandLists.get(`${scope} `) ?? [];
  return list.map((entry) => (entry as { readonly command: string }).command);
}

/** How often lists were set or taken away. */
function announcements(test: TestGateway): number {
  return test.telegram.log.items.filter(({ apiMethod }) => /^(set|delete)MyCommands$/i.test(apiMethod ?? '')).length;
}

describe('menus of commands', () => {
  it('show an owner all commands in his chat, and nobody else any, or strangers would see what they may not use', async () => {
    await using test = await startGateway();
    test.say('hello');
    await test.replies(1);
    test.say('hello', ada);
    await test.becomes('hello', 'kept', ada);
    await test.until(() => menu(test, `chat:${String(ownerChat)}`).includes('allow'), true);
    expect(menu(test, 'default')).toEqual([]);
    expect(menu(test, `chat:${String(ada)}`)).toEqual([]);
  });

  it('follow the roles: a guest gets his list, and somebody blocked loses it', async () => {
    await using test = await startGateway();
    test.say('hello', ada);
    await test.becomes('hello', 'kept', ada);
    await test.gateway.people.setRole('bot', String(ada), 'guest', 'owner');
    await test.until(() => menu(test, `chat:${String(ada)}`), guests);
    await test.gateway.people.setRole('bot', String(ada), 'blocked', 'owner');
    await test.until(() => menu(test, `chat:${String(ada)}`), []);
    await test.gateway.people.setRole('bot', '*', 'guest', 'owner');
    await test.until(() => menu(test, 'default'), guests);
  });

  it('are in the language of the link from when it is chosen, not from the next start of the connection on', async () => {
    await using test = await startGateway();
    test.say('hello');
    await test.replies(1);
    test.say('hello', ada);
    await test.becomes('hello', 'kept', ada);
    const help = (): unknown => test.bot.commandLists.get(`chat:${String(ownerChat)} `)?.at(-1);
    await test.until(help, { command: 'help', description: 'this list' });
    await test.gateway.links.update('bot', { language: 'de' });
    await test.until(help, { command: 'help', description: 'diese Liste' });
    await test.gateway.links.update('bot', { language: null });
    await test.until(help, { command: 'help', description: 'this list' });
  });

  it('are announced again only when they differ: a restart asks the platform for nothing', async () => {
    await using test = await startGateway();
    test.say('hello', ada);
    await test.becomes('hello', 'kept', ada);
    await test.gateway.people.setRole('bot', String(ada), 'guest', 'owner');
    await test.until(() => menu(test, `chat:${String(ada)}`), guests);
    await test.stop();
    const before = announcements(test);
    expect(before).toBeGreaterThan(0);
    await test.open();
    await test.linkIs('up');
    test.say('still there?', ada);
    await test.replies(2, ada);
    await test.stop();
    expect(announcements(test)).toBe(before);
  });
});
