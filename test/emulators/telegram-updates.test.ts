import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Api, GrammyError } from 'grammy';
import { expect, test } from 'vitest';
import { startTelegram } from './telegram/server.ts';
import type { TelegramEmulator } from './telegram/server.ts';
import type { TelegramOptions } from './telegram/types.ts';

const token = '4711:test-token';

/** A long poll second is a millisecond here, so that an empty poll returns soon. */
async function started(options: Partial<TelegramOptions> = {}) {
  const emulator = await startTelegram({ token, firstUpdateId: 1000, pollSecondMs: 1, ...options });
  const api = new Api(token, { apiRoot: emulator.url });
  return { emulator, bot: emulator.bot, api, [Symbol.asyncDispose]: () => emulator.close() };
}

/** Resolves once a poll waits at the server. */
async function polled(emulator: TelegramEmulator, count = 1) {
  await emulator.waitFor(
    (request) => request.apiMethod === 'getUpdates' && emulator.calls('getUpdates').length === count,
  );
  await expect.poll(() => emulator.bot.queue.polled).toBe(true);
}

const idsOf = (updates: readonly { update_id: number }[]) => updates.map((update) => update.update_id);

test('updates come again until an offset confirms them, so that a crash before the commit loses nothing', async () => {
  await using t = await started();
  for (const text of ['a', 'b', 'c']) t.bot.say({ chatId: 5, text });
  expect(idsOf(await t.api.getUpdates())).toEqual([1000, 1001, 1002]);
  expect(idsOf(await t.api.getUpdates({ limit: 2 }))).toEqual([1000, 1001]);
  expect(idsOf(await t.api.getUpdates({ offset: 1002 }))).toEqual([1002]);
  expect(idsOf(await t.api.getUpdates())).toEqual([1002]);
  expect(idsOf(await t.api.getUpdates({ offset: 1003 }))).toEqual([]);
  expect(t.bot.queue.pending).toEqual([]);
  expect(t.bot.handed.items.filter((handed) => handed.updateId === 1002).length).toBe(3);
});

test('a private message has the shape of the service, with its command marked and its date in seconds', async () => {
  await using t = await started({ now: () => 1_700_000_000_999 });
  t.bot.say({ chatId: 5, from: { id: 5, first_name: 'Ann', username: 'ann' }, text: '/start now' });
  expect(await t.api.getUpdates()).toEqual([
    {
      update_id: 1000,
      message: {
        message_id: 1,
        from: { id: 5, is_bot: false, first_name: 'Ann', username: 'ann', language_code: 'en' },
        chat: { id: 5, type: 'private', first_name: 'Ann', username: 'ann' },
        date: 1_700_000_000,
        text: '/start now',
        entities: [{ type: 'bot_command', offset: 0, length: 6 }],
      },
    },
  ]);
});

test('groups, edits and blocks come as their own kinds', async () => {
  await using t = await started();
  t.bot.addChat({ id: -100123, type: 'supergroup', title: 'G' });
  const { message } = t.bot.say({ chatId: -100123, from: { id: 8 }, text: 'hi' });
  t.bot.edit(-100123, message.message_id, 'ho');
  t.bot.say({ chatId: 5, text: 'x' });
  t.bot.setAccess(5, 'blocked');
  const updates = await t.api.getUpdates();
  expect(updates.map((update) => Object.keys(update).filter((key) => key !== 'update_id'))).toEqual([
    ['message'],
    ['edited_message'],
    ['message'],
    ['my_chat_member'],
  ]);
  expect(updates[1]?.edited_message).toMatchObject({ text: 'ho', edit_date: expect.any(Number) as unknown });
  expect(updates[3]?.my_chat_member).toMatchObject({ new_chat_member: { status: 'kicked' } });
});

test('an answer holds 100 updates at most and the rest comes next', async () => {
  await using t = await started();
  t.bot.sayAll(Array.from({ length: 250 }, (_, index) => ({ chatId: 5, text: String(index) })));
  expect((await t.api.getUpdates({ limit: 500 })).length).toBe(100);
  expect(idsOf(await t.api.getUpdates({ offset: 1200 }))).toEqual(
    Array.from({ length: 50 }, (_, index) => 1200 + index),
  );
});

test('a negative offset keeps only the last updates', async () => {
  await using t = await started();
  for (const text of ['a', 'b', 'c']) t.bot.say({ chatId: 5, text });
  expect(idsOf(await t.api.getUpdates({ offset: -1 }))).toEqual([1002]);
  expect(idsOf(await t.api.getUpdates())).toEqual([1002]);
});

test('ids that restart below the stored offset still arrive, and again for ever unless the offset follows them down', async () => {
  await using t = await started();
  t.bot.say({ chatId: 5, text: 'old' });
  await t.api.getUpdates({ offset: 1001 });
  t.bot.restartIds(200);
  t.bot.say({ chatId: 5, text: 'new' });
  expect(idsOf(await t.api.getUpdates({ offset: 1001 }))).toEqual([200]);
  expect(idsOf(await t.api.getUpdates({ offset: 1001 }))).toEqual([200]);
  expect(idsOf(await t.api.getUpdates({ offset: 201 }))).toEqual([]);
  t.bot.restartIds(195);
  t.bot.say({ chatId: 5, text: 'just below' });
  expect(idsOf(await t.api.getUpdates({ offset: 201 }))).toEqual([]);
});

test('ids can jump ahead, because the service does not promise that they are next to each other', async () => {
  await using t = await started();
  t.bot.say({ chatId: 5, text: 'a' });
  t.bot.skipTo(5000);
  t.bot.say({ chatId: 5, text: 'b' });
  expect(idsOf(await t.api.getUpdates())).toEqual([1000, 5000]);
});

