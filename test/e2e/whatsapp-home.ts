/*
 * A host with a model, and the emulated WhatsApp with the phone of Ada, the owner. Nothing is linked at the beginning:
 * linking is what the window is for.
 */
import type { BrowserContext, Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';
import decodeQR from 'qr/decode.js';
import { type OpenAiEmulator, startOpenAi } from '../emulators/openai/server.ts';
import type { Arrival, Person } from '../emulators/whatsapp/person.ts';
import type { Phone } from '../emulators/whatsapp/phone.ts';
import { startWhatsApp, type WhatsAppEmulator } from '../emulators/whatsapp/server.ts';
import { goTo } from './web.ts';

export interface WhatsAppHome extends AsyncDisposable {
  readonly lab: OpenAiEmulator;
  readonly whatsapp: WhatsAppEmulator;
  readonly phone: Phone;
  /** What the file of the host says; `host.start(home.file())`. */
  readonly file: (settings?: Readonly<Record<string, unknown>>) => unknown;
}

/** The model answers with what it was asked, so that a reply shows which question it belongs to. */
export async function startWhatsAppHome(): Promise<WhatsAppHome> {
  const lab = await startOpenAi();
  lab.script(({ lastUserText }) => ({ kind: 'reply', text: `Echo: ${lastUserText}` }));
  const whatsapp = await startWhatsApp();
  return {
    lab,
    whatsapp,
    phone: whatsapp.phone({ name: 'Ada', number: '4915100000001' }),
    file: (settings = {}) => ({
      providers: [{ id: 'lab', kind: 'openai', name: 'Lab', baseUrl: lab.url, apiKey: 'sk-test' }],
      models: { default: 'lab/gpt-test' },
      settings: { 'setup.done': true, language: 'en', timeZone: 'UTC', 'delivery.pacing': 0, ...settings },
    }),
    async [Symbol.asyncDispose]() {
      await whatsapp[Symbol.asyncDispose]();
      await lab.close();
    },
  };
}

/** Opens "Add WhatsApp" under Channels and asks for a code of the emulated server. */
export async function beginLinking(page: Page, { whatsapp }: WhatsAppHome): Promise<Locator> {
  await goTo(page, 'Channels');
  await page.getByRole('button', { name: 'Add WhatsApp' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('My own server').click();
  await dialog.getByLabel('Address of the server').fill(whatsapp.url);
  await dialog.getByLabel('Key of the server').fill(whatsapp.rootKey.toString('hex'));
  await dialog.getByRole('button', { name: 'Link WhatsApp' }).click();
  return dialog;
}

/** What a camera that is held before the screen reads. `context`: where an empty page can be opened. */
export async function readQr(
  page: Page,
  scope: Locator,
  context: Pick<BrowserContext, 'newPage'> = page.context(),
): Promise<string> {
  const code = scope.getByRole('img', { name: 'QR code to scan with WhatsApp' });
  await expect(code).toBeVisible();
  // It may be replaced while it is looked at: whoever holds a camera looks again.
  const shots: Buffer[] = [];
  await expect(async () => {
    shots.push(await code.screenshot({ animations: 'disabled', timeout: 2_000 }));
  }).toPass({ timeout: 20_000 });
  const shot = shots.at(-1)?.toString('base64') ?? '';
  // On an empty page of its own: what the product's policy forbids is not needed of it.
  const blank = await context.newPage();
  const { width, height, data } = await blank.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const pen = canvas.getContext('2d');
    if (pen === null) throw new Error('There is nothing to draw with.');
    pen.drawImage(image, 0, 0);
    const pixels = pen.getImageData(0, 0, image.width, image.height);
    return { width: pixels.width, height: pixels.height, data: [...pixels.data] };
  }, shot);
  await blank.close();
  return decodeQR({ width, height, data: Uint8Array.from(data) });
}

/** Links Ada's phone from the beginning to the end, and leaves the dialog. */
export async function linkPhone(page: Page, home: WhatsAppHome): Promise<void> {
  const dialog = await beginLinking(page, home);
  expect(await home.phone.scan(await readQr(page, dialog))).toMatchObject({ kind: 'linked' });
  await expect(dialog.getByText('WhatsApp is linked.').last()).toBeVisible({ timeout: 30_000 });
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toBeHidden();
}

/** The finished messages that arrived at somebody, as he reads them. */
export function heard(person: Person): readonly string[] {
  return person.arrivals.items.filter(({ isOwnCopy }) => !isOwnCopy).map(({ text }) => text);
}

/** Waits for a message to somebody with `words` in it. */
export function hears(person: Person, words: string): Promise<Arrival> {
  return person.arrivals.waitFor(({ text }) => text.includes(words), { timeoutMs: 15_000 });
}

/** Everything whatsoever that reached somebody: messages, receipts, signs of typing. */
export function traces(person: Person): readonly unknown[] {
  return [...person.arrivals.items, ...person.receipts.items, ...person.chatstates.items];
}

/** Opens a chat from the list by its title; others may quote the same name in their last line. */
export async function openWhatsAppChat(page: Page, title: string): Promise<void> {
  const chats = page.getByRole('list', { name: 'Conversations' }).getByRole('link');
  await chats.filter({ has: page.getByText(title, { exact: true }) }).click();
  await expect(page.getByRole('heading', { name: title, exact: true })).toBeVisible();
}
