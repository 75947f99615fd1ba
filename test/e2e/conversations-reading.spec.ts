import { expect, type Page } from '@playwright/test';
import { startOpenAi, type OpenAiEmulator } from '../emulators/openai/server.ts';
import { expectAccessible, type HeadlessHost, openWindow, picture, replies, say, stepped, test } from './web.ts';

async function startWith(host: HeadlessHost, lab: OpenAiEmulator): Promise<void> {
  await host.start({
    providers: [{ id: 'lab', kind: 'openai', name: 'Lab', baseUrl: lab.url, apiKey: 'sk-test' }],
    models: { default: 'lab/gpt-test' },
    settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' },
  });
}

const program = [
  'export async function light(lamp: Lamp, at: Date): Promise<void> {',
  '  // The porch is dark until somebody comes home.',
  `  await lamp.set({ on: true, colour: 'warm', brightness: 0.8, reason: \`${'somebody is at the door '.repeat(8)}\` });`,
  '}',
].join('\n');

const thread = (page: Page) => page.getByRole('region', { name: 'Messages' });

test('code has its colours and its language, is copied as it is, and its long lines scroll by themselves', async ({
  page,
  host,
  context,
}) => {
  await using lab = await startOpenAi();
  await startWith(host, lab);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openWindow(page, host);
  lab.next({
    kind: 'reply',
    text: `Like this:\n\`\`\`ts\n${program}\n\`\`\`\nAnd in a shell:\n\n\`\`\`bash\necho "on" > /dev/lamp\n\`\`\``,
  });
  await say(page, 'How do I light the porch?');
  const code = replies(page).locator('figure').first();
  await expect(code.locator('.hl-keyword').first()).toHaveText('export');
  await expect(code.locator('figcaption')).toContainText('ts');
  await expect(replies(page).locator('figure').last().locator('.hl-built_in')).toHaveText('echo');
  const widths = await code.locator('pre').evaluate((pre) => [pre.scrollWidth, pre.clientWidth]);
  expect(widths[0]).toBeGreaterThan((widths[1] ?? 0) + 100);
  const page_ = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(page_[0]).toBe(page_[1]);
  await code.getByRole('button', { name: 'Copy code' }).click();
  await expect(code.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(program);
  await picture(page, 'conversation-code');
  await expectAccessible(page);
});

test('what a model writes stays text: no element, request or style of its own comes of it', async ({ page, host }) => {
  await using lab = await startOpenAi();
  await startWith(host, lab);
  await openWindow(page, host);
  const hostile = [
    '<script>document.title = "taken"</script><style>* { display: none }</style>',
    '<img src="https://example.org/x.png" onerror="document.title = 1"> ![p](https://example.org/p.png)',
    '[run](javascript:alert(1)) [data](data:text/html,<b>x</b>) [page](https://example.org)',
    '```html\n<script>document.title = "taken"</script>\n```',
    `${'>'.repeat(3_000)} deep`,
    `${'\u202e'}drawkcab ${'\u0301'.repeat(300)} ${'W'.repeat(5_000)}`,
    '[there]: https://example.org/there\n\nSee [there].',
  ].join('\n\n');
  lab.next({ kind: 'reply', text: hostile });
  await say(page, 'Go on');
  await expect(replies(page).getByRole('link', { name: 'there' })).toHaveAttribute('href', 'https://example.org/there');
  await expect(replies(page).locator('img, script, style, iframe')).toHaveCount(0);
  expect(await page.title()).toBe('Porchlight');
  const links = await replies(page)
    .locator('a')
    .evaluateAll((all) => all.map((each) => each.getAttribute('href')));
  expect(links.every((href) => href?.startsWith('https://example.org'))).toBe(true);
  const wider = await thread(page).evaluate((box) => box.scrollWidth > box.clientWidth);
  expect(wider, 'a long word widens nothing').toBe(false);
});

test('whoever reads further up is left there while a reply grows, and is told what came', async ({ page, host }) => {
  await using lab = await startOpenAi();
  await startWith(host, lab);
  await openWindow(page, host);
  lab.next({
    kind: 'reply',
    text: Array.from({ length: 60 }, (_, n) => `Paragraph ${String(n)} of the first reply.`).join('\n\n'),
  });
  await say(page, 'Tell me much');
  await expect(replies(page)).toContainText('Paragraph 59');
  const pieces = Array.from({ length: 12 }, (_, n) => `Line ${String(n)} of the second.\n\n`);
  const { reply, next } = stepped(...pieces);
  lab.next(reply);
  await say(page, 'And more');
  await expect(replies(page).last()).toContainText('Line 0');
  // At the end it follows.
  for (const at of [1, 2, 3, 4, 5]) {
    next();
    await expect(replies(page).last()).toContainText(`Line ${String(at)} of`);
  }
  await expect(replies(page).last().getByText('Line 5 of the second.')).toBeInViewport();
  await expect(page.getByRole('button', { name: 'Latest' })).toBeHidden();

  const mark = replies(page).first().getByText('Paragraph 30 of the first reply.');
  await mark.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await expect(page.getByRole('button', { name: 'Latest' })).toBeVisible();
  await page.waitForFunction(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))),
  );
  const before = (await mark.boundingBox())?.y;
  for (let at = 6; at < pieces.length; at += 1) next();
  await expect(page.getByRole('button', { name: '1 new message' })).toBeVisible();
  expect(
    Math.abs(((await mark.boundingBox())?.y ?? 0) - (before ?? 0)),
    'pixels that the reader was moved',
  ).toBeLessThan(2);
  await picture(page, 'conversation-new-below');
  await page.getByRole('button', { name: '1 new message' }).click();
  await expect(replies(page).last().getByText('Line 11 of the second.')).toBeInViewport();
  await expect(page.getByRole('button', { name: /Latest|new message/ })).toBeHidden();
});

test('a message of one’s own is copied, and says when it was written', async ({ page, host, context }) => {
  await using lab = await startOpenAi();
  await startWith(host, lab);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openWindow(page, host);
  await say(page, 'Remember the milk');
  const mine = page.getByRole('article', { name: 'You wrote' });
  await expect(mine.locator('time')).toHaveText(/^\d\d:\d\d$/);
  await mine.hover();
  await mine.getByRole('button', { name: 'Copy' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('Remember the milk');
});