test('a waiting poll returns what came in one moment together, and returns empty after its time', async () => {
  await using t = await started({ pollSecondMs: 1000 });
  const waiting = t.api.getUpdates({ timeout: 30 });
  await polled(t.emulator);
  t.bot.say({ chatId: 5, text: 'a' });
  t.bot.say({ chatId: 5, text: 'b' });
  expect(idsOf(await waiting)).toEqual([1000, 1001]);
  await using quick = await started();
  expect(await quick.api.getUpdates({ timeout: 5 })).toEqual([]);
});

test('of two polls the older one is ended with a conflict, and the newer one goes on', async () => {
  await using t = await started({ pollSecondMs: 1000 });
  const older = t.api.getUpdates({ timeout: 30 }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await polled(t.emulator);
  const newer = t.api.getUpdates({ timeout: 30 });
  const error = await older;
  expect(error).toBeInstanceOf(GrammyError);
  expect(error).toMatchObject({
    error_code: 409,
    description: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  });
  t.bot.say({ chatId: 5, text: 'a' });
  expect(idsOf(await newer)).toEqual([1000]);
});

test('a poll whose client has gone takes no update with it', async () => {
  await using t = await started({ pollSecondMs: 1000 });
  const abort = new AbortController();
  const gone = fetch(`${t.emulator.url}/bot${token}/getUpdates?timeout=30`, { signal: abort.signal });
  await polled(t.emulator);
  abort.abort();
  await expect(gone).rejects.toThrow('aborted');
  await expect.poll(() => t.bot.queue.polled).toBe(false);
  t.bot.say({ chatId: 5, text: 'a' });
  expect(idsOf(await t.api.getUpdates())).toEqual([1000]);
  expect(t.bot.handed.items.length).toBe(1);
});

test('while a webhook is set there is no polling', async () => {
  await using t = await started({ pollSecondMs: 1000 });
  const poll = t.api.getUpdates({ timeout: 30 }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await polled(t.emulator);
  await t.api.setWebhook('https://e.org/hook');
  expect(await poll).toMatchObject({ error_code: 409, description: 'Conflict: terminated by setWebhook request' });
  t.bot.say({ chatId: 5, text: 'a' });
  await expect(t.api.getUpdates()).rejects.toMatchObject({
    error_code: 409,
    description:
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  });
  expect(await t.api.getWebhookInfo()).toMatchObject({ url: 'https://e.org/hook', pending_update_count: 1 });
  await t.api.deleteWebhook();
  expect(idsOf(await t.api.getUpdates())).toEqual([1000]);
});

test('allowed_updates are remembered until they are given again, and an empty list means the usual kinds', async () => {
  await using t = await started();
  await t.api.getUpdates({ allowed_updates: ['edited_message'] });
  await t.api.getUpdates();
  const { message } = t.bot.say({ chatId: 5, text: 'a' });
  t.bot.edit(5, message.message_id, 'b');
  expect((await t.api.getUpdates()).map((update) => update.edited_message?.text)).toEqual(['b']);
  await t.api.getUpdates({ allowed_updates: [] });
  t.bot.inject([{ message_reaction: {} }, { message: message }]);
  expect((await t.api.getUpdates({ offset: 1001 })).length).toBe(1);
});

test('several bots live on one server, each with its own updates, chats and faults', async () => {
  await using t = await started();
  const second = t.emulator.addBot({ token: '4712:other', firstUpdateId: 1 });
  const api = new Api('4712:other', { apiRoot: t.emulator.url });
  t.bot.say({ chatId: 5, text: 'first' });
  second.say({ chatId: 6, text: 'second' });
  t.bot.faultAlways('getMe', { kind: 'status', status: 500 });
  expect(idsOf(await api.getUpdates())).toEqual([1]);
  expect((await api.getMe()).id).toBe(4712);
  await expect(api.sendMessage(5, 'x')).rejects.toMatchObject({ description: 'Bad Request: chat not found' });
});

test('closing ends a waiting poll at once', async () => {
  const t = await started({ pollSecondMs: 1000 });
  const poll = fetch(`${t.emulator.url}/bot${token}/getUpdates?timeout=50`);
  await polled(t.emulator);
  const ended = expect(poll).rejects.toThrow('fetch failed');
  await t.emulator.close();
  await ended;
});

test('runs as a process of its own: a bench talks to the bot, reads its sends and sees when updates were handed over', async () => {
  const child = spawn(process.execPath, ['test/emulators/telegram/main.ts', '--token', token], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  const control = async (path: string, body?: unknown) => {
    const response = await fetch(
      `${url}/__control/${path}`,
      body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
    );
    return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
  };
  await control('say', {
    messages: [
      { chatId: 5, text: 'a' },
      { chatId: 6, text: 'b' },
    ],
  });
  const api = new Api(token, { apiRoot: url });
  expect((await api.getUpdates()).length).toBe(2);
  const sent = control('sent?since=0&wait=5000');
  await api.sendMessage(5, 'answer');
  expect(await sent).toMatchObject({ sent: [{ number: 1, chatId: 5, text: 'answer' }] });
  expect(await control('sent?since=1&wait=1')).toMatchObject({ sent: [] });
  expect(await control('handed?since=0')).toMatchObject({
    handed: [{ updateId: 100_000_001 }, { updateId: 100_000_002 }],
  });
  await control('fault', { method: 'sendMessage', faults: [{ kind: 'status', status: 500 }] });
  await expect(api.sendMessage(5, 'x')).rejects.toMatchObject({ error_code: 500 });
  expect((await control('nonsense')).status).toBe(400);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
