/** The states worth a picture: where they are, and what to do before it is taken. */
import type { Page } from 'playwright-core';

export interface Picture {
  readonly path: string;
  readonly query?: string;
  readonly ready: (page: Page) => Promise<void>;
}

const shows =
  (text: string | RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByText(text).filter({ visible: true }).first().waitFor();
  };

export const pictures: Readonly<Record<string, Picture>> = {
  list: { path: '/', ready: shows(/Bee|Ada|mind/) },
  fresh: { path: '/', query: '&fresh', ready: shows(/Welcome/) },
  thread: {
    path: '/conversations/c1',
    ready: async (page) => {
      await page.getByText('A plan for the week').first().waitFor();
    },
  },
  markdown: {
    path: '/conversations/c1/2',
    ready: async (page) => {
      await page.getByText('very near').first().waitFor();
    },
  },
  waiting: { path: '/conversations/c1', query: '&waiting', ready: shows(/qwen3:8b/) },
  telegram: { path: '/conversations/c2', ready: shows('At 18:00') },
  search: {
    path: '/',
    ready: async (page) => {
      await page.getByRole('searchbox').fill('metre');
      await page.getByText(/messages? found/).waitFor();
    },
  },
  picker: {
    path: '/conversations/c1',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Model: qwen3:8b' }).click();
      await page.getByRole('option', { name: /gemma3/ }).waitFor();
    },
  },
  channels: { path: '/channels', query: '&problem', ready: shows('@bee_club_bot') },
  'add-telegram': {
    path: '/channels',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Add Telegram' }).click();
      await page.getByLabel('Bot token').fill('4711:abcdefghijklmnopqrstuvwx');
      await page.getByRole('dialog').getByText('@ada_home_bot').waitFor();
    },
  },
  remove: {
    path: '/channels',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Remove…' }).first().click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  'channels-webhook': {
    path: '/channels',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Remove the webhook…' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  'pause-menu': {
    path: '/channels',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Pause everything' }).click();
      await page.getByRole('menuitem', { name: 'Until tomorrow' }).waitFor();
    },
  },
  'pause-chosen': {
    path: '/conversations/c2',
    ready: async (page) => {
      const button = page.getByRole('button', { name: 'Pause replies here' });
      await button.press('Enter');
      await page.getByRole('menuitem', { name: 'For 1 hour' }).press('Escape');
      await page.getByRole('menu').waitFor({ state: 'hidden' });
      await button.and(page.locator(':focus')).press('Enter');
      await page.getByRole('menuitem', { name: 'For 1 hour' }).press('ArrowDown');
      await page.getByRole('menuitem', { name: 'Until tomorrow' }).and(page.locator(':focus')).press('Enter');
      await page.getByText('Paused until tomorrow.').waitFor();
    },
  },
  group: {
    path: '/conversations/c20',
    ready: async (page) => {
      await page.getByRole('button', { name: 'edited' }).click();
      await page.getByText('full mon?').waitFor();
      await page.getByRole('img', { name: 'Photo' }).waitFor();
    },
  },
  paused: { path: '/', query: '&paused', ready: shows(/All replies are paused/) },
  people: { path: '/people', ready: shows('Cheap watches') },
  'people-empty': { path: '/people', query: '&quiet', ready: shows(/Nobody has written yet/) },
  'people-owner': {
    path: '/people',
    ready: async (page) => {
      await page.getByLabel('Role of Linus').selectOption('owner');
      await page.getByRole('alertdialog').waitFor();
    },
  },
  'people-forget': {
    path: '/people',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Forget Linus' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  undelivered: { path: '/undelivered', ready: shows('Please read these') },
  'undelivered-empty': { path: '/undelivered', query: '&quiet', ready: shows(/has been delivered/) },
  usage: { path: '/usage', ready: shows('By model') },
  'usage-full': { path: '/usage', query: '&full', ready: shows(/Limit reached/) },
  'usage-empty': { path: '/usage', query: '&quiet', ready: shows(/No model was asked/) },
  'usage-limits': {
    path: '/usage',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Set a token limit' }).click();
      await page.getByLabel('Tokens a day').waitFor();
    },
  },
  'usage-table': {
    path: '/usage',
    ready: async (page) => {
      await page.getByText('As a table').click();
      await page.getByRole('table').first().waitFor();
      await page.getByRole('button', { name: 'Tokens' }).click();
    },
  },
  price: {
    path: '/usage',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Enter its price' }).click();
      await page.getByRole('dialog').getByLabel(/read/).fill('cheap');
    },
  },
  models: {
    path: '/models',
    ready: async (page) => {
      await page.getByRole('article', { name: 'Ollama' }).getByRole('button', { name: 'Test' }).click();
      await page.getByText(/It answered in/).waitFor();
    },
  },
  'add-provider': {
    path: '/models',
    query: '&bad',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Add a provider' }).click();
      await page.getByRole('button', { name: 'Connect' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Test' }).click();
      await page.getByText('ECONNREFUSED').waitFor();
    },
  },
  settings: {
    path: '/settings',
    ready: async (page) => {
      await page.getByLabel('Appearance').waitFor();
    },
  },
  'setup-model': { path: '/setup/model', query: '&fresh&ollama', ready: shows(/Ollama is running here/) },
  'setup-link': { path: '/setup/link', query: '&fresh', ready: shows(/Where else/) },
  'setup-telegram': {
    path: '/setup/link',
    query: '&fresh',
    ready: async (page) => {
      await page.getByRole('button', { name: /^Telegram/ }).click();
      await page.getByText(/BotFather/).waitFor();
    },
  },
  'setup-done': { path: '/setup/done', query: '&fresh', ready: shows(/light is on/) },
};
