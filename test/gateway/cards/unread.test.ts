import { expect, it } from 'vitest';
import { startGateway } from '../../lib/gateway.ts';

it('what others say in a chat is unread, our own replies to it are not (each question would count twice)', async () => {
  await using test = await startGateway();
  test.say('one');
  await test.replies(1);
  test.say('two');
  await test.replies(2);
  await test.idle();
  expect(test.conversation().unread).toBe(2);
  await test.gateway.markRead(test.conversation().id);
  expect(test.conversation().unread).toBe(0);
});

it('a reply in a thread of the window is unread until it is looked at (its owner may be elsewhere in the window)', async () => {
  await using test = await startGateway({ telegram: false });
  await test.submit('hello');
  await test.idle();
  expect(test.conversation('thread').unread).toBe(1);
  await test.ask('hello');
  await test.idle();
  expect(test.conversation('someone', 'api').unread).toBe(1);
});
