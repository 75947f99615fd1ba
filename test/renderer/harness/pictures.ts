/** The states worth a picture: where they are, and what to do before it is taken. */
import type { Locator, Page } from 'playwright-core';
import { agentPictures } from './pictures-agent.ts';
import { toolPictures } from './pictures-tools.ts';

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

/** The dialog of a link that was signed out and is linked again; the harness leads it to `pair=…`. */
const pairing = (state: string, ready: (dialog: Locator) => Promise<void>): Picture => ({
  path: '/channels',
  query: `&whatsapp&quiet&pair=${state}`,
  ready: async (page) => {
    await page.getByRole('article', { name: '+49 1700 9998887' }).getByRole('button', { name: 'Link again' }).click();
    await ready(page.getByRole('dialog', { name: 'Link WhatsApp' }));
  },
});

const qr = 'QR code to scan with WhatsApp';

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
  whatsapp: { path: '/channels', query: '&whatsapp&quiet', ready: shows('Take over here') },
  'whatsapp-add': {
    path: '/channels',
    query: '&whatsapp&quiet',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Add WhatsApp' }).click();
      await page.getByText('My own server').click();
      await page.getByLabel('Key of the server').waitFor();
    },
  },
  'whatsapp-link': {
    path: '/channels',
    query: '&whatsapp&quiet',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Link a phone' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Show the QR code' }).waitFor();
    },
  },
  'whatsapp-remove': {
    path: '/channels',
    query: '&whatsapp&quiet',
    ready: async (page) => {
      await page.getByRole('article', { name: '+49 1512 3456789' }).getByRole('button', { name: 'Remove…' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  'whatsapp-chat': { path: '/conversations/c30', query: '&whatsapp', ready: shows(/keeps out/) },
  'pair-starting': pairing('starting', (dialog) => dialog.getByText('Asking WhatsApp').last().waitFor()),
  'pair-qr': pairing('qr', (dialog) => dialog.getByRole('img', { name: qr }).waitFor()),
  'pair-again': pairing('again', (dialog) => dialog.getByRole('img', { name: qr }).waitFor()),
  'pair-run-out': pairing('run-out', (dialog) => dialog.getByRole('button', { name: 'New code' }).waitFor()),
  'pair-code': pairing('code', (dialog) => dialog.getByRole('img', { name: 'Code K 7 W D, 2 M X Q' }).waitFor()),
  'pair-number': pairing('qr', async (dialog) => {
    await dialog.getByRole('button', { name: 'Use phone number instead' }).click();
    await dialog.getByLabel('Phone number').fill('0151 234');
    await dialog.getByRole('button', { name: 'Get a code' }).click();
    await dialog.getByText(/Begin with \+/).waitFor();
  }),
  'pair-expired': pairing('expired', (dialog) => dialog.getByRole('button', { name: 'New code' }).waitFor()),
  'pair-finishing': pairing('finishing', (dialog) => dialog.getByText('Scanned. Finishing…').last().waitFor()),
  'pair-refused': pairing('refused', (dialog) => dialog.getByRole('button', { name: 'New code' }).waitFor()),
  'pair-wrong-number': pairing('wrong-number', (dialog) =>
    dialog.getByRole('button', { name: 'Change the number' }).waitFor(),
  ),
  'pair-up': pairing('up', (dialog) => dialog.getByRole('radio', { name: 'Only me' }).waitFor()),
  'pair-walk': pairing('qr', async (dialog) => {
    const step = async (name: string): Promise<void> => {
      await dialog.page().evaluate((detail) => window.dispatchEvent(new CustomEvent('pairing', { detail })), {
        link: 'old-phone',
        step: name,
      });
    };
    const drawn = dialog.getByRole('img', { name: qr }).locator('path');
    const said = dialog.getByRole('status').first();
    await said.getByText('The QR code is there').waitFor();
    const first = await drawn.getAttribute('d');
    await step('qr-next');
    await dialog.getByText('A new code in 20 s').waitFor();
    if ((await drawn.getAttribute('d')) === first) throw new Error('The code on the screen did not follow.');
    await step('again');
    await said.getByText('scan once more').waitFor();
    // Left and come back to: it goes on where it is.
    await dialog.getByRole('button', { name: 'Close' }).click();
    await step('finishing');
    await dialog.page().getByRole('button', { name: 'Go on linking' }).first().click();
    await dialog.getByText('Scanned. Finishing…').last().waitFor();
    await step('up');
    await dialog.getByRole('radio', { name: 'Only me' }).waitFor();
    await said.getByText('WhatsApp is linked.').waitFor();
  }),
  'setup-whatsapp': {
    path: '/setup/link',
    query: '&fresh',
    ready: async (page) => {
      await page.getByRole('button', { name: /^WhatsApp/ }).click();
      await page.getByText('Before you link').waitFor();
    },
  },
  'setup-whatsapp-qr': {
    path: '/setup/link',
    query: '&fresh&pair=qr',
    ready: async (page) => {
      await page.getByRole('button', { name: /^WhatsApp/ }).click();
      await page.getByRole('button', { name: 'Link WhatsApp' }).click();
      await page.getByRole('img', { name: qr }).waitFor();
    },
  },
  'setup-whatsapp-mode': {
    path: '/setup/link',
    query: '&fresh&pair=up',
    ready: async (page) => {
      await page.getByRole('button', { name: /^WhatsApp/ }).click();
      await page.getByRole('button', { name: 'Link WhatsApp' }).click();
      await page.getByRole('radio', { name: 'People I allow' }).click();
      await page.getByRole('radio', { name: 'People I allow', checked: true }).waitFor();
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
  'usage-cap': {
    path: '/usage',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Add a limit' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('What is limited').selectOption({ index: 1 });
      await dialog.getByLabel('Tokens each day').fill('many');
    },
  },
  'conversation-settings': {
    path: '/conversations/c1',
    ready: async (page) => {
      await page.getByRole('button', { name: 'More about this conversation' }).click();
      await page.getByRole('menuitem', { name: 'Settings of this conversation' }).click();
      await page.getByRole('dialog').getByText('Since it began').waitFor();
    },
  },
  'conversation-used': {
    path: '/conversations/c1',
    ready: async (page) => {
      await page.getByRole('button', { name: 'More about this conversation' }).click();
      await page.getByRole('menuitem', { name: 'Used so far' }).waitFor();
    },
  },
  personas: {
    path: '/settings',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Personas…' }).click();
      await page.getByRole('dialog').getByText('Butler', { exact: true }).waitFor();
    },
  },
  persona: {
    path: '/settings',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Personas…' }).click();
      await page.getByRole('button', { name: 'Change Butler' }).click();
      await page.getByRole('dialog').getByLabel('What the model is told').waitFor();
    },
  },
  price: {
    path: '/usage',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Enter its price' }).click();
      await page.getByRole('dialog').getByLabel(/read/).fill('cheap');
    },
  },
  parts: {
    path: '/',
    query: '&parts',
    ready: async (page) => {
      await page.getByRole('heading', { name: 'Icons' }).waitFor();
      await page.getByRole('img', { name: 'A QR code' }).waitFor();
    },
  },
  palette: {
    path: '/conversations/c1',
    ready: async (page) => {
      await page.getByText('A plan for the week').first().waitFor();
      await page.keyboard.press('Control+p');
      await page.getByRole('option', { name: 'Models' }).waitFor();
    },
  },
  'palette-typed': {
    path: '/people',
    ready: async (page) => {
      await page.getByText('Cheap watches').first().waitFor();
      await page.keyboard.press('Control+p');
      await page.getByRole('combobox', { name: 'Go anywhere' }).fill('be');
      await page
        .getByRole('option', { name: /Moving the bees/ })
        .first()
        .waitFor();
      await page.keyboard.press('ArrowDown');
    },
  },
  keys: {
    path: '/models',
    ready: async (page) => {
      await page.getByText('Lab server').first().waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    },
  },
  'models-picker': {
    path: '/models',
    query: '&many',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Change' }).click();
      const search = page.getByRole('combobox', { name: 'Search models' });
      await page.getByRole('option', { name: /gemma3:12b/ }).waitFor();
      await search.press('ArrowDown');
      await search.press('ArrowDown');
    },
  },
  'models-search': {
    path: '/models',
    query: '&many',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Change' }).click();
      await page.getByRole('combobox', { name: 'Search models' }).fill('ember vision');
      await page.getByText(/models fit/).waitFor({ state: 'attached' });
    },
  },
  'models-pulls': { path: '/models', query: '&pulls', ready: shows('qwen3:32b') },
  'models-get': {
    path: '/models',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Get a model' }).click();
      await page.getByLabel('Name of the model').fill('qwen 3');
      await page.getByText(/Letters, digits/).waitFor();
    },
  },
  'models-delete': {
    path: '/models',
    ready: async (page) => {
      await page.getByText(/on its disk/).click();
      await page.getByRole('button', { name: 'Delete qwen3:8b' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  'models-drag': {
    path: '/models',
    ready: async (page) => {
      const rows = page.getByRole('list', { name: 'Fallbacks' }).getByRole('listitem');
      const grip = await rows.first().locator('.grip').boundingBox();
      const last = await rows.last().boundingBox();
      if (!grip || !last) throw new Error('no rows');
      await page.mouse.move(grip.x + 5, grip.y + 10);
      await page.mouse.down();
      await page.mouse.move(grip.x + 5, last.y, { steps: 4 });
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
  diagnostics: { path: '/diagnostics', query: '&problem', ready: shows('ECONNREFUSED') },
  'diagnostics-test': {
    path: '/diagnostics',
    query: '&bad',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Check the model' }).click();
      await page.getByRole('button', { name: 'Run the self-test' }).click();
      await page.getByRole('alert').filter({ hasText: 'ECONNREFUSED' }).waitFor();
      await page.getByText('did not go the whole way').scrollIntoViewIfNeeded();
    },
  },
  'diagnostics-log': {
    path: '/diagnostics',
    ready: async (page) => {
      await page.getByText('backup.made').last().waitFor();
      await page.getByRole('heading', { name: 'Log' }).scrollIntoViewIfNeeded();
      await page.getByRole('region', { name: 'Log' }).scrollIntoViewIfNeeded();
    },
  },
  'diagnostics-backups': {
    path: '/diagnostics',
    ready: async (page) => {
      await page
        .getByRole('button', { name: /^Restore the backup/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Restore at the next start' }).click();
      await page.getByRole('button', { name: 'Restart now' }).scrollIntoViewIfNeeded();
    },
  },
  'diagnostics-restore': {
    path: '/diagnostics',
    ready: async (page) => {
      await page
        .getByRole('button', { name: /^Restore the backup/ })
        .first()
        .click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  ...toolPictures,
  ...agentPictures,
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
  'setup-login': { path: '/setup/login', query: '&fresh', ready: shows(/Start at login/) },
  'setup-done': { path: '/setup/done', query: '&fresh', ready: shows(/light is on/) },
};
