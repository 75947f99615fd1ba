import { defineConfig, type TestUserConfig } from 'vitest/config';
import { emptyElectronForStore } from './vite.config.ts';

/** Suites with a project of their own, because they need the build or minutes; `unit` is every other *.test.ts. */
const separate = ['contracts', 'crash', 'emulators', 'faults', 'host-process', 'packaging'] as const;
/** Seconds of random events, or of years, against a whole gateway: with the faults, not with the units. */
const long = [
  'access/property',
  'budget/property',
  'budget/scopes-property',
  'context/long-conversation',
  'schedule/oracle',
].map((name) => `test/gateway/${name}.test.ts`);
/** The real library mends itself process-wide and is watched for leaks, so its files share no worker with others. */
const whatsapp = 'test/channels/whatsapp/**/*.test.ts';

/** Without it, importing electron-store under Node would try to download Electron. */
const plugins = [emptyElectronForStore()];

/** What these do is mostly waiting, for processes and for time-outs: a core alone would be idle. */
const bothCores: TestUserConfig = { maxWorkers: '100%' };

const shared: TestUserConfig = {
  environment: 'node',
  globals: false,
  restoreMocks: true,
  // Vitest's own second is over when the machine is busy; what never comes still fails before its test does.
  expect: { poll: { timeout: 15_000, interval: 20 } },
  unstubEnvs: true,
  server: { deps: { inline: ['electron-store'] } },
};

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      {
        plugins,
        test: {
          ...shared,
          name: 'unit',
          // Quicker to begin than processes, and nothing here is one.
          pool: 'threads',
          // The product has no state in modules, so files need no worker each: a third of the time is left.
          isolate: false,
          maxWorkers: '100%',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: [...long, whatsapp, ...separate.flatMap((name) => [`test/${name}/**`, `test/${name}.test.ts`])],
          testTimeout: 30_000,
        },
      },
      {
        plugins,
        test: { ...shared, name: 'contracts', include: ['test/contracts/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        plugins,
        test: {
          ...shared,
          name: 'emulators',
          pool: 'threads',
          include: ['test/emulators/**/*.test.ts', 'test/emulators/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        plugins,
        test: {
          ...shared,
          name: 'whatsapp',
          include: [whatsapp],
          // Nothing that is printed may hold a key, a message or a number.
          setupFiles: ['test/channels/whatsapp/watch-setup.ts'],
          execArgv: ['--expose-gc'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins,
        test: {
          ...shared,
          name: 'crash',
          ...bothCores,
          include: ['test/crash/**/*.test.ts'],
          // With the full counts a test takes minutes; else one that hangs would take all the time there is.
          testTimeout: process.env['PORCHLIGHT_TEST_COUNTS'] === 'long' ? 600_000 : 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins,
        test: {
          ...shared,
          name: 'faults',
          ...bothCores,
          include: ['test/faults/**/*.test.ts', ...long],
          // Most of a row is waiting for a time-out or a retry of the host.
          maxConcurrency: 6,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins,
        test: {
          ...shared,
          name: 'host-process',
          ...bothCores,
          include: ['test/host-process/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins,
        test: {
          ...shared,
          name: 'packaging',
          ...bothCores,
          include: ['test/packaging/**/*.test.ts', 'test/packaging.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
