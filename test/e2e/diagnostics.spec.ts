import { expect, type Page } from '@playwright/test';
import { RpcClient } from '../lib/headless.ts';
import { ada, bob, hears, startHome } from './telegram-home.ts';
import {
  expectAccessible,
  goTo,
  type HeadlessHost,
  openChat,
  openWindow,
  picture,
  replies,
  say,
  tabTo,
  test,
} from './web.ts';

function openDiagnostics(page: Page): Promise<void> {
  return goTo(page, 'Diagnostics');
}

/** A second window, for what a person does not do by hand a hundred times a second. */
async function connect(host: HeadlessHost): Promise<RpcClient> {
  return new RpcClient(host.ready.url, host.ready.token).opened();
}

test('evidence of each link and model, a check with its reason, and the report without a person in it', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  const { bot, lab } = home;
  await host.start(home.file({ guests: [bob.id] }));
  await openWindow(page, host);

  await test.step('by keyboard: the place is reached, and says how things are', async () => {
    await tabTo(page, page.getByRole('link', { name: 'Diagnostics' }));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Diagnostics', level: 1 })).toBeVisible();
    const link = page.getByRole('article', { name: '@ada_home_bot' });
    await expect(link).toContainText(/up, seen \d+ s ago/);
    await expect(link).toContainText(/Last proof of life\s*\d+ s ago/);
    const main = page.getByRole('main');
    await expect(main).toContainText(/Runs on\s*Node 24\.\d+\.\d+ · linux/);
    await expect(main).toContainText(/Free on the disk\s*[\d.,]+ [GMT]B/);
    await expect(main).toContainText(/Event loop delay \(99 %\)\s*\d+ ms/);
    await expect(main).toContainText(host.ready.dataDir);
    await picture(page, 'diagnostics');
    await expectAccessible(page);
  });

  await test.step('the check of a model is a real request, and its failure has its own reason', async () => {
    const check = page.getByRole('button', { name: 'Check the model' });
    lab.next({ kind: 'status', status: 401 });
    await check.click();
    const models = page.getByRole('list', { name: 'Models' });
    await expect(models).toContainText('Lab refused the key. Check that it was copied whole');
    await expect(models).toContainText('key refused');
    await picture(page, 'diagnostics-check');
    await check.click();
    await expect(models).toContainText(/It answered in .*: “echo: /);
    await expect(models).not.toContainText('key refused');
  });

  await test.step('the report holds versions and states, and nothing anybody wrote or is called', async () => {
    bot.say({ chatId: bob.id, from: bob, text: 'meet me at the old mill' });
    await hears(bot, bob.id, 'echo: ');
    await page.getByRole('button', { name: 'Copy report' }).click();
    const report = page.getByRole('region', { name: 'Report' });
    await expect(report).toContainText(/^Porchlight 0\.\d+\.\d+, headless, report of /);
    await expect(report).toContainText('telegram: up, proven');
    await expect(report).toContainText('2. openai, local, with a key');
    const text = await report.innerText();
    const people = [bob.first_name, ada.first_name, String(bob.id), String(ada.id), 'ada_home_bot', 'ada-home-bot'];
    for (const word of [...people, 'old mill', 'sk-test', '777000', host.ready.token, host.ready.dataDir, 'gpt-test']) {
      expect(text, word).not.toContain(word);
    }
    await report.scrollIntoViewIfNeeded();
    await picture(page, 'diagnostics-report');
    await expectAccessible(page);
  });
});

test('the self-test goes the whole way without asking the chosen model, and leaves nothing behind', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  const { lab } = home;
  await host.start(home.file());
  await openWindow(page, host);
  await say(page, 'hello there');
  await expect(replies(page)).toContainText('echo: hello there');
  const asked = lab.chats.length;
  await openDiagnostics(page);
  await page.getByRole('button', { name: 'Run the self-test' }).click();
  await expect(page.getByText('The message went the whole way, answered by practice.')).toBeVisible();
  const steps = page.getByRole('list', { name: 'Steps of the self-test' }).getByRole('listitem');
  await expect(steps).toHaveText([
    /^The message was stored[\d.]+ m?s$/,
    /^The turn was started[\d.]+ m?s$/,
    /^The model answered[\d.]+ m?s$/,
    /^The reply was delivered[\d.]+ m?s$/,
  ]);
  expect(lab.chats).toHaveLength(asked);
  const conversations = page.getByRole('list', { name: 'Conversations' }).getByRole('listitem');
  await expect(conversations).toHaveCount(1);
  await steps.first().scrollIntoViewIfNeeded();
  await picture(page, 'diagnostics-self-test');
  await expectAccessible(page);

  lab.next({ kind: 'status', status: 400 });
  await page.getByRole('button', { name: 'With gpt-test' }).click();
  await expect(page.getByText('The message did not go the whole way.')).toBeVisible();
  await expect(steps.nth(2)).toHaveText('The model answerednot reached');
  expect(lab.chats.length).toBeGreaterThan(asked);
  await expect(conversations).toHaveCount(1);
});

