/** Tools, servers, memory and schedules in the states worth a picture. */
import type { Page } from 'playwright-core';
import type { Picture } from './pictures.ts';

const shows =
  (text: string | RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByText(text).filter({ visible: true }).first().waitFor();
  };

const wide = 760;

/** On a narrow window a note is opened from the list; on a wide one the first stands beside it. */
async function openNote(page: Page): Promise<void> {
  await page.getByRole('link', { name: /What matters most/ }).click();
  await page.getByRole('textbox', { name: 'Text of MEMORY.md' }).waitFor();
}

export const toolPictures: Readonly<Record<string, Picture>> = {
  'tools-all': {
    path: '/tools',
    ready: async (page) => {
      await page.getByText('write_file').first().waitFor();
      await page.getByRole('group', { name: 'Remember: permission' }).getByRole('button', { name: 'Ask' }).click();
      await page.getByText('Remember asks you first.').waitFor();
    },
  },
  'tools-empty': { path: '/tools', query: '&quiet', ready: shows('Read a web page') },
  'tools-failing': { path: '/tools', query: '&refuse=tools.list', ready: shows(/space/) },
  'tools-search': {
    path: '/tools',
    ready: async (page) => {
      await page.getByRole('searchbox', { name: 'Search tools' }).fill('folders');
      await page.getByText('list_directory').waitFor();
    },
  },
  servers: {
    path: '/tools/servers',
    ready: async (page) => {
      await page.getByText('2 tools are left out').click();
      await page.getByText('it only runs as a long task').waitFor();
    },
  },
  'servers-empty': { path: '/tools/servers', query: '&quiet', ready: shows(/No server yet/) },
  'servers-failing': { path: '/tools/servers', query: '&refuse=mcp.list', ready: shows(/space/) },
  'servers-log': {
    path: '/tools/servers',
    ready: async (page) => {
      await page.getByRole('article', { name: 'files' }).getByRole('button', { name: 'Log' }).click();
      await page.getByText('request 39').waitFor();
    },
  },
  'servers-add': {
    path: '/tools/servers',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Add a server' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name', { exact: true }).fill('search');
      await dialog.getByLabel('Command').fill('npx -y @example/search-server');
      await dialog.getByRole('button', { name: 'Move them' }).click();
      await dialog.getByRole('button', { name: 'Add a variable' }).click();
      await dialog.getByLabel('Name 1').fill('API_KEY');
      await dialog.getByText('Enter its value').waitFor();
    },
  },
  'servers-edit': {
    path: '/tools/servers',
    ready: async (page) => {
      await page.getByRole('article', { name: 'Calendar' }).getByRole('button', { name: 'Edit' }).click();
      await page.getByRole('dialog').getByPlaceholder('kept, ends in 9f3c').waitFor();
    },
  },
  'servers-remove': {
    path: '/tools/servers',
    ready: async (page) => {
      await page.getByRole('article', { name: 'Weather' }).getByRole('button', { name: 'Remove…' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  memory: { path: '/tools/memory', ready: shows('What matters most') },
  'memory-note': { path: '/tools/memory/MEMORY.md', ready: shows('Everything is saved.') },
  'memory-empty': { path: '/tools/memory', query: '&quiet', ready: shows(/Nothing is remembered yet/) },
  'memory-failing': { path: '/tools/memory', query: '&refuse=memory.get', ready: shows(/space/) },
  'memory-conflict': {
    path: '/tools/memory',
    query: '&conflict',
    ready: async (page) => {
      await openNote(page);
      const text = page.getByRole('textbox', { name: 'Text of MEMORY.md' });
      await text.fill('# About me\n\n- Ada, lives in Porto\n');
      await text.press('Control+s');
      await page.getByRole('button', { name: 'Keep mine' }).waitFor();
      await page.getByText('What stands there now').click();
    },
  },
  'memory-aside': {
    path: '/tools/memory/MEMORY.conflict-2026-11-22-1904-12345.md',
    ready: shows('What was kept aside'),
  },
  'memory-new': {
    path: '/tools/memory',
    ready: async (page) => {
      await page.getByRole('button', { name: 'New note' }).click();
      await page.getByLabel('Name of the note').fill('recipes');
      await page.getByRole('button', { name: 'Make it' }).click();
      await page.getByText('There is a note called recipes.md').waitFor();
    },
  },
  'memory-remove': {
    path: '/tools/memory/recipes.md',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Delete recipes.md' }).click();
      await page.getByText('knows nothing of it any more').waitFor();
    },
  },
  'memory-search': {
    path: '/tools/memory',
    ready: async (page) => {
      await page.getByRole('searchbox', { name: 'Search the memory' }).fill('hives');
      await page.getByText('places found').waitFor();
      await page
        .getByRole('link', { name: /Moved before winter|The hives stand/ })
        .first()
        .click();
      await page.getByRole('textbox', { name: 'Text of MEMORY.md' }).and(page.locator(':focus')).waitFor();
      if ((page.viewportSize()?.width ?? 0) >= wide) await page.getByText('places found').waitFor();
    },
  },
  schedules: { path: '/tools/schedules', ready: shows('Good morning') },
  'schedules-empty': { path: '/tools/schedules', query: '&quiet', ready: shows(/Nothing is planned/) },
  'schedules-failing': { path: '/tools/schedules', query: '&refuse=schedules.list', ready: shows(/space/) },
  'schedules-add': {
    path: '/tools/schedules',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Add a schedule' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('Good night');
      await dialog.getByLabel('What to say').fill('What did I learn today?');
      await dialog.getByLabel('When', { exact: true }).selectOption('weekly');
      await dialog.getByRole('button', { name: 'Wednesday' }).click();
      await dialog.getByText('0 8 * * 1,3').waitFor();
    },
  },
  'schedules-wrong': {
    path: '/tools/schedules',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Add a schedule' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('When', { exact: true }).selectOption('cron');
      await dialog.getByLabel('Expression', { exact: true }).fill('0 8 32 *');
      await dialog.getByText('The third field').waitFor();
      await dialog.getByText('The third field').scrollIntoViewIfNeeded();
    },
  },
  'schedules-more': {
    path: '/tools/schedules',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Edit Look at the hives' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Time zone, quiet hours').click();
      await dialog.getByLabel('When a time was missed').scrollIntoViewIfNeeded();
    },
  },
  'schedules-cron': {
    path: '/tools/schedules',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Add a schedule' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('When', { exact: true }).selectOption('cron');
      await dialog.getByLabel('Expression', { exact: true }).fill('every day');
      await dialog.getByRole('status').locator('.field-trouble').waitFor();
      await dialog.getByRole('status').scrollIntoViewIfNeeded();
    },
  },
  'schedules-runs': {
    path: '/tools/schedules',
    ready: async (page) => {
      await page.getByRole('button', { name: 'History of Good morning' }).click();
      await page.getByText('left out').waitFor();
    },
  },
  'schedules-pause': {
    path: '/tools/schedules',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Pause Good morning' }).press('Enter');
      await page.getByRole('menuitem', { name: 'For 1 hour' }).press('Enter');
      await page.getByText(/Good morning is paused/).waitFor();
    },
  },
};
