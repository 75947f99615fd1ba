import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

/** Names a browser for all tests, and how it is handed to the stand-in for Electron. */
export const browserVariable = 'PORCHLIGHT_CHROMIUM';

/** In the order of preference: the headless shell is the build without calls home. */
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/**
 * The browser that end-to-end tests use: the one named in PORCHLIGHT_CHROMIUM, else one of the system, else
 * Playwright's own. Undefined when there is none on this machine.
 *
 * @throws when PORCHLIGHT_CHROMIUM names something that cannot be run: silently taking another would hide it
 */
export function findBrowser(): string | undefined {
  const named = process.env[browserVariable];
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`${browserVariable} names ${named}, which cannot be run.`);
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const installed = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...installed, ...elsewhere, chromium.executablePath()].find(isExecutable);
}

/**
 * As `findBrowser`, but installs Debian's headless Chromium when there is none and that is possible without asking
 * (Debian or a relative of it, as root). Takes about a minute then.
 *
 * @param say is told before the installation begins
 * @returns the path, or the sentence that tells a person what to do
 */
export function setUpBrowser(
  say: (sentence: string) => void,
): { readonly path: string } | { readonly sentence: string } {
  const found = findBrowser();
  if (found) return { path: found };
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    say('No browser here: installing chromium-headless-shell…');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const packages = ['chromium-headless-shell', 'fonts-dejavu-core'];
    execFileSync('apt-get', ['update', '-qq'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const path = findBrowser();
    if (path) return { path };
  }
  return {
    sentence:
      'The end-to-end tests need a browser: install Chromium or Chrome (Debian: apt install chromium-headless-shell), ' +
      `run \`npx playwright install chromium-headless-shell\`, or name one in ${browserVariable}.`,
  };
}
