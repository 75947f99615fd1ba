/*
 * Looks at a screen in one of its states: nothing stands in the way of those who do not see it, nothing is wider than its
 * place; and, when pictures are asked for (`npm run screens`), takes one in each theme and size for the contact sheets.
 * Without pictures two of the six are looked at, since looking takes half a second each.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { violationsOf } from '../web.ts';
import { type Screen, shotName, type Size, sizeNames, sizes, type State, type Theme, themes } from './catalog.ts';

/** The folder of the single pictures, when they are wanted. */
export const shotsFolder = process.env['PORCHLIGHT_SHOTS'];

/** What is scrolled up and down alone. */
const columns = 'html, .page, .dialog-body, .setup, .thread-scroll, .list';

function looks(): readonly (readonly [Size, Theme])[] {
  if (shotsFolder === undefined)
    return [
      ['phone', 'dark'],
      ['wide', 'light'],
    ];
  return themes.flatMap((theme) => sizeNames.toReversed().map((size) => [size, theme] as const));
}

/** `show` is brought into view before. Ends with the window wide and light, as it was. */
export async function look(page: Page, screen: Screen, state: State, show?: Locator): Promise<void> {
  // What was clicked last would look as if the pointer were on it.
  await page.mouse.move(0, 0);
  for (const [size, colorScheme] of looks()) {
    await page.setViewportSize(sizes[size]);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const where = `${screen}, ${state}, ${size}, ${colorScheme}`;
    await show?.scrollIntoViewIfNeeded();
    // Another size is drawn in two steps: the rows, then where they lie.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    if (shotsFolder !== undefined) {
      const path = join(shotsFolder, shotName(screen, state, colorScheme, size));
      mkdirSync(dirname(path), { recursive: true });
      await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    }
    expect.soft(await violationsOf(page), `what axe finds: ${where}`).toEqual([]);
    expect.soft(await tooWide(page), `what is wider than its place: ${where}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
  await page.setViewportSize(sizes.wide);
}

function tooWide(page: Page): Promise<readonly string[]> {
  return page.evaluate(
    (selector) =>
      [...document.querySelectorAll(selector)]
        .filter((box) => box.scrollWidth > box.clientWidth)
        .map((box) => box.className || box.tagName),
    columns,
  );
}
