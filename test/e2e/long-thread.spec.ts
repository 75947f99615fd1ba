import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { filledStore } from '../bench/million.ts';
import { wireOf } from './screens/wire.ts';
import { type HeadlessHost, openChat, openWindow, test } from './web.ts';

const long = 'Person 1000000';
/** Messages are asked for so many at a time. */
const page = 50;

/** A host whose first conversation has a thousand messages. */
async function startLong(host: HeadlessHost, links: readonly unknown[] = []): Promise<void> {
  await host.start({ settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' }, links });
  await host.kill();
  const database = join(host.ready.dataDir, 'porchlight.db');
  for (const ending of ['-wal', '-shm']) rmSync(database + ending, { force: true });
  copyFileSync(filledStore({ messages: 2_000, conversations: 20, largest: 0.5 }).path, database);
  await host.startAgain();
}

/** Places of the messages that are drawn, from the top. */
function drawn(window: Page): Promise<readonly number[]> {
  return window.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.thread-rows [data-seq]')].map((row) => Number(row.dataset['seq'])),
  );
}

test('at the top of what is held older messages come above, and the reader stays where he is', async ({
  page: window,
  host,
}) => {
  await startLong(host);
  await openWindow(window, host);
  await openChat(window, long);
  const thread = window.getByRole('region', { name: 'Messages' });
  await expect.poll(async () => (await drawn(window)).length).toBeGreaterThan(3);
  for (let times = 0; times < 3; times += 1) {
    const height = await thread.evaluate((box) => box.scrollHeight);
    const first = await thread.evaluate((box) => {
      box.scrollTop = 0;
      return new Promise<number>((resolve) => {
        requestAnimationFrame(() => {
          const row = box.querySelector<HTMLElement>('[data-seq]');
          resolve(Number(row?.dataset['seq']));
        });
      });
    });
    await expect.poll(() => thread.evaluate((box) => box.scrollHeight)).toBeGreaterThan(height);
    await expect(window.locator(`[data-seq="${String(first)}"]`)).toBeInViewport();
    const [top = 0] = await drawn(window);
    expect(first - top, 'messages drawn above the one that was the topmost').toBeLessThan(page);
  }
});

test('a reader at the end is still there when the window gets narrow, and wide again', async ({
  page: window,
  host,
}) => {
  await startLong(host);
  await openWindow(window, host);
  await openChat(window, long);
  const latest = window.getByRole('button', { name: 'Latest' });
  const gap = () =>
    window
      .getByRole('region', { name: 'Messages' })
      .evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  await expect.poll(gap).toBeLessThan(20);
  for (const width of [360, 1280, 420]) {
    await window.setViewportSize({ width, height: 740 });
    await expect.poll(gap, { message: `pixels below the fold at ${String(width)}` }).toBeLessThan(20);
    await expect(latest).toBeHidden();
  }
});

test('what is written far back in a thread is not lost when the page goes while its newest messages are on their way', async ({
  page: window,
  host,
}) => {
  // Nobody answers there: what is written waits.
  await startLong(host, [{ id: 'bot', kind: 'telegram', token: '1:AA-nobody', apiRoot: 'http://127.0.0.1:9' }]);
  const wire = await wireOf(window);
  await openWindow(window, host);
  await openChat(window, long);
  await expect.poll(async () => (await drawn(window)).length).toBeGreaterThan(3);
  const [newest = 0] = await drawn(window);
  const chat = window.url();
  await window.goto(`${chat}/${String(newest - 500)}`);
  await expect(window.locator(`[data-seq="${String(newest - 500)}"]`)).toBeInViewport();
  wire.hold('conversations.thread');
  const box = window.getByRole('textbox', { name: 'Message' });
  await box.fill('said while far back');
  await box.press('Enter');
  await expect(box).toHaveValue('');
  await window.goto(chat);
  await window.reload();
  wire.release();
  await expect(window.getByRole('main').getByText('said while far back')).toHaveCount(1);
});
