/*
 * `npm run screens`: visits every screen in every state of the built program (test/e2e/screens/) and makes the contact
 * sheets in docs/screens/ and the pictures of docs/first-steps.md of what it saw. Needs the build.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { format } from 'prettier';
import {
  type Screen,
  screenNames,
  sheetName,
  shotName,
  sizeNames,
  sizes,
  type State,
  states,
  type Theme,
  themes,
} from '../e2e/screens/catalog.ts';
import type { WalkedStop } from '../e2e/screens/walk-stops.ts';
import { setUpBrowser } from '../lib/browser.ts';
import { describeWalk, pictureOf } from './first-steps.ts';
import { results, root } from './steps.ts';

const shots = join(results, 'shots');
const target = join(root, 'docs/screens');
/** Of a sheet, in bytes: people load them over a telephone, and git keeps every one. */
const largest = 300_000;
const scale = 0.5;

interface Cell {
  readonly label: string;
  readonly pictures: readonly { readonly png: string; readonly width: number; readonly height: number }[];
}

/** Draws one row per state and gives the sheet back as WebP in base64, as good as its size allows. */
async function draw(page: Page, title: string, dark: boolean, cells: readonly Cell[]): Promise<string> {
  return page.evaluate(
    async ({ title, dark, cells, largest }) => {
      const gap = 16;
      const rowOf = (cell: (typeof cells)[number]): number => Math.max(...cell.pictures.map(({ height }) => height));
      const canvas = document.createElement('canvas');
      canvas.width =
        gap + 96 + Math.max(...cells.map(({ pictures }) => pictures.reduce((w, p) => w + p.width + gap, 0)));
      canvas.height = 56 + cells.reduce((height, cell) => height + rowOf(cell) + gap, 0);
      const pen = canvas.getContext('2d');
      if (pen === null) throw new Error('There is nothing to draw with.');
      pen.imageSmoothingQuality = 'high';
      pen.fillStyle = dark ? '#2b2a27' : '#d9d5cc';
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.fillStyle = dark ? '#ffffff' : '#000000';
      pen.font = '600 20px sans-serif';
      pen.fillText(title, gap, 36);
      pen.font = '600 15px sans-serif';
      let top = 56;
      for (const cell of cells) {
        pen.fillText(cell.label, gap, top + 20);
        let left = gap + 96;
        for (const { png, width, height } of cell.pictures) {
          const image = new Image();
          image.src = `data:image/png;base64,${png}`;
          await image.decode();
          pen.drawImage(image, left, top, width, height);
          left += width + gap;
        }
        top += rowOf(cell) + gap;
      }
      for (let quality = 0.86; quality > 0.2; quality -= 0.06) {
        const data = canvas.toDataURL('image/webp', quality).replace('data:image/webp;base64,', '');
        if (data.length * 0.75 <= largest) return data;
      }
      throw new Error(`The sheet of ${title} cannot be made small enough.`);
    },
    { title, dark, cells, largest },
  );
}

function cellOf(screen: Screen, state: State, theme: Theme): Cell {
  const pictures = sizeNames.map((size) => ({
    png: readFileSync(join(shots, shotName(screen, state, theme, size))).toString('base64'),
    width: sizes[size].width * scale,
    height: sizes[size].height * scale,
  }));
  return { label: state, pictures };
}

/** One picture as WebP, so wide; at the quality of a photograph. */
async function shrink(page: Page, file: string, width: number): Promise<Buffer> {
  const png = readFileSync(join(shots, file)).toString('base64');
  const data = await page.evaluate(
    async ({ png, width }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${png}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = width;
      canvas.height = Math.round((image.height * width) / image.width);
      const pen = canvas.getContext('2d');
      if (pen === null) throw new Error('There is nothing to draw with.');
      pen.imageSmoothingQuality = 'high';
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL('image/webp', 0.86).replace('data:image/webp;base64,', '');
    },
    { png, width },
  );
  return Buffer.from(data, 'base64');
}

const browser = setUpBrowser(console.log);
if ('sentence' in browser) throw new Error(browser.sentence);
if (!process.argv.includes('--compose')) {
  rmSync(shots, { recursive: true, force: true });
  const playwright = join(root, 'node_modules/.bin/playwright');
  const { status } = spawnSync(
    playwright,
    ['test', 'test/e2e/screens', '--project', 'e2e', '--project', 'e2e-waiting'],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, PORCHLIGHT_SHOTS: shots, PORCHLIGHT_TEST_COUNTS: 'long' },
    },
  );
  if (status !== 0) process.exit(1);
}
mkdirSync(target, { recursive: true });
await using open = await chromium.launch({ executablePath: browser.path, args: ['--no-sandbox'] });
const page = await open.newPage();
const sheets: { readonly file: string; readonly states: readonly State[] }[] = [];
for (const screen of screenNames) {
  for (const theme of themes) {
    const there = states.filter((state) => existsSync(join(shots, shotName(screen, state, theme, 'wide'))));
    if (there.length === 0) continue;
    const file = sheetName(screen, theme);
    const cells = there.map((state) => cellOf(screen, state, theme));
    const data = Buffer.from(await draw(page, `${screen}, ${theme}`, theme === 'dark', cells), 'base64');
    writeFileSync(join(target, file), data);
    sheets.push({ file, states: there });
    console.log(`${file} ${String(Math.round(data.length / 1000))} kB: ${there.join(', ')}`);
  }
}
writeFileSync(join(target, 'sheets.json'), await format(JSON.stringify(sheets), { parser: 'json', printWidth: 120 }));

const walked = JSON.parse(readFileSync(join(shots, 'walk/walk.json'), 'utf8')) as readonly WalkedStop[];
for (const stop of walked) {
  writeFileSync(join(root, 'docs', pictureOf(stop)), await shrink(page, `walk/${stop.stop}.png`, 880));
}
writeFileSync(join(root, 'docs/first-steps.md'), await describeWalk(walked));
for (const theme of themes) {
  writeFileSync(
    join(target, `window-${theme}.webp`),
    await shrink(page, shotName('conversations', 'many', theme, 'wide'), 1280),
  );
}
