import { expect } from '@playwright/test';
import { startOpenAi } from '../emulators/openai/server.ts';
import { picture, replies, say, stepped, test } from './web.ts';

test('a new user opens the printed address, and the practice model answers after four clicks', async ({
  page,
  host,
}) => {
  await host.start();
  await page.goto(host.address);
  await expect(page.getByRole('heading', { name: 'Welcome to Porchlight' })).toBeVisible();
  expect(page.url()).not.toContain(host.ready.token);
  expect(page.url()).not.toContain('token=');
  expect(await page.evaluate(() => document.title)).toContain('Porchlight');
  await picture(page, 'setup-welcome');

  await page.getByRole('button', { name: 'Begin' }).click();
  await expect(page.getByRole('heading', { name: 'Choose who answers' })).toBeVisible();
  await expect(page.getByText(/Ollama is (not )?running here/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Next', exact: true })).toBeDisabled();
  await picture(page, 'setup-model');
  await page.getByRole('button', { name: 'Start with the practice model' }).click();
  await expect(page.getByRole('heading', { name: 'Where else shall it answer?' })).toBeVisible();
  await picture(page, 'setup-link');
  await page.getByRole('button', { name: 'Not now' }).click();
  await expect(page.getByRole('heading', { name: 'The light is on' })).toBeVisible();
  await picture(page, 'setup-done');
  await page.getByRole('button', { name: 'Start a conversation' }).click();
  await expect(page.getByRole('heading', { name: 'What is on your mind?' })).toBeVisible();
  await picture(page, 'conversation-new');

  const lengths = await page.evaluateHandle(() => {
    const seen = new Set<number>();
    new MutationObserver(() => {
      const reply = document.querySelector<HTMLElement>('article.answer');
      if (reply) seen.add(reply.innerText.length);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    return seen;
  });
  await say(page, 'Good evening');
  await expect(replies(page)).toContainText('You wrote: Good evening');
  await expect(replies(page)).not.toHaveAttribute('aria-busy', 'true');
  expect(await lengths.evaluate((seen) => seen.size), 'lengths of the reply while it was written').toBeGreaterThan(5);
  await say(page, 'markdown');
  await expect(replies(page).last().getByRole('table')).toBeVisible();
  await expect(replies(page).last()).not.toHaveAttribute('aria-busy', 'true');
  await picture(page, 'conversation-markdown');

  // A later visit with the bare address is in the same tab's session: no key is asked for, and no setup is shown again.
  await page.goto(host.ready.url);
  await expect(page.getByRole('heading', { name: 'What is on your mind?' })).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Good evening' })).toBeVisible();
});

test('setup connects an OpenAI-compatible server: a wrong key is named, Next opens only after a real answer', async ({
  page,
  host,
}) => {
  await using lab = await startOpenAi({ keys: ['sk-right'], models: ['gpt-small', 'gpt-test'] });
  await host.start();
  await page.goto(`${host.ready.url}#token=${host.ready.token}`);
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByLabel('Service').selectOption('own');
  await page.getByLabel('Name').fill('Lab');
  await page.getByLabel('Address').fill(`${lab.url}/`);
  await page.getByLabel('API key').fill('sk-wrong');
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('note')).toContainText('Lab refused the key. Check that it was copied whole');
  await expect(page.getByRole('button', { name: 'Next', exact: true })).toBeDisabled();
  await picture(page, 'setup-model-key-refused');

  await page.getByLabel('API key').fill('sk-right');
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByLabel('Model').selectOption('gpt-test');
  lab.next({ kind: 'status', status: 500 });
  await page.getByRole('button', { name: 'Test' }).click();
  await expect(page.getByText('Lab is overloaded or has a fault of its own. Test it again in a moment.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Next', exact: true })).toBeDisabled();
  await page.getByRole('button', { name: 'Test again' }).click();
  await expect(page.getByText(/It answered in .*: “echo: /)).toBeVisible();
  await picture(page, 'setup-model-answered');
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByRole('button', { name: 'Not now' }).click();
  await page.getByRole('button', { name: 'Start a conversation' }).click();

  const asked = lab.chats.length;
  const { reply, next } = stepped('It is ', 'a fine ', 'evening.');
  lab.next(reply);
  await say(page, 'How is it out there?');
  await expect(replies(page)).toHaveText(/^It is/);
  await expect(page.getByRole('listitem').filter({ hasText: 'How is it out there?' })).toBeVisible();
  next();
  await expect(replies(page)).toHaveText(/^It is a fine/);
  await expect(replies(page)).toHaveAttribute('aria-busy', 'true');
  next();
  await expect(replies(page)).toContainText('It is a fine evening.');
  await expect(replies(page)).not.toHaveAttribute('aria-busy', 'true');
  await expect(replies(page)).toContainText('gpt-test');
  expect(lab.chats).toHaveLength(asked + 1);
  expect(await page.content()).not.toContain('sk-right');
});
