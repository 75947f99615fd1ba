/** What the agent leaves in a conversation, and where it waits. */
import type { Page } from 'playwright-core';
import type { Picture } from './pictures.ts';

const shows =
  (text: string | RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByText(text).filter({ visible: true }).first().waitFor();
  };

export const agentPictures: Readonly<Record<string, Picture>> = {
  'agent-at-work': { path: '/conversations/c40', query: '&agent', ready: shows('Reading a web page… 1') },
  'agent-asking': { path: '/conversations/c40', query: '&agent&asking', ready: shows('Refused by itself in') },
  'agent-steps': {
    path: '/conversations/c40',
    query: '&agent',
    ready: async (page) => {
      await page.getByRole('button', { name: /^Used “Read a web page” ×2/ }).click();
      await page
        .getByRole('button', { name: /^Read a web page/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'What the model thought' }).first().click();
      await page.getByText('first 4,000').or(page.getByText('These are the first')).scrollIntoViewIfNeeded();
    },
  },
  'agent-refused': {
    path: '/conversations/c40',
    query: '&agent',
    ready: async (page) => {
      await page.getByRole('button', { name: /not allowed/ }).click();
      await page.getByText('You did not allow').waitFor();
    },
  },
  'agent-summary': {
    path: '/conversations/c40/2',
    query: '&agent',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Older messages are summed up for the model' }).click();
      await page.getByText('one of them weak').waitFor();
    },
  },
  'agent-hard': { path: '/conversations/c41', query: '&agent', ready: shows('ארכיון') },
  'agent-hard-steps': {
    path: '/conversations/c41',
    query: '&agent',
    ready: async (page) => {
      await page.getByRole('button', { name: /^Used “list_every/ }).click();
      await page
        .getByRole('button', { name: /^list_every/ })
        .first()
        .click();
      await page.getByRole('button', { name: /^Recall/ }).click();
      await page.getByText('נתיב').scrollIntoViewIfNeeded();
    },
  },
  'agent-hard-result': {
    path: '/conversations/c41',
    query: '&agent',
    ready: async (page) => {
      await page.getByRole('button', { name: /^Used “list_every/ }).click();
      await page.getByRole('button', { name: /^Read a web page/ }).click();
      await page.getByRole('button', { name: /^unknown|made_up/ }).scrollIntoViewIfNeeded();
    },
  },
  'agent-hard-asking': { path: '/conversations/c41', query: '&agent&asking', ready: shows('Refused by itself in') },
  'agent-card': { path: '/people', query: '&agent&asking', ready: shows('write_file') },
};
