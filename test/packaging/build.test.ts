import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { parseSync } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
const read = (path: string): string => readFileSync(join(dist, path), 'utf8');

/** A node of the syntax tree, as far as imports are concerned. */
interface SyntaxNode {
  readonly type: string;
  readonly source?: { readonly value?: unknown } | null;
}
const isNode = (value: unknown): value is SyntaxNode => typeof value === 'object' && value !== null && 'type' in value;

const importing = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression'];

/** What a module names in its imports and exports, and in calls of `import()`. */
function importsOf(code: string): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isNode(value)) {
      const name = importing.includes(value.type) ? value.source?.value : undefined;
      if (typeof name === 'string') found.push(name);
      Object.values(value).forEach(visit);
    }
  };
  visit(parseSync('module.js', code).program);
  return found;
}

/** Every file of dist/main that `entry` may ever load, and what it names outside of them. */
function reach(entry: string): { readonly files: ReadonlySet<string>; readonly outside: Set<string> } {
  const files = new Set<string>();
  const outside = new Set<string>();
  const visit = (name: string): void => {
    if (files.has(name)) return;
    files.add(name);
    for (const next of importsOf(read(join('main', name)))) {
      if (next.startsWith('.')) visit(basename(next));
      else outside.add(next);
    }
  };
  visit(entry);
  return { files, outside };
}

describe('the build', () => {
  beforeAll(() => {
    if (!existsSync(join(dist, 'built'))) throw new Error('There is no build: run `npm run build` first.');
  });

  it('has both hosts, the bridge and the window, and no source map', () => {
    const needed = ['main/index.js', 'main/serve.js', 'preload/index.cjs', 'renderer/index.html'];
    expect(needed.filter((path) => !existsSync(join(dist, path)))).toEqual([]);
    expect(globSync('**/*.map', { cwd: dist })).toEqual([]);
  });

  it('never reaches electron from the headless host, where importing it would try to download it', () => {
    const { outside } = reach('serve.js');
    expect([...outside].filter((name) => name === 'electron' || name.startsWith('electron/'))).toEqual([]);
  });

  it('needs nothing but Node and Electron, or the packaged app, which has no node_modules, would not start', () => {
    const outside = [...reach('index.js').outside, ...reach('serve.js').outside];
    expect(outside.filter((name) => name !== 'electron' && !isBuiltin(name))).toEqual([]);
  });

  it('has every worker as one file of its own, or it could not be started from beside the archive', () => {
    const sources = globSync('main/{store,tools/*}/workers/*.ts', { cwd: root });
    const workers = globSync('*.js', { cwd: join(dist, 'main/workers') });
    expect(workers.map((name) => basename(name, '.js')).sort()).toEqual(
      sources.map((name) => basename(name, '.ts')).sort(),
    );
    for (const name of workers) {
      expect(importsOf(read(join('main/workers', name))).filter((path) => path.startsWith('.'))).toEqual([]);
    }
  });

  it('requires electron and nothing else in the bridge, as the sandbox of a page allows', () => {
    const required = [...read('preload/index.cjs').matchAll(/\brequire\(\s*["']([^"']+)["']\s*\)/g)];
    expect(required.map((match) => match[1])).toEqual(['electron']);
  });

  it('has nothing inline in the page, which the content security policy would refuse', () => {
    const page = read('renderer/index.html');
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
    for (const script of page.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
      expect(script[1]).toContain('src="/');
      expect(script[2]).toBe('');
    }
  });
});
