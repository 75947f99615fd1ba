/**
 * Takes pictures of every screen, at two sizes, light and dark: `node test/renderer/harness/shoot.ts <folder> [name]`.
 * Fails on any violation of the Content-Security-Policy and on any error of the page.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import react from '@vitejs/plugin-react';
import { chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { pictures } from './pictures.ts';

const [folder = 'test-results/window', only] = process.argv.slice(2);
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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

async function shoot(page: Page, name: string, size: string, theme: string): Promise<void> {
  const picture = pictures[name];
  if (!picture) return;
  page.on('pageerror', (error) => troubles.push(`${name}: ${error.message}`));
  page.on('console', (line) => {
    if (line.type() === 'error') troubles.push(`${name}: ${line.text()}`);
  });
  await page.goto(`http://127.0.0.1:${String(port)}/?${picture.query ?? ''}#${picture.path}`);
  await picture.ready(page);
  const wider = await page.evaluate(() =>
    [...document.querySelectorAll('html, .page, .dialog-body, .setup, .thread-scroll, .list')]
      .filter((box) => box.scrollWidth > box.clientWidth)
      .map((box) => box.className || box.tagName),
  );
  for (const box of wider) troubles.push(`${name} (${size}): ${box} is wider than its place`);
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
    if (only !== undefined && !name.includes(only)) continue;
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const theme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ viewport, colorScheme: theme, reducedMotion: 'reduce', locale: 'en-GB' });
        await shoot(page, name, size, theme);
        await page.close();
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
