import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { startOpenAi, type OpenAiEmulator } from '../emulators/openai/server.ts';
import { expectAccessible, openWindow, picture, replies, tabTo, test } from './web.ts';

/** A host whose model is an emulator's, and which hears sounds by it. */
function provision(openai: OpenAiEmulator, language = 'en'): unknown {
  return {
    providers: [{ id: 'lab', kind: 'openai', baseUrl: openai.url, apiKey: 'sk-test' }],
    models: { default: 'lab/gpt-test' },
    settings: { 'setup.done': true, language, timeZone: 'UTC', 'media.transcription': 'lab/gpt-test' },
  };
}

/** Drops a picture of that size on the thread, or pastes it where one writes. */
async function give(page: Page, how: 'drop' | 'paste', width: number, height: number): Promise<void> {
  await page.evaluate(
    async ([way, wide, high]) => {
      const canvas = document.createElement('canvas');
      canvas.width = wide;
      canvas.height = high;
      const context = canvas.getContext('2d');
      for (let x = 0; context !== null && x < wide; x += 20) {
        context.fillStyle = `hsl(${String(x % 360)} 80% 50%)`;
        context.fillRect(x, 0, 20, high);
      }
      const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
      const transfer = new DataTransfer();
      transfer.items.add(new File([blob ?? ''], 'stripes.png', { type: 'image/png' }));
      const place = document.querySelector(way === 'drop' ? '.thread' : '.composer textarea');
      const options = { bubbles: true, cancelable: true };
      place?.dispatchEvent(
        way === 'drop'
          ? new DragEvent('drop', { ...options, dataTransfer: transfer })
          : new ClipboardEvent('paste', { ...options, clipboardData: transfer }),
      );
    },
    [how, width, height] as const,
  );
}

/** Width and height of the pictures of a chat call, as the browser draws them. */
async function sizesSeen(page: Page, openai: OpenAiEmulator, index: number): Promise<readonly (readonly number[])[]> {
  const body = JSON.stringify(openai.chats.at(index)?.body);
  const found = [...body.matchAll(/data:(image\/\w+);base64,([\w+/=]+)/g)];
  return Promise.all(
    found.map(([, type = '', bytes = '']) =>
      page.evaluate(
        async ([kind, data]) => {
          const raw = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
          const { width, height } = await createImageBitmap(new Blob([raw], { type: kind }));
          return [width, height];
        },
        [type, bytes] as const,
      ),
    ),
  );
}

test('pictures are dropped and pasted, documents and voices chosen, and the model is asked with all of them', async ({
  page,
  host,
}) => {
  await using openai = await startOpenAi();
  openai.hear = () => ({ kind: 'heard', text: 'Where is the tea?' });
  await host.start(provision(openai));
  await openWindow(page, host);
  const list = page.getByRole('list', { name: 'Files of this message' });
  await give(page, 'drop', 2400, 1200);
  await give(page, 'paste', 40, 30);
  await page.locator('.composer input[type=file]').setInputFiles([
    { name: 'notes.md', mimeType: 'text/markdown', buffer: Buffer.from('# Tea\nGreen.') },
    { name: 'voice.ogg', mimeType: 'audio/ogg', buffer: Buffer.from('OggS…') },
  ]);
  await expect(list.locator('[data-state=ready]')).toHaveCount(4);
  await picture(page, 'composer-files');
  await expectAccessible(page);
  await page.getByRole('textbox', { name: 'Message' }).fill('What is all this?');
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
  await openai.waitFor(() => openai.chats.length > 0);
  await expect(replies(page)).toBeVisible();
  await expect(list).toBeHidden();
  await expect(page.getByText('Heard: Where is the tea?')).toBeVisible();
  const sizes = await sizesSeen(page, openai, 0);
  expect(sizes).toEqual([
    [1600, 800],
    [40, 30],
  ]);
  const body = JSON.stringify(openai.chats[0]?.body);
  expect(body).toContain('Green.');
  expect(body).toContain('Where is the tea?');
  expect(body).toContain('What is all this?');
  await picture(page, 'conversation-files');
  await expectAccessible(page);
});

test('files are taken out with the keyboard, outlive a reload, and go out without a word', async ({ page, host }) => {
  await using openai = await startOpenAi();
  await host.start(provision(openai, 'de'));
  await openWindow(page, host);
  await expect(page.getByRole('button', { name: 'Senden' })).toBeVisible();
  const file = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(`I am ${name}`) });
  await page.locator('.composer input[type=file]').setInputFiles([file('a.txt'), file('b.txt')]);
  const list = page.getByRole('list', { name: 'Dateien dieser Nachricht' });
  await expect(list.locator('[data-state=ready]')).toHaveCount(2);
  const out = page.getByRole('button', { name: 'a.txt herausnehmen' });
  await tabTo(page, out);
  await out.press('Enter');
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await page.reload();
  await expect(list.locator('[data-state=ready]')).toHaveText([/b\.txt/]);
  await page.getByRole('button', { name: 'Senden' }).click();
  await openai.waitFor(() => openai.chats.length > 0);
  await expect(page.getByRole('article', { name: 'Antwort' })).toBeVisible();
  expect(JSON.stringify(openai.chats[0]?.body)).toContain('I am b.txt');
  expect(JSON.stringify(openai.chats[0]?.body)).not.toContain('I am a.txt');
});

test.describe('over a file that is too large', () => {
  test('says so before it is sent, and keeps the words', async ({ page, host }) => {
    await using openai = await startOpenAi();
    await host.start(provision(openai));
    await openWindow(page, host);
    const box = page.getByRole('textbox', { name: 'Message' });
    await box.fill('see this');
    const large = { name: 'film.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(21 * 1024 * 1024) };
    await page.locator('.composer input[type=file]').setInputFiles([large]);
    await expect(page.getByText('This is too large: at most 20 MB.')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeDisabled();
    await page.getByRole('button', { name: 'Take film.bin out' }).click();
    await expect(box).toHaveValue('see this');
    await box.press('Enter');
    await expect(replies(page)).toBeVisible();
  });
});

test('a folder that is dropped is said to be what cannot be fetched (a host that “did not answer”)', async ({
  page,
  host,
}) => {
  await host.start({ settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' } });
  await openWindow(page, host);
  const place = await page.locator('.thread').boundingBox();
  const chrome = await page.context().newCDPSession(page);
  const drag = { x: (place?.x ?? 0) + 100, y: (place?.y ?? 0) + 100 };
  const data = { items: [], files: [host.ready.dataDir], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await chrome.send('Input.dispatchDragEvent', { type, ...drag, data });
  }
  const chosen = page.getByRole('list', { name: 'Files of this message' }).getByRole('listitem');
  await expect(chosen.getByRole('alert')).toHaveText('The file data could not be fetched.');
  await chosen.getByRole('button', { name: 'Take data out' }).click();
  await expect(chosen).toHaveCount(0);
});
