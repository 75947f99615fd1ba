/*
 * A new user's way from the first start to a linked bot and a friend who may talk, as docs/first-steps.md tells it: the
 * clicks, the fields and the seconds that stand there are counted here.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { startOpenAi } from '../../emulators/openai/server.ts';
import { startTelegram } from '../../emulators/telegram/server.ts';
import { ada, bob, hears } from '../telegram-home.ts';
import { goTo, replies, say, test } from '../web.ts';
import { shotsFolder } from './album.ts';
import { type Stop, stops, type WalkedStop } from './walk-stops.ts';

const token = '777000:AAtest-token_for-the-emulator-0001';

/** Counts what a person does between two stops, and takes a picture of what is then on the screen. */
class Walk {
  readonly walked: WalkedStop[] = [];
  readonly #page: Page;
  #from = performance.now();
  #uncounted = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  /** To be called before the page is opened. */
  async begin(): Promise<void> {
    await this.#page.addInitScript(() => {
      const add = (name: string): void =>
        sessionStorage.setItem(name, String(Number(sessionStorage.getItem(name)) + 1));
      addEventListener('pointerdown', () => add('clicks'), { capture: true });
      addEventListener('change', () => add('fields'), { capture: true });
    });
  }

  /** What only a test has to do: an address of the emulators. */
  async aside(work: () => Promise<void>): Promise<void> {
    const [before, from] = [await this.#counted(), performance.now()];
    await work();
    this.#uncounted += performance.now() - from;
    await this.#page.evaluate(({ clicks, fields }) => {
      sessionStorage.setItem('clicks', String(clicks));
      sessionStorage.setItem('fields', String(fields));
    }, before);
  }

  async stop(stop: Stop): Promise<void> {
    const seconds = (performance.now() - this.#from - this.#uncounted) / 1000;
    const { clicks, fields } = await this.#counted();
    this.walked.push({ stop, clicks, fields, seconds });
    if (shotsFolder !== undefined) {
      mkdirSync(join(shotsFolder, 'walk'), { recursive: true });
      await this.#page.mouse.move(0, 0);
      await this.#page.screenshot({ path: join(shotsFolder, 'walk', `${stop}.png`), animations: 'disabled' });
    }
    await this.#page.evaluate(() => {
      sessionStorage.removeItem('clicks');
      sessionStorage.removeItem('fields');
    });
    this.#uncounted = 0;
    this.#from = performance.now();
  }

  #counted(): Promise<{ readonly clicks: number; readonly fields: number }> {
    return this.#page.evaluate(() => ({
      clicks: Number(sessionStorage.getItem('clicks')),
      fields: Number(sessionStorage.getItem('fields')),
    }));
  }
}

test('from the first start to a linked bot and a friend who may talk, in a few clicks', async ({ page, host }) => {
  test.setTimeout(120_000);
  await using lab = await startOpenAi({ models: ['gpt-small', 'gpt-test'] });
  await using telegram = await startTelegram({ token, username: 'ada_home_bot', pollSecondMs: 20 });
  const { bot } = telegram;
  lab.script(({ lastUserText }) => ({
    kind: 'reply',
    text: lastUserText.includes('bus')
      ? 'Line 12 goes to the lake, **every half hour**.'
      : 'Good evening! All is well here.',
  }));
  const walk = new Walk(page);
  await walk.begin();
  await host.start({ settings: { timeZone: 'UTC', language: 'en', 'delivery.pacing': 0 } });
  await page.goto(host.address);
  await expect(page.getByRole('heading', { name: 'Welcome to Porchlight' })).toBeVisible();
  await walk.stop('welcome');

  await page.getByRole('button', { name: 'Begin' }).click();
  await walk.aside(async () => {
    await page.getByLabel('Service').selectOption('own');
    await page.getByLabel('Name').fill('Lab');
    await page.getByLabel('Address').fill(lab.url);
  });
  await page.getByLabel('API key').fill('sk-test');
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByLabel('Model', { exact: true }).selectOption('gpt-test');
  await page.getByRole('button', { name: 'Test' }).click();
  await expect(page.getByText(/It answered in/)).toBeVisible();
  await page.getByText(/It answered in/).scrollIntoViewIfNeeded();
  await walk.stop('model');

  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByRole('button', { name: /^Telegram/ }).click();
  await walk.aside(async () => {
    await page.getByText('My own Bot API server').click();
    await page.getByLabel('Bot API address').fill(telegram.url);
  });
  await page.getByLabel('Bot token').fill(token);
  await expect(page.getByText('@ada_home_bot').first()).toBeVisible();
  await page.getByRole('button', { name: 'Link this bot' }).click();
  await expect(page.getByText(/^up, seen \d+ s ago$/)).toBeVisible();
  await walk.stop('bot');

  bot.say({ chatId: ada.id, from: ada, text: 'Good evening!' });
  await expect(page.getByRole('button', { name: 'Yes, this is me' })).toBeVisible();
  await walk.stop('asked');
  await page.getByRole('button', { name: 'Yes, this is me' }).click();
  await hears(bot, ada.id, 'All is well here');
  await walk.stop('owner');

  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByRole('button', { name: 'Start a conversation' }).click();
  await say(page, 'Good evening');
  await expect(replies(page)).toContainText('All is well here');
  await expect(replies(page)).not.toHaveAttribute('aria-busy', 'true');
  await walk.stop('first');

  bot.say({ chatId: bob.id, from: bob, text: 'Which bus goes to the lake?' });
  await goTo(page, 'People');
  await expect(page.getByRole('article', { name: 'Bob waits' })).toBeVisible();
  await walk.stop('friend');
  await page.getByRole('article', { name: 'Bob waits' }).getByRole('button', { name: 'Allow as guest' }).click();
  await hears(bot, bob.id, 'Line 12 goes to the lake');
  await page
    .getByRole('list', { name: 'Conversations' })
    .getByRole('link', { name: /Telegram Bob/ })
    .click();
  await expect(replies(page)).toContainText('Line 12 goes to the lake');
  await walk.stop('answered');

  expect(walk.walked.map(({ stop }) => stop)).toEqual(Object.keys(stops));
  expect(walk.walked.reduce((sum, { clicks }) => sum + clicks, 0)).toBeLessThanOrEqual(14);
  if (shotsFolder !== undefined) {
    writeFileSync(join(shotsFolder, 'walk', 'walk.json'), JSON.stringify(walk.walked, undefined, 2));
  }
});
