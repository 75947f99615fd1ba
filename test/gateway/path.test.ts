import { expect, it } from 'vitest';
import { startGateway } from '../lib/gateway.ts';

it('answers a Telegram message once', async () => {
  await using test = await startGateway();
  test.say('hello');
  expect(await test.replies(1)).toEqual(['echo: hello']);
  await test.idle();
  expect(test.messages().map(({ kind, state, text }) => ({ kind, state, text }))).toEqual([
    { kind: 'person', state: 'answered', text: 'hello' },
    { kind: 'assistant', state: 'answered', text: 'echo: hello' },
  ]);
});
