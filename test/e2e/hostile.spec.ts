import { expect, type Page } from '@playwright/test';
import { startOpenAi } from '../emulators/openai/server.ts';
import { hostile } from '../lib/hostile.ts';
import { openWindow, picture, replies, say, test } from './web.ts';

/** Bytes that arrive together. */
const piece = 4_096;

function pieces(text: string): readonly string[] {
  const cut: string[] = [];
  for (let from = 0; from < text.length; from += piece) cut.push(text.slice(from, from + piece));
  return cut;
}

/** What stands in a reply that no reply is made of, and where its links lead to besides the web and mail. */
function foreign(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const elements =
      'script, style, link, meta, base, iframe, object, embed, form, img, video, audio, math, use, [style]';
    const found = [...document.querySelectorAll('.thread-rows .markdown')].flatMap((reply) => [
      ...[...reply.querySelectorAll(elements)].map((element) => element.tagName),
      ...[...reply.querySelectorAll<HTMLAnchorElement>('a')]
        .filter((link) => !/^(?:https?|mailto):$/.test(link.protocol) || link.target !== '_blank')
        .map((link) => link.outerHTML.slice(0, 200)),
    ]);
    return 'hurt' in globalThis ? [...found, 'something was run'] : found;
  });
}

/** The columns that must not be scrolled sideways. */
function tooWide(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('html, .thread-scroll, .list')]
      .filter((box) => box.scrollWidth > box.clientWidth)
      .map((box) => box.className || box.tagName),
  );
}

test('whatever a model says is words: nothing runs, nothing is fetched, nothing is pushed aside, and one can go on', async ({
  page,
  host,
}) => {
  test.setTimeout(180_000);
  await using lab = await startOpenAi();
  await host.start({
    providers: [{ id: 'lab', kind: 'openai', name: 'Lab', baseUrl: lab.url, apiKey: 'sk-test' }],
    models: { default: 'lab/gpt-test' },
    settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' },
  });
  await openWindow(page, host);
  const abouts = Object.keys(hostile);
  for (const [index, about] of abouts.entries()) {
    await test.step(about, async () => {
      lab.next({ kind: 'reply', pieces: pieces(hostile[about] ?? '') });
      await say(page, `${String(index)}: tell me ${about}`);
      await expect(replies(page).last()).not.toHaveAttribute('aria-busy', 'true', { timeout: 30_000 });
      await expect(page.getByRole('button', { name: 'Stop the reply' })).toBeHidden();
      expect(await foreign(page)).toEqual([]);
      expect(await tooWide(page)).toEqual([]);
      // Written while all of that stands there, and shown at once.
      const box = page.getByRole('textbox', { name: 'Message' });
      await box.pressSequentially('still here');
      await expect(box).toHaveValue('still here');
      await box.fill('');
    });
  }
  await page.reload();
  await expect(page.getByText(`${String(abouts.length - 1)}: tell me`).last()).toBeVisible();
  expect(await foreign(page)).toEqual([]);
  await picture(page, 'conversation-hostile');
});

test('a title, a preview and a hit of the search are words too', async ({ page, host }) => {
  await using lab = await startOpenAi();
  await host.start({
    providers: [{ id: 'lab', kind: 'openai', name: 'Lab', baseUrl: lab.url, apiKey: 'sk-test' }],
    models: { default: 'lab/gpt-test' },
    settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' },
  });
  await openWindow(page, host);
  const markup = '<img src=x onerror="globalThis.hurt=true"> \u202E<b>backwards</b> zandelurio';
  lab.next({ kind: 'reply', text: `${markup} \u0002<i>\u0003` });
  await say(page, markup);
  await expect(replies(page)).toContainText('backwards');
  await page.getByRole('searchbox', { name: 'Search all messages' }).fill('zandelurio');
  await expect(page.getByRole('list', { name: 'Messages found' }).getByRole('link').first()).toContainText(
    'zandelurio',
  );
  const elements = await page.locator('.sidebar').evaluate((side) => side.querySelectorAll('img, b, i, script').length);
  expect(elements).toBe(0);
  expect(await page.evaluate(() => 'hurt' in globalThis)).toBe(false);
  expect(await tooWide(page)).toEqual([]);
});
