import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join, relative } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, minifySync, type EnvironmentOptions, type Plugin } from 'vite';

/*
 * One build of everything that ships, in one Vite process (`npm run build`):
 *
 *   dist/main/index.js, serve.js   the two entries, sharing chunks; a dynamic import() is a chunk of its own
 *   dist/main/workers/<name>.js    one self-contained file per workers/<name>.ts of the store and the tools
 *   dist/preload/index.cjs         the bridge, requiring only electron
 *   dist/renderer/                 the window, and the licences of what is inside (licences.json)
 *   dist/built                     written last: its time is compared with the sources by main/launch.mjs
 *
 * All files of dist/main lie side by side, so `import.meta.dirname` means the same in every chunk: `../renderer`,
 * `../preload`, `../../resources`, `./workers`.
 */

const root = import.meta.dirname;
const dist = (part: string): string => join(root, 'dist', part);
const present = (paths: readonly string[]): string[] => paths.map((path) => join(root, path)).filter(exists);

const exists = (path: string): boolean => globSync(path).length > 0;

const mainEntries = present(['main/index.ts', 'main/serve.ts']);
const preloadEntries = present(['preload/index.ts']);
const pages = present(['renderer/index.html']);
const workers = globSync(join(root, 'main/{store,tools/*}/workers/*.ts'));

/** Node's own modules and Electron (see below) exist where the bundle runs; everything else is in it. */
const external = [/^node:/, ...builtinModules];

/**
 * electron-store imports `electron` for defaults that we never use (we always pass an absolute `cwd`). An empty module
 * in its place lets the same chunk run in both hosts: under plain Node the real package would try to download Electron.
 */
export function emptyElectronForStore(): Plugin {
  const id = '\0empty-electron';
  return {
    name: 'empty-electron-for-store',
    enforce: 'pre',
    resolveId(source, importer) {
      if (source !== 'electron') return undefined;
      return importer?.replaceAll('\\', '/').includes('/electron-store/') ? id : { id: source, external: true };
    },
    load: (asked) => (asked === id ? 'export default {};' : undefined),
  };
}

/** What WhatsApp's library would like to have for pictures, sounds and previews of links, which it is never asked for. */
const wishes: ReadonlySet<string> = new Set(['sharp', 'jimp', 'link-preview-js', 'audio-decode']);

/** Such an import fails where it runs, as that of a package that is not installed does. */
function unfulfilledWishes(): Plugin {
  const prefix = '\0absent-';
  return {
    name: 'unfulfilled-wishes',
    enforce: 'pre',
    resolveId: (source, importer) =>
      wishes.has(source) && importer?.replaceAll('\\', '/').includes('/baileys/') === true
        ? `${prefix}${source}`
        : undefined,
    load: (id) =>
      id.startsWith(prefix) ? `throw new Error('${id.slice(prefix.length)} is not a part of this.');` : undefined,
  };
}

/** The library for servers of tools makes code out of a server's text where it checks it; it is never asked to. */
function withoutSchemaCompiler(): Plugin {
  const compiler = /\/@modelcontextprotocol\/sdk\/dist\/esm\/validation\/ajv-provider\.js$/;
  return {
    name: 'without-schema-compiler',
    enforce: 'pre',
    load: (id) =>
      compiler.test(id.replaceAll('\\', '/'))
        ? "export class AjvJsonSchemaValidator { constructor() { throw new Error('No schema is compiled here.'); } }"
        : undefined,
  };
}

