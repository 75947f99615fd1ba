import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { browserVariable, findBrowser } from './test/lib/browser.ts';

/*
 * Workers read this file too, so what it puts into the environment reaches every spec and every process they start:
 * the browser, and the stand-in for Electron where the real one is not on this machine.
 */
const browser = findBrowser();
if (browser) process.env[browserVariable] = browser;

const electron = join(import.meta.dirname, 'node_modules/electron/dist');
if (!existsSync(electron)) process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= join(import.meta.dirname, 'test/host/bin');

/** The contact sheets take minutes to draw: each screen in each state, both themes, three sizes. `npm run test:long` does. */
const sheets = '**/screens/{away,empty,many,one}.spec.ts';
const long = process.env['PORCHLIGHT_TEST_COUNTS'] === 'long' || process.argv.some((arg) => arg.includes('screens/'));

/** Specs that wait for most of a minute: begun first, or one worker would wait for the last of them alone. */
const waiting = ['whatsapp', 'bot', 'screens/failing', 'money'].map((name) => `**/e2e/${name}.spec.ts`);

export default defineConfig({
  forbidOnly: true,
  fullyParallel: false,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  outputDir: 'test-results/playwright',
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    ...(browser ? { launchOptions: { executablePath: browser, args: browserArguments() } } : {}),
    screenshot: 'only-on-failure',
    trace: 'off',
  },
  projects: [
    { name: 'e2e-waiting', testDir: 'test/e2e', testMatch: waiting },
    { name: 'host', testDir: 'test/host-tests', testMatch: '**/*.spec.ts' },
    {
      name: 'e2e',
      testDir: 'test/e2e',
      testMatch: '**/*.spec.ts',
      testIgnore: [...waiting, ...(long ? [] : [sheets])],
    },
  ],
});

/** No name but loopback resolves: a test that reaches for the network fails instead of passing by luck. */
function browserArguments(): string[] {
  return [
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    '--disable-background-networking',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
}
