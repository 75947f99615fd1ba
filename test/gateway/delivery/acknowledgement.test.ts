import { describe, expect, it } from 'vitest';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';

/** What was put on messages, in order: the sign, or null where it was taken away. */
const signs = (test: TestGateway): readonly unknown[] =>
  test.telegram.calls('setMessageReaction').map(({ params }) => {
    const [first] = JSON.parse(JSON.stringify(params['reaction'] ?? [])) as readonly { readonly emoji?: string }[];
    return [params['message_id'], first?.emoji ?? null];
  });

describe('the sign on a question', () => {
  it('is there while it is answered and gone with the reply, where the owner switched it on', async () => {
    await using test = await startGateway({ settings: { 'delivery.reactions': true } });
    test.openai.next({ kind: 'hang' });
    const { message } = test.bot.say({ chatId: ownerChat, text: 'slow' });
    await test.until(() => signs(test), [[message.message_id, '👀']]);
    await test.gateway.turns.stop(test.conversation().id);
    await test.until(
      () => signs(test),
      [
        [message.message_id, '👀'],
        [message.message_id, null],
      ],
    );
    await test.idle();
  });

  it('is not there by default, nor for a command', async () => {
    await using test = await startGateway();
    test.say('hello');
    await test.replies(1);
    await test.idle();
    expect(signs(test)).toEqual([]);
  });

  it('is left as it is for somebody who was blocked meanwhile: taking it away would be a word to him', async () => {
    await using test = await startGateway({ settings: { 'delivery.reactions': true } });
    await test.gateway.people.setRole('bot', '9', 'guest', 'owner');
    test.openai.next({ kind: 'hang' });
    test.say('slow', 9);
    await test.until(() => signs(test).length, 1);
    await test.gateway.people.setRole('bot', '9', 'blocked', 'owner');
    await test.idle();
    expect(signs(test)).toHaveLength(1);
  });
});