test('the log follows what is written, can be filtered and held, and keeps up with hundreds of lines', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  await host.start(home.file());
  await openWindow(page, host);
  await openDiagnostics(page);
  const log = page.getByRole('region', { name: 'Log' });
  await expect(log).toContainText('host.started');
  using rpc = await connect(host);
  const write = async (lines: number): Promise<void> => {
    for (let line = 0; line < lines; line++) await rpc.value('backups.plan', { name: null });
  };

  await test.step('each line comes by itself, and the end stays in view', async () => {
    await write(1);
    await expect(log).toContainText('backup.planned');
    const slowest = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let worst = 0;
          let before = performance.now();
          const frame = (): void => {
            const now = performance.now();
            worst = Math.max(worst, now - before);
            before = now;
            const text = document.querySelector('.log-card')?.textContent ?? '';
            if (/5\d\d lines/.test(text) || now > 30_000 + worst) resolve(worst);
            else requestAnimationFrame(frame);
          };
          requestAnimationFrame(frame);
        }),
    );
    await write(500);
    await expect(page.getByText(/^5\d\d lines$/)).toBeVisible();
    expect(await slowest, 'the longest time without a frame, in ms').toBeLessThan(1000);
    expect(await log.locator('.log-line').count()).toBeLessThan(80);
    const end = await log.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
    expect(end).toBeLessThan(60);
    await log.scrollIntoViewIfNeeded();
    await picture(page, 'diagnostics-log');
  });

  await test.step('held, nothing moves; followed again, everything is there', async () => {
    // What is still on its way would be counted as well.
    const { length } = await rpc.value('host.log', { limit: 2000 });
    await expect(page.getByText(`${String(length)} lines`, { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Hold' }).click();
    await write(7);
    await expect(page.getByText('7 lines since it is held')).toBeVisible();
    await page.getByRole('button', { name: 'Follow' }).click();
    await expect(page.getByText(/^5\d\d lines$/)).toBeVisible();
  });

  await test.step('a level and words leave what fits', async () => {
    await page.getByRole('searchbox', { name: 'Filter the log' }).fill('host.started');
    await expect(page.getByText(/^1 line$/)).toBeVisible();
    await expect(log).not.toContainText('backup.planned');
    await page.getByRole('searchbox', { name: 'Filter the log' }).fill('');
    await page.getByRole('combobox', { name: 'Level' }).selectOption('Errors');
    await expect(log).toContainText('No line fits.');
    await expectAccessible(page);
  });
});

test('a backup made now takes the place of the database at the next start, and what was unfinished is held', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  const { lab } = home;
  await host.start(home.file());
  await openWindow(page, host);
  await say(page, 'before the backup');
  await expect(replies(page)).toContainText('echo: before the backup');
  await openDiagnostics(page);
  await expect(page.getByText('There is no backup yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Back up now' }).click();
  const backups = page.getByRole('list', { name: 'Backups' });
  await expect(backups.getByRole('listitem')).toHaveText(/20\d\d.*[kM]B/);

  await openChat(page, 'before the backup');
  await say(page, 'after the backup');
  await expect(replies(page)).toHaveCount(2);
  await openDiagnostics(page);
  await backups.getByRole('button', { name: /^Restore the backup of/ }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Restore this backup?' });
  await expect(dialog).toContainText('held: each waits for your word');
  await picture(page, 'diagnostics-restore');
  await dialog.getByRole('button', { name: 'Restore at the next start' }).click();
  await expect(page.getByText('Stop Porchlight and start it again when it suits you')).toBeVisible();
  await page.getByText('Stop Porchlight and start it again').scrollIntoViewIfNeeded();
  await picture(page, 'diagnostics-backups');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Do not restore' }).click();
  await expect(page.getByText('Stop Porchlight and start it again')).toBeHidden();
  await backups.getByRole('button', { name: /^Restore the backup of/ }).click();
  await dialog.getByRole('button', { name: 'Restore at the next start' }).click();
  await expect(page.getByText('Stop Porchlight and start it again')).toBeVisible();
  const asked = lab.chats.length;
  await page.goto('about:blank');
  await host.kill();
  await host.startAgain();
  await openWindow(page, host);
  await expect(page.getByText('A backup is in the place of the database.')).toBeVisible();
  await openChat(page, 'before the backup');
  await expect(replies(page)).toHaveCount(1);
  expect(lab.chats).toHaveLength(asked);
  await openDiagnostics(page);
  await expect(page.getByRole('button', { name: 'Do not restore' })).toBeHidden();
});
