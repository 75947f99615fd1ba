import { expect, it } from 'vitest';
import { ownerChat, startGateway } from '../../lib/gateway.ts';
import { askedAbout, asksFor, says, tool, toolsOf } from './tools.ts';

it('a question about calls with much to say reaches the owner’s chat, can be answered, and is changed afterwards', async () => {
  const send = tool('send', 'sent', { sideEffects: true, permission: 'ask' });
  await using test = await startGateway({ tools: toolsOf(send) });
  const given = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`field${String(index)}`, 'word '.repeat(200)]),
  );
  asksFor(test, ...Array.from({ length: 25 }, (_, n) => ['send', { n, ...given }] as const));
  test.say('send all of it');
  const cards = await askedAbout(test, 25);
  const asked = await test.bot.waitForSend(
    ({ text, buttons }) => text?.includes('wants to use') === true && buttons.length > 0,
  );
  expect(asked.buttons).toHaveLength(25);

  says(test, 'Done.');
  for (const card of cards) test.bot.press(ownerChat, asked.messageId ?? 0, `${card}/once`);
  await test.becomes('send all of it', 'answered');
  expect(send.runs).toHaveLength(25);
  await test.idle();
  expect(
    test.bot.sent.filter(({ kind }) => kind === 'message'),
    'one question, one answer',
  ).toHaveLength(2);
  expect(test.bot.sent.findLast(({ kind }) => kind === 'edit')?.buttons).toEqual([]);
});
