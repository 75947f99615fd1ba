import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Boundary, boundaries } from '../boundaries.config.js';
import { type BoundaryReport, boundaryRules, checkBoundaries } from './lib/boundaries.ts';

const repository = join(import.meta.dirname, '..');

/** One import in one file of a small tree. */
interface Plant {
  readonly rule: string;
  readonly file: string;
  readonly target: string;
}

/** A file the entry holds for. `main/store/` gives `main/store/<name>.ts`, `main/host.ts` itself. */
function fileIn(at: string, name: string): string {
  if (at.endsWith('/*')) return `${at.slice(0, -1)}${name}.ts`;
  return at.endsWith('/') ? `${at}${name}.ts` : at;
}

/** A folder nobody but tests may import from, and one that even tests may not. */
const foreign = (entry: Boundary): string => (entry.at === 'test/' ? 'docs/target.ts' : 'test/lib/target.ts');

/** The wrong imports of one entry, one for each kind of rule it has. */
function plantsOf(entry: Boundary): readonly Plant[] {
  const plant = (kind: string, target: string): Plant => ({
    rule: `${entry.at} ${kind}`,
    file: fileIn(entry.at, `wrong-${kind}`),
    target,
  });
  return [
    plant('folders', entry.at === 'test/host/' ? 'main/lib/target.ts' : foreign(entry)),
    ...(entry.packages?.['*'] ? [] : [plant('packages', 'fast-check')]),
    ...(entry.node?.includes('*') ? [] : [plant('node', 'node:dgram')]),
  ];
}

/** A cycle is reported at one of its files; this is the other one's import. */
const wayBack = '';

const general: readonly Plant[] = [
  { rule: 'screens', file: 'renderer/screens/one/wrong.ts', target: 'renderer/screens/two/target.ts' },
  { rule: 'schemas', file: 'renderer/wrong-schemas.ts', target: 'preload/contract/schemas.ts' },
  { rule: 'cycles', file: 'main/store/wrong-one.ts', target: 'main/store/wrong-two.ts' },
  { rule: wayBack, file: 'main/store/wrong-two.ts', target: 'main/store/wrong-one.ts' },
  { rule: 'missing', file: 'main/lib/wrong-missing.ts', target: 'main/lib/nowhere.ts' },
  { rule: 'development', file: 'main/store/wrong-development.ts', target: 'fast-check' },
  { rule: 'unlisted', file: 'main/newcomer/wrong.ts', target: 'main/lib/target.ts' },
];
/** Packages that name a file for their whole which is not there: a part of each. */
const parts: Readonly<Record<string, string>> = { '@modelcontextprotocol/sdk': '@modelcontextprotocol/sdk/client' };
const plants = [...boundaries.flatMap(plantsOf), ...general];

const roots: string[] = [];

/** Writes the imports into an empty tree beside this repository's packages and checks it. */
async function check(imports: readonly Plant[], keyword: 'import' | 'import type'): Promise<BoundaryReport> {
  const root = mkdtempSync(join(tmpdir(), 'boundaries-'));
  roots.push(root);
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  cpSync(join(repository, 'package.json'), join(root, 'package.json'));
  const lines = new Map<string, string[]>();
  for (const { file, target, rule } of imports) {
    const inside = target.endsWith('.ts');
    const relative = posix.relative(posix.dirname(file), target);
    const specifier = inside ? (relative.startsWith('.') ? relative : `./${relative}`) : target;
    lines.set(file, [...(lines.get(file) ?? []), `${keyword} { value as v${lines.size} } from '${specifier}';`]);
    if (inside && rule !== 'missing' && !lines.has(target)) lines.set(target, []);
  }
  for (const [file, content] of lines) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${content.join('\n')}\nexport const value = 1;\n`);
  }
  return checkBoundaries(root);
}

afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

describe('boundaries', () => {
  let planted: BoundaryReport;
  let plantedTypes: BoundaryReport;

  beforeAll(async () => {
    planted = await check(plants, 'import');
    plantedTypes = await check(plants, 'import type');
  });

  it('has a planted violation for every rule, so that no rule is believed without proof', () => {
    const names = new Set(plants.map(({ rule }) => rule).filter((rule) => rule !== wayBack));
    expect(boundaryRules().map(({ name }) => name)).toEqual([...names]);
  });

  it.each(boundaryRules().map((rule) => ({ name: rule.name ?? '', lesson: rule.comment ?? '' })))(
    'reports a planted violation of "$name" with its lesson, or a wrong import would go in unseen',
    ({ name, lesson }) => {
      const expected = plants.filter(({ rule }) => rule === name);
      const found = planted.violations.filter((violation) => violation.rule === name);
      expect(found.map(({ from }) => from)).toEqual(expect.arrayContaining(expected.map(({ file }) => file)));
      expect(lesson.length).toBeGreaterThan(40);
      expect(found.map((violation) => violation.lesson)).toEqual(found.map(() => lesson));
    },
  );

  it.each(boundaries.flatMap(plantsOf))(
    'reports $rule for `import type` too, or a layer could lean on the types of another',
    ({ rule, file }) => {
      expect(plantedTypes.violations).toContainEqual(expect.objectContaining({ rule, from: file }));
    },
  );

  it('lets every import pass that the data allows, or the rules would be switched off in anger', async () => {
    const allowed = boundaries.flatMap((entry): Plant[] => [
      ...(entry.folders ?? [])
        .filter((folder) => !folder.endsWith('.json') && !folder.endsWith('.js'))
        .map((folder) => ({ rule: '', file: fileIn(entry.at, 'right'), target: fileIn(folder, 'target') })),
      ...Object.keys(entry.packages ?? {})
        .filter((name) => name !== '*' && name !== 'mdast')
        .map((name) => ({ rule: '', file: fileIn(entry.at, 'right'), target: parts[name] ?? name })),
      ...(entry.node ?? [])
        .map((name) => (name === '*' ? 'sqlite' : name))
        .map((name) => ({ rule: '', file: fileIn(entry.at, 'right'), target: `node:${name}` })),
    ]);
    const { violations, imports } = await check(allowed, 'import type');
    expect(violations).toEqual([]);
    expect(imports).toBeGreaterThan(100);
  });

  it('fails when there is nothing to read, or a parser that finds nothing would look like a clean tree', async () => {
    await expect(check([], 'import')).rejects.toThrow(/No import was found/);
  });
});
