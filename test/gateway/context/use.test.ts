import { expect, it } from 'vitest';
import type { ContextUse } from '../../../main/gateway/context/types.ts';
import { startGateway, type TestGateway } from '../../lib/gateway.ts';

async function use(test: TestGateway, chat = 'thread'): Promise<ContextUse> {
  const found = await test.gateway.contextUse(test.conversation(chat).id, new AbortController().signal);
  if (!found.ok) throw new Error(found.failure.code);
  return found.value;
}

async function talk(test: TestGateway, text: string): Promise<void> {
  await test.submit(text);
  await test.idle();
}

it('the meter tells what the next message would be given, as the turn itself puts it together', async () => {
  await using test = await startGateway({ telegram: false });
  await talk(test, 'hello');
  const short = await use(test);
  expect(short).toMatchObject({ model: 'lab/gpt-test', leftOut: 0, begin: null });
  expect(short.window).toBeGreaterThan(short.tokens + short.reply);
  await talk(test, 'word '.repeat(400));
  const longer = await use(test);
  expect(longer.tokens, 'question and echo, four characters a token').toBeGreaterThan(short.tokens + 900);
  const before = longer.tokens;
  await talk(test, 'hi');
  const prompt = test.openai.chats.at(-1)?.body as { readonly messages: readonly { readonly content: unknown }[] };
  expect(JSON.stringify(prompt.messages).length / 4).toBeLessThan(before * 1.3);
});

it('says from where the model reads after /new, and that it is less', async () => {
  await using test = await startGateway({ telegram: false });
  await talk(test, 'word '.repeat(400));
  const before = await use(test);
  await talk(test, '/new');
  const fresh = await use(test);
  expect(fresh.tokens).toBeLessThan(before.tokens - 900);
  await talk(test, 'what now?');
  expect((await use(test)).begin?.seq).toBeGreaterThan(test.message('/new', 'thread').seq);
});

it('counts what does not fit any more (the owner would think that it was read)', async () => {
  await using test = await startGateway({ telegram: false });
  for (let index = 0; index < 9; index += 1) await talk(test, `${String(index)} ${'word '.repeat(780)}`);
  const full = await use(test);
  expect(full.windowKnown).toBe(false);
  expect(full.leftOut).toBeGreaterThan(0);
  expect(full.tokens + full.reply).toBeLessThanOrEqual(full.window);
});

it('says why no model can be asked, and knows no conversation that is not there', async () => {
  await using test = await startGateway({ telegram: false });
  await talk(test, 'hello');
  const { id } = test.conversation('thread');
  await test.gateway.models.removeProvider('lab');
  const signal = new AbortController().signal;
  expect(await test.gateway.contextUse(id, signal)).toMatchObject({ ok: false, failure: { code: 'model.missing' } });
  expect(await test.gateway.contextUse('x', signal)).toMatchObject({ ok: false, failure: { code: 'input.not-found' } });
});