/** Points `new URL('./workers/x.ts', import.meta.url)` at the built worker; Vite would drop it without a word. */
function workerUrls(): Plugin {
  const reference = /new URL\(\s*(['"])(?:\.\.?\/)+(?:store\/)?workers\/([\w-]+)\.ts\1\s*,\s*import\.meta\.url\s*\)/g;
  return {
    name: 'worker-urls',
    enforce: 'pre',
    applyToEnvironment: (environment) => environment.name === 'main',
    transform(code, id) {
      if (!id.startsWith(join(root, 'main')) || !code.includes('/workers/')) return undefined;
      const names = new Set(workers.map((path) => basename(path, '.ts')));
      return code.replace(reference, (_match, _quote, name: string) => {
        if (!names.has(name)) this.error(`${relative(root, id)} names the worker ${name}, which is not there.`);
        return `new URL('./workers/${name}.js', import.meta.url)`;
      });
    },
  };
}

/**
 * Takes the blanks out of chunks that hold nothing but packages: half of WhatsApp's library is indentation of generated
 * code, which would be downloaded, and kept in memory as long as the program runs. Names stay, so that errors can be
 * read; chunks with a file of ours are left as they are.
 */
function withoutBlanks(): Plugin {
  return {
    name: 'without-blanks',
    applyToEnvironment: (environment) => environment.name === 'main',
    // Not in renderChunk: what comes out of that is printed once more, with its blanks.
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk' || !chunk.moduleIds.every((id) => /^\0|\/node_modules\//.test(id))) continue;
        const only = { compress: false, mangle: false, codegen: { removeWhitespace: true } } as const;
        const { code, errors } = minifySync(chunk.fileName, chunk.code, only);
        const [error] = errors;
        if (error !== undefined) this.error(`${chunk.fileName}: ${error.message}`);
        // Which packages are inside is read from these lines, here as in every other chunk.
        const inside = chunk.moduleIds.flatMap((id) => /\/(node_modules\/[^?]*)/.exec(id)?.[1] ?? []);
        chunk.code = [...new Set(inside)].map((path) => `// ${path}\n`).join('') + code;
      }
    },
  };
}

/** Fails the build when something reaches a module that does not exist where it runs. */
function onlyWhatIsThere(): Plugin {
  return {
    name: 'only-what-is-there',
    generateBundle(_options, bundle) {
      const environment = this.environment.name;
      const mayUse = (name: string): boolean =>
        environment === 'preload' ? name === 'electron' : environment !== 'client' && name !== 'electron';
      const reached = new Set<string>();
      const visit = (name: string, trail: readonly string[]): void => {
        if (reached.has(name)) return;
        reached.add(name);
        const chunk = bundle[name];
        if (chunk?.type === 'chunk') {
          for (const next of [...chunk.imports, ...chunk.dynamicImports]) visit(next, [...trail, name]);
        } else if (!chunk && !mayUse(name)) {
          this.error(
            `${[...trail, name].join(' → ')}: only main/index.ts and main/shell may use electron at run time, the ` +
              'headless entry and the workers never; the preload may require electron and nothing else.',
          );
        }
      };
      const entries = Object.values(bundle).filter((file) => file.type === 'chunk' && file.isEntry);
      for (const { fileName } of entries) if (fileName !== 'index.js') visit(fileName, []);
    },
  };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Folder of a package as a module in `from` finds it. */
function packageFolder(name: string, from: string): string {
  const here = join(from, 'node_modules', name);
  if (existsSync(join(here, 'package.json'))) return here;
  if (from === root) throw new Error(`The package ${name} is not installed.`);
  return packageFolder(name, join(from, '..'));
}

/** Of packages of which a small part is used: which of their dependencies are in it. */
const partsUsed: Readonly<Record<string, readonly string[]>> = {
  // The others are for programs that are servers themselves.
  '@modelcontextprotocol/sdk': ['eventsource-parser', 'pkce-challenge', 'zod'],
};

/** What ships in the bundles, each with its licence as its authors gave it, by name. */
export function licencesInside(): readonly Readonly<Record<'name' | 'version' | 'licence' | 'text', string>>[] {
  const read = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const folders = new Set<string>();
  const visit = (from: string): void => {
    const { name: of, dependencies = {} } = read(from);
    for (const name of partsUsed[of] ?? Object.keys(dependencies)) {
      const folder = packageFolder(name, from);
      if (folders.has(folder)) continue;
      folders.add(folder);
      visit(folder);
    }
  };
  visit(root);
  const found = [...folders].map((folder) => {
    const { name, version, license = '' } = read(folder);
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    return {
      name,
      version,
      licence: license,
      text: files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n'),
    };
  });
  return found.sort((one, other) => one.name.localeCompare(other.name, 'en'));
}

/** Puts {@link licencesInside} beside the window, which shows it. */
function licences(): Plugin {
  return {
    name: 'licences',
    applyToEnvironment: (environment) => environment.name === 'client',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'licences.json', source: JSON.stringify(licencesInside()) });
    },
  };
}

/** A part that runs in Node or in Electron's preload: everything bundled but `external`. */
function server(options: NonNullable<EnvironmentOptions['build']>): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true, external: [], conditions: ['module', 'node'], mainFields: ['module', 'main'] },
    build: { minify: false, target: 'node24', ssr: true, emptyOutDir: true, ...options },
  };
}

const worker = (path: string): [string, EnvironmentOptions] => [
  `worker_${basename(path, '.ts').replace(/\W/g, '_')}`,
  server({
    outDir: dist('main/workers'),
    emptyOutDir: false,
    rolldownOptions: { input: [path], external, output: { entryFileNames: '[name].js', codeSplitting: false } },
  }),
];

export default defineConfig({
  root: join(root, 'renderer'),
  publicDir: false,
  base: '/', // served at the root in both hosts; a deep link must find its script too
  logLevel: 'warn',
  build: { sourcemap: false, reportCompressedSize: false, chunkSizeWarningLimit: 2_000 },
  plugins: [
    emptyElectronForStore(),
    unfulfilledWishes(),
    withoutSchemaCompiler(),
    workerUrls(),
    react(),
    licences(),
    withoutBlanks(),
    onlyWhatIsThere(),
  ],
  environments: {
    client: {
      build: {
        outDir: dist('renderer'),
        emptyOutDir: true,
        target: 'es2024',
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        rolldownOptions: { input: pages },
      },
    },
    main: server({
      outDir: dist('main'),
      rolldownOptions: {
        input: mainEntries,
        external,
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    }),
    preload: server({
      outDir: dist('preload'),
      target: 'es2024',
      rolldownOptions: {
        input: preloadEntries,
        external,
        output: { format: 'cjs', entryFileNames: 'index.cjs', codeSplitting: false },
      },
    }),
    ...Object.fromEntries(workers.map(worker)),
  },
  builder: {
    async buildApp(builder) {
      const started = new Date();
      rmSync(dist('built'), { force: true });
      const inputs = { main: mainEntries, preload: preloadEntries, client: pages };
      for (const [name, entries] of Object.entries(inputs)) {
        const environment = builder.environments[name];
        if (environment && entries.length > 0) await builder.build(environment);
      }
      for (const [name, environment] of Object.entries(builder.environments)) {
        if (name.startsWith('worker_')) await builder.build(environment);
      }
      mkdirSync(dist('.'), { recursive: true });
      writeFileSync(dist('built'), `${started.toISOString()}\n`);
      utimesSync(dist('built'), started, started); // what was saved while it built is newer than the build
    },
  },
});
