/**
 * Takes pictures of every screen, at three sizes, light and dark:
 * `node test/renderer/harness/shoot.ts <folder> [names, with commas between them, or all] [height in px, or -] [spoken]`.
 * `spoken` is a language there is, or `rtl` for English on a page that runs from right to left.
 * Fails on any violation of the Content-Security-Policy, on any error of the page, on anything wider than its place, and on
 * whatever axe finds against WCAG 2.2, level AA.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import react from '@vitejs/plugin-react';
import { chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { pictures } from './pictures.ts';

const [folder = 'test-results/window', names = 'all', height = '-', spoken = 'en'] = process.argv.slice(2);
const only = names === 'all' ? undefined : names;
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What AA asks for; rules of taste are left out. */
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const built = await mkdtemp(join(tmpdir(), 'porchlight-window-'));
await build({
  root: import.meta.dirname,
  configFile: false,
  logLevel: 'warn',
  plugins: [react()],
  build: {
    outDir: built,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2024',
  },
});
const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://x').pathname;
  const file = join(built, path === '/' ? 'index.html' : path);
  readFile(file).then(
    (body) => {
      response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
      response.setHeader('content-security-policy', policy);
      response.end(body);
    },
    () => response.writeHead(404).end(),
  );
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const port = typeof address === 'object' && address ? address.port : 0;
const browser = await chromium.launch({
  executablePath: process.env['PORCHLIGHT_BROWSER'] ?? '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox'],
});
const troubles: string[] = [];

/** Pictures are led to by English words, so that the language changes when everything is there. */
async function speak(page: Page): Promise<void> {
  if (spoken === 'rtl') await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
  else if (spoken !== 'en') {
    await page.evaluate((detail) => window.dispatchEvent(new CustomEvent('language', { detail })), spoken);
    await page.locator(`html[lang=${spoken}]`).waitFor();
  }
}

async function shoot(page: Page, name: string, size: string, theme: string): Promise<void> {
  const picture = pictures[name];
  if (!picture) return;
  page.on('pageerror', (error) => troubles.push(`${name}: ${error.message}`));
  page.on('console', (line) => {
    if (line.type() === 'error') troubles.push(`${name}: ${line.text()}`);
  });
  await page.goto(`http://127.0.0.1:${String(port)}/?${picture.query ?? ''}#${picture.path}`);
  await picture.ready(page);
  await speak(page);
  const wider = await page.evaluate(() =>
    [...document.querySelectorAll('html, .page, .dialog-body, .setup, .thread-scroll, .list')]
      .filter((box) => box.scrollWidth > box.clientWidth)
      .map((box) => box.className || box.tagName),
  );
  for (const box of wider) troubles.push(`${name} (${size}): ${box} is wider than its place`);
  const { violations } = await new AxeBuilder({ page }).withTags(standards).analyze();
  for (const { id, help, nodes } of violations) {
    const where = nodes.slice(0, 3).map((node) => node.target.join(' '));
    troubles.push(`${name} (${size}, ${theme}): ${id}, ${help}: ${where.join(' | ')}`);
  }
  await page.screenshot({ path: join(folder, `${name}-${size}-${theme}.png`), animations: 'disabled' });
}

try {
  await mkdir(folder, { recursive: true });
  const sizes = {
    phone: { width: 360, height: 640 },
    narrow: { width: 420, height: 640 },
    wide: { width: 1280, height: 800 },
  };
  for (const name of Object.keys(pictures)) {
    if (only !== undefined && !only.split(',').some((each) => name.includes(each))) continue;
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const theme of ['light', 'dark'] as const) {
        const context = await browser.newContext({
          viewport: height === '-' ? viewport : { width: viewport.width, height: Number(height) },
          colorScheme: theme,
          reducedMotion: 'reduce',
          locale: 'en-GB',
        });
        await shoot(await context.newPage(), name, size, theme);
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
  server.close();
  await rm(built, { recursive: true, force: true });
}
if (troubles.length > 0) {
  process.stderr.write(`${troubles.join('\n')}\n`);
  process.exitCode = 1;
}
