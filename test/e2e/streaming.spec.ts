import { expect } from '@playwright/test';
import { startOpenAi, type OpenAiEmulator } from '../emulators/openai/server.ts';
import { type HeadlessHost, openWindow, picture, replies, say, stepped, test } from './web.ts';

/** A host whose window answers with the emulator's model, set up by its file. */
async function startWith(host: HeadlessHost, lab: OpenAiEmulator): Promise<void> {
  await host.start({
    providers: [{ id: 'lab', kind: 'openai', name: 'Lab', baseUrl: lab.url, apiKey: 'sk-test' }],
    models: { default: 'lab/gpt-test' },
    settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' },
  });
}

test('tokens are shown as they come, Stop keeps what was written, and Retry answers anew', async ({ page, host }) => {
  await using lab = await startOpenAi();
  await startWith(host, lab);
  await openWindow(page, host);
  const { reply, next } = stepped('**One**, ', 'two, ', 'never three.');
  lab.next(reply);
  await say(page, 'Count');
  await expect(replies(page).getByText('One', { exact: true })).toHaveRole('strong');
  next();
  await expect(replies(page)).toHaveText(/^One, two,/);
  await picture(page, 'conversation-streaming');
  await page.getByRole('button', { name: 'Stop the reply' }).click();
  await expect(page.getByText('Stopped. What was written so far is kept.')).toBeVisible();
  await expect(replies(page)).toContainText('One, two,');
  await expect(page.getByRole('button', { name: 'Stop the reply' })).toBeHidden();
  const stopped = await lab.waitFor(({ aborted }) => aborted, { timeoutMs: 5000 });
  expect(stopped.path).toBe('/v1/chat/completions');
  await picture(page, 'conversation-stopped');

  lab.next({ kind: 'reply', text: 'One, two, three.' });
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(replies(page).last()).toContainText('One, two, three.');
  await expect(page.getByText('Stopped.')).toBeHidden();
  await expect(replies(page).first()).toContainText('answered again below');
  expect(lab.chats).toHaveLength(2);
  // Escape is the key for Stop.
  const again = stepped('Once more ', 'and again.');
  lab.next(again.reply);
  await say(page, 'Again');
  await expect(replies(page).last()).toContainText('Once more');
  await page.keyboard.press('Escape');
  await expect(page.getByText('Stopped. What was written so far is kept.')).toBeVisible();
});

test('a reply goes on while another conversation is open, and while the page is reloaded; nothing of it is lost', async ({
  page,
  host,
}) => {
  await using lab = await startOpenAi();
  await startWith(host, lab);
  await openWindow(page, host);
  const { reply, next } = stepped('One ', 'two ', 'three ', 'four ', 'five.');
  lab.next(reply);
  await say(page, 'Count slowly');
  await expect(replies(page)).toHaveText(/^One/);

  await page.getByRole('link', { name: 'New conversation' }).click();
  await say(page, 'Something else');
  await expect(replies(page)).toContainText('echo: Something else');
  next();
  const row = page.getByRole('listitem').filter({ hasText: 'Count slowly' });
  await expect(row.getByRole('img', { name: 'A reply is being written' })).toBeVisible();
  await row.getByRole('link').click();
  await expect(replies(page)).toHaveText(/^One two/);
  next();
  await expect(replies(page)).toHaveText(/^One two three/);

  await page.reload();
  await expect(replies(page)).toHaveText(/^One two three/);
  await expect(replies(page)).toHaveAttribute('aria-busy', 'true');
  next();
  await expect(replies(page)).toHaveText(/^One two three four/);
  next();
  await expect(replies(page)).toContainText('One two three four five.');
  await expect(replies(page)).not.toHaveAttribute('aria-busy', 'true');
  await expect(replies(page)).toHaveCount(1);
  expect(lab.chats).toHaveLength(2);
});

test('a model that fails is a sentence with its next step in the thread, and Retry answers', async ({ page, host }) => {
  await using lab = await startOpenAi();
  await startWith(host, lab);
  await openWindow(page, host);
  // Asked once more with less, which is too much as well.
  lab.next({ kind: 'overflow' }, { kind: 'overflow' });
  await say(page, 'too much');
  await expect(page.getByRole('article', { name: 'Note' })).toContainText(
    'The conversation is longer than gpt-test can read. It is kept; start afresh with /new, or choose a model with a larger context.',
  );
  lab.next({ kind: 'stall', after: 2, pieces: ['Only ', 'half ', 'of it'] });
  await say(page, 'halfway');
  await expect(replies(page)).toHaveText(/^Only half/);
  await page.getByRole('button', { name: 'Stop the reply' }).click();
  lab.next({ kind: 'quota' });
  await say(page, 'and now');
  const quota =
    'The account at Lab has no credit or quota left. Your message is kept; check the account, or choose another model.';
  await expect(page.getByRole('article', { name: 'Note' }).last()).toContainText(quota);
  await expect(page.getByRole('main').getByText(quota)).toHaveCount(1);
  await picture(page, 'conversation-failed');
  await page.getByRole('link', { name: 'Open Models' }).click();
  await expect(page.getByRole('article', { name: 'Lab' })).toContainText('key …test');
  await page.getByRole('article', { name: 'Lab' }).getByRole('button', { name: 'Test' }).click();
  await expect(page.getByText(/It answered in/)).toBeVisible();
  await picture(page, 'models');
  await page
    .getByRole('listitem')
    .getByRole('link', { name: /too much/ })
    .click();
  await page.getByRole('article', { name: 'Note' }).last().getByRole('button', { name: 'Retry' }).click();
  await expect(replies(page).last()).toContainText('echo: and now');
  const superseded = page.getByRole('article', { name: 'Note' }).filter({ hasText: quota });
  await expect(superseded).toContainText('answered again below');
  await expect(superseded.getByRole('button')).toHaveCount(0);
});
