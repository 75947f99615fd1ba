/* The menu of a right click. Where it is drawn is the system's; what is in it and what it does is ours. */
import { expect } from '@playwright/test';
import { type Running, talk, test } from './desktop-app.ts';

function entries(running: Running): Promise<readonly (readonly [string, boolean])[] | undefined> {
  return running.app.evaluate(() =>
    standInRecord.popups
      .at(-1)
      ?.items.filter(({ type }) => type !== 'separator')
      .map(({ label, enabled }) => [label, enabled] as const),
  );
}

function choose(running: Running, label: string): Promise<void> {
  return running.app.evaluate((_electron, wanted) => {
    const item = standInRecord.popups.at(-1)?.items.find((each) => each.label === wanted);
    if (!item) throw new Error(`The menu has no ${wanted}.`);
    item.click();
  }, label);
}

test(
  'a right click into the message offers what can be done with its text, and does it',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const running = await desktop.start();
    const page = await running.page();
    await talk(page, 'a word to copy');
    const box = page.getByRole('textbox', { name: 'Message' });
    await box.fill('tea and cake');
    await box.click({ button: 'right' });
    const unmarked = [
      ['Cut', false],
      ['Copy', false],
      ['Paste', true],
      ['Select All', true],
    ];
    await expect.poll(() => entries(running)).toEqual(unmarked);

    await choose(running, 'Select All');
    await expect
      .poll(() => box.evaluate((field: HTMLTextAreaElement) => field.selectionEnd - field.selectionStart))
      .toBe(12);
    await box.click({ button: 'right' });
    await expect.poll(() => entries(running)).toEqual(unmarked.map(([label]) => [label, true]));
    await choose(running, 'Cut');
    await expect(box).toHaveValue('');
    await choose(running, 'Paste');
    await expect(box).toHaveValue('tea and cake');
  },
);

test(
  'marked text can be copied, and where there is no text there is no menu',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const running = await desktop.start();
    const page = await running.page();
    await talk(page, 'a word to copy');
    await page.getByRole('link', { name: 'Settings' }).click({ button: 'right' });
    const reply = page.getByRole('article', { name: 'Reply' });
    await reply.getByText('You wrote').selectText();
    await reply.getByText('You wrote').click({ button: 'right' });
    await expect
      .poll(() => entries(running))
      .toEqual([
        ['Copy', true],
        ['Select All', true],
      ]);
    expect(await running.app.evaluate(() => standInRecord.popups.length)).toBe(1);
  },
);
