/**
 * What is loaded when nothing is configured, as a document: `node test/packaging/modules.ts` starts the build on empty
 * homes and writes docs/modules-at-start.md. A test compares the file with what a start loads, so that nobody makes
 * every start pay for a library without saying so.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { startNode } from '../bench/process.ts';
import { browserVariable, findBrowser } from '../lib/browser.ts';

export const modulesDocument = new URL('../../docs/modules-at-start.md', import.meta.url);

const root = join(import.meta.dirname, '../..');
const desktop = join(import.meta.dirname, '../host/start.ts');
const script = (path: string): string => join(import.meta.dirname, path);

/** The ways to start it, each until it is ready, and then to the end. */
const starts = {
  headless: [join(root, 'dist/main/serve.js'), '--json', '--port', '0'],
  tray: [desktop, '-r', script('say-ready.ts'), root, '--hidden'],
  window: [desktop, '-r', script('../bench/inside.ts'), root],
} as const;

export type Way = keyof typeof starts;
export const ways = Object.keys(starts) as readonly Way[];

/** What one start loaded. */
export interface Loaded {
  /** Folders of our own sources, each once. */
  readonly own: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
  /** Modules of Node that our files ask for. */
  readonly builtIn: ReadonlySet<string>;
}

/** Starts it on an empty directory until it is ready, ends it, and says what was loaded in all that time. */
export async function loadedBy(way: Way): Promise<Loaded> {
  const home = mkdtempSync(join(tmpdir(), 'empty-start-'));
  const record = join(home, 'loaded');
  try {
    await using started = await startNode({
      args: ['--import', script('recorder.mjs'), ...starts[way], '--data-dir', join(home, 'data')],
      env: { HOME: home, LOADED: record, [browserVariable]: findBrowser() ?? '' },
    });
    if (!existsSync(join(home, 'data/porchlight.db'))) throw new Error('It was ready before it had anything.');
    await started[Symbol.asyncDispose]();
    if (started.child.exitCode !== 0) throw new Error(`It ended with ${String(started.child.exitCode)}.`);
    return readRecord(readFileSync(record, 'utf8'));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function readRecord(lines: string): Loaded {
  const all = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as readonly [asking: string | null, asked: string]);
  const ours = (url: string | null): url is string => url?.includes('/dist/main/') === true;
  const files = new Set(all.map(([, asked]) => asked).filter(ours));
  const marks = [...files].flatMap((url) => sourcesIn(readFileSync(fileURLToPath(url), 'utf8')));
  const builtIn = all.filter(([asking, asked]) => ours(asking) && isBuiltin(asked)).map(([, asked]) => asked);
  const packageOf = (path: string): string | undefined => /node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//.exec(path)?.[1];
  return {
    own: new Set(marks.filter((path) => packageOf(path) === undefined).map((path) => dirname(path))),
    packages: new Set(marks.flatMap((path) => packageOf(path) ?? [])),
    builtIn: new Set(builtIn),
  };
}

/** The bundler marks each module with its path. */
function sourcesIn(code: string): readonly string[] {
  return [...code.matchAll(/^\/\/ ((?:main|preload|resources|.*node_modules)\/\S+\.\w+)$/gm)].map(
    (match) => match[1] ?? '',
  );
}

const heading = `# What a start loads

Everything that the process loads when nothing is configured: until it is ready, and while it ends. Drawn from starts of
the build by \`node test/packaging/modules.ts\`; a test compares the two. What a channel or a model needs comes with the
first one that is configured, the check of the window's calls with the window's first call.

Three starts: _headless_ is \`npm run serve\`, _tray_ the desktop as it starts at login, without a window, and _window_ the
desktop until its first screen is drawn. The desktop runs in the stand-in for Electron, whose own modules are left out.
`;

/** The document that describes these starts. */
export function describeModules(loaded: Readonly<Record<Way, Loaded>>): Promise<string> {
  const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const part = (title: string, of: keyof Loaded): string => {
    const names = [...new Set(ways.flatMap((way) => [...loaded[way][of]]))].sort();
    const loaders = (name: string): string => ways.filter((way) => loaded[way][of].has(name)).join(', ');
    const groups = Map.groupBy(names, loaders);
    const lines = [...groups].map(([who, which]) => `- ${who}: ${list(which)}`);
    return `## ${title}\n\n${lines.join('\n')}`;
  };
  const parts = [part('Our own sources, by folder', 'own'), part('Packages', 'packages'), part('Of Node', 'builtIn')];
  return format(`${heading}\n${parts.join('\n\n')}\n`, { parser: 'markdown', printWidth: 120, proseWrap: 'always' });
}

/** The document as it is. */
export function presentModules(): string {
  return readFileSync(modulesDocument, 'utf8');
}

/** Each way once, one after the other. */
export async function loadedByAll(): Promise<Readonly<Record<Way, Loaded>>> {
  return { headless: await loadedBy('headless'), tray: await loadedBy('tray'), window: await loadedBy('window') };
}

if (import.meta.main) writeFileSync(modulesDocument, await describeModules(await loadedByAll()));
