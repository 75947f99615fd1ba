import { expect, type Page } from '@playwright/test';
import { gate } from '../emulators/lib/gate.ts';
import { startOllama } from '../emulators/ollama/server.ts';
import { expectAccessible, goTo, openWindow, picture, replies, say, test } from './web.ts';

const size = 4_000_000_000;
const library = [
  { name: 'new:1b', size },
  { name: 'big:70b', size: 40_000_000_000 },
];

const fileFor = (url: string): unknown => ({
  providers: [{ id: 'home', kind: 'ollama', name: 'Home', baseUrl: url }],
  settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' },
});

const onItsWay = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Being loaded' }).getByRole('listitem').filter({ hasText: name });

async function get(page: Page, name: string): Promise<void> {
  await page.getByRole('article', { name: 'Home' }).getByRole('button', { name: 'Get a model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Get a model for Home' });
  await dialog.getByLabel('Name of the model').fill(name);
  await dialog.getByLabel('Name of the model').press('Enter');
  await expect(dialog).toBeHidden();
}

// The page tells of the connection that went with the host.
test.use({ expectedNoise: /ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/ });

test('a model is loaded: seen from every screen, stopped, gone on with after the program was cut off, taken as the default', async ({
  page,
  host,
}) => {
  const steps = [gate(), gate(), gate(), gate(), gate()];
  await using ollama = await startOllama({ models: [], library });
  ollama.gatePulls(steps.map(({ promise }) => promise));
  await host.start(fileFor(ollama.url));
  await openWindow(page, host);
  await goTo(page, 'Models');
  await expect(page.getByRole('article', { name: 'Home' })).toContainText('There is no model on this server yet.');

  await test.step('a name that cannot be one is said before anything is asked', async () => {
    await page.getByRole('button', { name: 'Get a model' }).click();
    const dialog = page.getByRole('dialog', { name: 'Get a model for Home' });
    await dialog.getByLabel('Name of the model').fill('new 1b');
    await expect(dialog.getByText('such as qwen3:8b.')).toBeVisible();
    await expect(dialog.getByRole('button', { name: 'Get it' })).toBeDisabled();
    await expectAccessible(page);
    await picture(page, 'models-get');
    await page.keyboard.press('Escape');
  });

  await test.step('it goes on, and every screen shows how far it is', async () => {
    await get(page, 'ollama pull new:1b');
    await expect(onItsWay(page, 'new:1b')).toContainText('Asking for it…');
    steps[0]?.open();
    steps[1]?.open();
    await expect(onItsWay(page, 'new:1b')).toContainText('1 GB of 4 GB');
    await goTo(page, 'Usage');
    const line = page.getByRole('link', { name: /Loading new:1b/ });
    await expect(line).toContainText('25 %');
    await expect(line.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
    await picture(page, 'models-loading-elsewhere');
    await page.reload();
    await expect(line).toContainText('25 %');
    await line.click();
    await expect(page.getByRole('heading', { name: 'Models', exact: true })).toBeVisible();
  });

  await test.step('stopped it keeps what it has; the server is told', async () => {
    await onItsWay(page, 'new:1b').getByRole('button', { name: 'Stop' }).click();
    await expect(onItsWay(page, 'new:1b')).toContainText('Stopped at 25 %. What was loaded is kept.');
    await ollama.waitFor(({ path, aborted }) => path === '/api/pull' && aborted);
    await expect(page.getByRole('link', { name: /Loading new:1b/ })).toBeHidden();
    await picture(page, 'models-stopped');
  });

  await test.step('resumed and cut off with the program, it waits to be resumed once more', async () => {
    await onItsWay(page, 'new:1b').getByRole('button', { name: 'Resume' }).click();
    await expect(onItsWay(page, 'new:1b')).toContainText('1 GB of 4 GB');
    steps[2]?.open();
    await expect(onItsWay(page, 'new:1b')).toContainText('2 GB of 4 GB');
    await host.kill();
    await host.startAgain();
    await expect(onItsWay(page, 'new:1b')).toContainText('Stopped. What was loaded is kept.', { timeout: 20_000 });
    await onItsWay(page, 'new:1b').getByRole('button', { name: 'Resume' }).click();
    await expect(onItsWay(page, 'new:1b')).toContainText('2 GB of 4 GB');
  });

  await test.step('there, it is offered as the default, and answers', async () => {
    steps[3]?.open();
    steps[4]?.open();
    const toast = page.locator('.toast');
    await expect(toast).toContainText('new:1b is there.');
    await expect(page.getByRole('article', { name: 'Home' })).toContainText('1 model');
    await toast.getByRole('button', { name: 'Make it the default' }).click();
    await onItsWay(page, 'new:1b').getByRole('button', { name: 'Take new:1b from the list' }).click();
    await expect(page.getByRole('list', { name: 'Being loaded' })).toBeHidden();
    await page.getByRole('link', { name: 'New conversation' }).first().click();
    await say(page, 'hello');
    await expect(replies(page)).toContainText('echo: hello');
  });
});

test('what does not work is said in words, and what is on the disk is deleted only after a question', async ({
  page,
  host,
}) => {
  await using ollama = await startOllama({ models: [{ name: 'old:8b', size }], library });
  await host.start(fileFor(ollama.url));
  await openWindow(page, host);
  await goTo(page, 'Models');
  await get(page, 'nope');
  await expect(onItsWay(page, 'nope')).toContainText('There is no model called nope to be loaded.');
  ollama.failPulls({ kind: 'broken', afterSteps: 2, error: 'write blob: no space left on device' });
  await get(page, 'big:70b');
  await expect(onItsWay(page, 'big:70b')).toContainText('There is no room left for big:70b on the disk of Home.');
  await expect(page.locator('.pull-line')).toContainText('could not be loaded');
  await picture(page, 'models-failed');
  await expectAccessible(page);
  await onItsWay(page, 'big:70b').getByRole('button', { name: 'Resume' }).click();
  await expect(onItsWay(page, 'big:70b')).toContainText('It is there.');

  await page.getByText(/2 models on its disk/).click();
  await page.getByRole('button', { name: 'Delete old:8b' }).click();
  const question = page.getByRole('alertdialog', { name: 'Delete old:8b?' });
  await expect(question).toContainText('which gives 4 GB back');
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(ollama.models.find('old:8b')).toBeDefined();
  await page.getByRole('button', { name: 'Delete old:8b' }).click();
  await question.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText(/1 model on its disk/)).toBeVisible();
  expect(ollama.models.find('old:8b')).toBeUndefined();
});
