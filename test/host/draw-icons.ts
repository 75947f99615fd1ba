/*
 * Draws resources/icons and resources/tray from their SVG files with the same Chromium that draws the windows:
 *
 *   node test/host/draw-icons.ts
 *
 * icons/<N>x<N>.png (Linux), icon.ico, icon.icns; and for each state of the tray:
 * <state>Template.png and @2x (macOS: black and alpha), <state>-on-light.png, -on-dark.png and @2x (Linux),
 * <state>-on-light.ico, -on-dark.ico (Windows). The pictures are committed: nothing is drawn when Porchlight is built.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startChromium } from './chromium.ts';
import type { CdpSession } from './cdp.ts';
import { icnsFile, icoFile } from './icon-files.ts';
import type { Drawing } from './icon-files.ts';

const resources = join(import.meta.dirname, '../../resources');
const appSizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const;
const linuxSizes = [16, 24, 32, 48, 64, 128, 256, 512] as const;
const windowsAppSizes = [16, 24, 32, 48, 64, 128, 256] as const;
const windowsTraySizes = [16, 20, 24, 32, 48] as const;
const macTraySize = 18;
const linuxTraySize = 24;

/** Colours of the parts of a tray picture, by what it lies on. */
const palettes = {
  Template: { ink: '#000', glow: '#000', alert: '#000' },
  '-on-light': { ink: '#1d2433', glow: '#d97a06', alert: '#c8372d' },
  '-on-dark': { ink: '#f1ece2', glow: '#ffb547', alert: '#ff6b5e' },
} as const;

type Palette = (typeof palettes)[keyof typeof palettes];

function paint(svg: string, { ink, glow, alert }: Palette): string {
  const style = `.ink{fill:${ink}}.glow{fill:${glow}}.alert{fill:${alert}}.line{stroke:${ink}}`;
  return svg.replace(/<style>[\s\S]*?<\/style>/, `<style>${style}</style>`);
}

/** Runs in the page. */
async function rasterise(svg: string, size: number): Promise<{ readonly png: string; readonly rgba: string }> {
  const sized = svg.replace('<svg ', `<svg width="${String(size)}" height="${String(size)}" `);
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(sized)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.drawImage(image, 0, 0, size, size);
  const { data } = context.getImageData(0, 0, size, size);
  const rgba = Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { png: canvas.toDataURL('image/png').split(',')[1] ?? '', rgba };
}

async function draw(page: CdpSession, svg: string, size: number): Promise<Drawing> {
  const expression = `(${rasterise.toString()})(${JSON.stringify(svg)}, ${String(size)})`;
  const answer = await page.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description);
  const { png, rgba } = answer.result.value as { readonly png: string; readonly rgba: string };
  return { size, png: Buffer.from(png, 'base64'), rgba: Buffer.from(rgba, 'hex') };
}

async function drawAll(page: CdpSession, svg: string, sizes: readonly number[]): Promise<Drawing[]> {
  const drawings: Drawing[] = [];
  for (const size of sizes) drawings.push(await draw(page, svg, size));
  return drawings;
}

async function drawApp(page: CdpSession): Promise<void> {
  const folder = join(resources, 'icons');
  const drawings = await drawAll(page, readFileSync(join(folder, 'icon.svg'), 'utf8'), appSizes);
  const of = (sizes: readonly number[]): Drawing[] => drawings.filter(({ size }) => sizes.includes(size));
  for (const { size, png } of of(linuxSizes)) {
    writeFileSync(join(folder, `${String(size)}x${String(size)}.png`), png);
  }
  writeFileSync(join(folder, 'icon.ico'), icoFile(of(windowsAppSizes)));
  writeFileSync(join(folder, 'icon.icns'), icnsFile(drawings));
}

async function drawTray(page: CdpSession): Promise<void> {
  const folder = join(resources, 'tray');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.svg'))) {
    const svg = readFileSync(join(folder, file), 'utf8');
    for (const [suffix, palette] of Object.entries(palettes)) {
      const path = join(folder, `${basename(file, '.svg')}${suffix}`);
      const painted = paint(svg, palette);
      const size = suffix === 'Template' ? macTraySize : linuxTraySize;
      writeFileSync(`${path}.png`, (await draw(page, painted, size)).png);
      writeFileSync(`${path}@2x.png`, (await draw(page, painted, size * 2)).png);
      if (suffix !== 'Template') writeFileSync(`${path}.ico`, icoFile(await drawAll(page, painted, windowsTraySizes)));
    }
  }
}

const profile = mkdtempSync(join(tmpdir(), 'draw-icons-'));
const chromium = await startChromium({ profile, port: undefined });
const { connection } = chromium;
const { targetId } = await connection.browser.send('Target.createTarget', { url: 'about:blank' });
const { sessionId } = await connection.browser.send('Target.attachToTarget', { targetId, flatten: true });
const page = connection.session(sessionId);
await drawApp(page);
await drawTray(page);
await chromium.close();
rmSync(profile, { recursive: true, force: true });
