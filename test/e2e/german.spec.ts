import { expect } from '@playwright/test';
import { ada, hears, startHome } from './telegram-home.ts';
import { expectAccessible, goTo, openChat, openWindow, picture, test } from './web.ts';

const german = /\/assets\/(?:window\.)?de-[\w-]+\.js$/;

test('German: chosen in the settings, at once in the window and in chats, still there after loading, and back', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  const { bot, lab } = home;
  // Chosen in the window here, so not in the file.
  await host.start(home.file({ settings: { language: undefined } }));
  const scripts: string[] = [];
  page.on('request', (request) => scripts.push(new URL(request.url()).pathname));
  await openWindow(page, host);
  bot.say({ chatId: ada.id, from: ada, text: 'hello, house' });
  await hears(bot, ada.id, 'hello, house');
  const places = page.getByRole('navigation').last();

  await test.step('chosen with the keyboard: every word changes, the focus stays, nothing came before', async () => {
    await goTo(page, 'Settings');
    const language = page.getByRole('combobox', { name: 'Language' });
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    expect(scripts.filter((path) => german.test(path))).toEqual([]);
    await language.focus();
    await language.selectOption('Deutsch');
    await expect(page.getByRole('heading', { name: 'Einstellungen', exact: true })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.locator('html')).toHaveAttribute('dir', 'ltr');
    await expect(page.getByRole('combobox', { name: 'Sprache' })).toBeFocused();
    await expect(places.getByRole('link')).toHaveText([
      /^Personen/,
      /^Kanäle/,
      /^Modelle/,
      /^Verbrauch/,
      /^Werkzeuge/,
      /^Einstellungen/,
      /^Diagnose/,
    ]);
    expect(scripts.filter((path) => german.test(path))).toHaveLength(2);
    await expectAccessible(page);
    await picture(page, 'german-settings');
  });

  await test.step('in Telegram: what the gateway says itself, and the menu of commands', async () => {
    bot.say({ chatId: ada.id, from: ada, text: '/help' });
    await hears(bot, ada.id, '/new – neu anfangen, ohne das Bisherige');
    bot.say({ chatId: ada.id, from: ada, text: '/usage' });
    await hears(bot, ada.id, 'Heute: 1 Anfrage');
    await expect
      .poll(() => bot.commandLists.get(`chat:${String(ada.id)} `))
      .toContainEqual({ command: 'help', description: 'diese Liste' });
  });

  await test.step('a thread that was drawn in English before; words from right to left among it', async () => {
    lab.next({ kind: 'reply', text: 'إنها **الثالثة**.' });
    bot.say({ chatId: ada.id, from: ada, text: 'مرحبا، كم الساعة؟' });
    await hears(bot, ada.id, 'الثالثة');
    await page.getByRole('list', { name: 'Gespräche' }).getByRole('link', { name: 'Ada' }).click();
    const said = page.getByRole('article', { name: 'Ada schrieb' }).getByText('كم الساعة');
    await expect(said).toHaveCSS('direction', 'rtl');
    await expect(page.getByRole('article', { name: 'Antwort' }).getByText('إنها')).toHaveCSS('direction', 'rtl');
    await expect(page.getByRole('article', { name: 'Ada schrieb' }).getByText('hello, house')).toHaveCSS(
      'direction',
      'ltr',
    );
    await expectAccessible(page);
    await picture(page, 'german-thread');
  });

  await test.step('loaded again, it begins in German: no English first', async () => {
    await page.reload();
    await expect(page.getByRole('list', { name: 'Gespräche' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    for (const [place, words, name] of [
      ['Personen', 'Wer mit Porchlight reden darf.', 'german-people'],
      ['Kanäle', 'Wo man dich erreicht', 'german-channels'],
      ['Modelle', 'Welches Modell antwortet', 'german-models'],
      ['Verbrauch', 'Was Modelle gefragt wurden', 'german-usage'],
      ['Diagnose', 'Was Porchlight über sich weiß', 'german-diagnostics'],
    ] as const) {
      await places.getByRole('link', { name: place }).click();
      await expect(page.getByRole('main')).toContainText(words);
      await picture(page, name);
    }
  });

  await test.step('and back', async () => {
    await places.getByRole('link', { name: 'Einstellungen' }).click();
    await page.getByRole('combobox', { name: 'Sprache' }).selectOption('English');
    await expect(page.getByRole('heading', { name: 'Settings', exact: true })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    bot.say({ chatId: ada.id, from: ada, text: '/help' });
    await hears(bot, ada.id, '/new – start afresh, with nothing of before');
    await openChat(page, 'Ada');
  });
});

test.describe('a browser that prefers German', () => {
  test.use({ locale: 'de-AT' });

  test('gets a German window from the first visit on, before anybody chose', async ({ page, host }) => {
    await using home = await startHome();
    await host.start(home.file({ settings: { language: undefined } }));
    await page.goto(host.address);
    await expect(page.getByRole('textbox', { name: 'Nachricht' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  });
});
