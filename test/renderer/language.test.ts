import { afterEach, describe, expect, test } from 'vitest';
import { bytes, compact, dayText, listTime, money, percent, untilText } from '../../renderer/format.ts';
import { reasonText, settingText, speech, spokenLanguage, t } from '../../renderer/i18n.ts';
import { keepLanguage, languageAtFirst, languageOf, markLanguage } from '../../renderer/language.ts';

const zone = 'Europe/Berlin';
const now = Date.UTC(2026, 10, 22, 13, 0);
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

// The words belong to the page, and every test here is on the same one.
afterEach(() => speech.speak('en'));

describe('another language', () => {
  test('is in every sentence, number and date from the moment on at which it is there', async () => {
    const heard: string[] = [];
    const stop = speech.subscribe(() => heard.push(spokenLanguage()));
    await speech.speak('de');
    expect(heard).toEqual(['de']);
    expect(t('conversation.unread', { count: 1200 })).toBe('1.200 ungelesene Nachrichten');
    expect(reasonText({ code: 'budget.day-cost', params: { cap: 5 } })).toMatch(/^Die Grenze von 5,00\s\$ für heute/);
    expect(settingText('language').title).toBe('Sprache');
    expect(plain(money(1_234_567))).toBe('1,23 $');
    expect([bytes(4_700_000_000), compact(1_200_000), percent(0.8)].map(plain)).toEqual(['4,7 GB', '1,2 Mio.', '80 %']);
    expect(listTime(now - 3 * 86_400_000, now, zone)).toBe('Do');
    expect(dayText(Date.UTC(2025, 1, 3), now, zone)).toBe('Montag, 3. Feb. 2025');
    expect(untilText(now + 7_200_000, now, zone)).toBe('bis 16:00');
    await speech.speak('en');
    expect([t('nav.people'), heard]).toEqual(['People', ['de', 'en']]);
    stop();
  });

  test('is the one that was asked for last, also when an earlier one takes longer to load', async () => {
    const german = speech.speak('de');
    await speech.speak('en');
    await german;
    expect(spokenLanguage()).toBe('en');
  });

  test('is the chosen one, else the first of the browser’s that there is, else English', () => {
    expect(languageOf('de', ['en-GB'])).toBe('de');
    expect(languageOf('system', ['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(languageOf('system', ['pl'])).toBe('en');
  });

  test('is known before the gateway answers, so that the window does not begin in English and change', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    expect(languageAtFirst(storage, ['de-CH'])).toBe('de');
    keepLanguage(storage, 'en');
    expect(languageAtFirst(storage, ['de-CH'])).toBe('en');
  });

  test('is marked on the page with the way it runs', () => {
    const page = { lang: '', dir: '' };
    markLanguage(page, 'de');
    expect(page).toEqual({ lang: 'de', dir: 'ltr' });
  });
});
