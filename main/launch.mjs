/*
 * What `npm start` and `npm run serve` run. It builds when the sources are newer than the build, then hands over:
 *
 *   Electron and a display are there   → the tray app
 *   one of them is missing             → one sentence why, and the headless host with the same arguments
 *   --headless (first argument)        → the headless host without asking
 *
 * Everything it says goes to stderr: stdout belongs to the host (`--json` prints one line there). It is plain
 * JavaScript for Node 20, because it is what has to explain that Node 20 is too old.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const neededNode = 24;
const downloadLimit = 60_000;
const sources = [
  'main',
  'preload',
  'renderer',
  'resources/i18n',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
];

/** @param {string} sentence */
const say = (sentence) => process.stderr.write(`${sentence}\n`);

/**
 * Ends with a sentence for the person at the terminal.
 * @param {string} sentence
 * @returns {never}
 */
function giveUp(sentence) {
  say(sentence);
  process.exit(1);
}

/**
 * The newest change below a path, in milliseconds; 0 when it does not exist.
 * @param {string} path
 * @returns {number}
 */
function changed(path) {
  if (!existsSync(path)) return 0;
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, changed(join(path, name))), own.mtimeMs);
}

/** Builds dist/ when it is missing or older than its sources. */
async function build() {
  const built = changed(join(root, 'dist/built'));
  if (built > 0 && sources.every((path) => changed(join(root, path)) <= built)) return;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  if (!existsSync(vite)) giveUp('Porchlight is not installed yet: run `npm ci` in this folder first.');
  say('Building…');
  const code = await run(process.execPath, [vite, 'build'], { stdio: ['ignore', 2, 2] });
  if (code !== 0) giveUp('The build failed, see above; nothing was started.');
}

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>} its exit code, 1 when it could not be run or was ended
 */
function run(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], { cwd: root, ...options });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/**
 * Where Electron's executable is, without asking the electron package, which would download it.
 * @returns {string | undefined} undefined when it is not on this machine
 */
function findElectron() {
  const folder = join(root, 'node_modules/electron');
  const pathFile = join(folder, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : undefined;
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const path = override ? join(override, name ?? 'electron') : name && join(folder, 'dist', name);
  return path && existsSync(path) ? path : undefined;
}

/**
 * Electron's executable, fetched once when that is allowed; or the reason why there will be no tray.
 * @returns {Promise<{ path: string } | { reason: string }>}
 */
async function electronOrReason() {
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!process.env.ELECTRON_OVERRIDE_DIST_PATH && !display) {
    return { reason: 'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)' };
  }
  const path = findElectron();
  if (path) return { path };
  const install = join(root, 'node_modules/electron/install.js');
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) return { reason: 'ELECTRON_OVERRIDE_DIST_PATH names no Electron' };
  if (process.env.PORCHLIGHT_NO_DOWNLOAD === '1' || !existsSync(install)) {
    return { reason: 'Electron is not on this machine' };
  }
  say('Getting Electron (about 120 MB, once)…');
  await run(process.execPath, [install], { stdio: 'ignore', timeout: downloadLimit });
  const fetched = findElectron();
  return fetched
    ? { path: fetched }
    : { reason: 'Electron could not be downloaded (`npx install-electron` tries again without a time limit)' };
}

/**
 * Becomes the command, so that signals and the exit code are its own and no launcher stays in memory. Where a process
 * cannot be replaced (Windows, older Node) it waits for the command and passes signals on.
 * @param {string} command
 * @param {readonly string[]} args
 */
async function become(command, args) {
  process.chdir(root);
  if (process.platform !== 'win32' && process.execve) process.execve(command, [command, ...args], process.env);
  const child = spawn(command, [...args], { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child itself; a second one would cut its drain short.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.once('error', (error) => giveUp(`${command} could not be started: ${error.message}`));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
}

const major = Number(process.versions.node.split('.')[0]);
if (major < neededNode) {
  giveUp(
    `Porchlight needs Node ${neededNode} or newer and this is Node ${process.versions.node}. ` +
      `On Linux and Windows \`npm ci && npm start\` brings its own; elsewhere install Node ${neededNode} from nodejs.org.`,
  );
}

const headless = process.argv[2] === '--headless';
const args = process.argv.slice(headless ? 3 : 2);
await build();
const found = headless ? undefined : await electronOrReason();
if (found && 'path' in found) {
  await become(found.path, ['.', ...args]);
} else {
  if (found) say(`${found.reason}, so Porchlight runs without a tray and shows its window in a browser.`);
  await become(process.execPath, ['dist/main/serve.js', ...args]);
}
