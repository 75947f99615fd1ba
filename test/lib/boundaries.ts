import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult, type IRegularForbiddenRuleType } from 'dependency-cruiser';
import { type Boundary, boundaries, general } from '../../boundaries.config.js';

/** One import that is not allowed, and what to do instead. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly lesson: string;
}

/** What was looked at, and what was wrong with it. */
export interface BoundaryReport {
  readonly modules: number;
  readonly imports: number;
  readonly violations: readonly Violation[];
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** The regular expression of an entry's `at` or of one of its `folders`. */
function pattern(at: string): string {
  if (at.endsWith('/*')) return `^${escape(at.slice(0, -1))}[^/]+$`;
  return at.endsWith('/') ? `^${escape(at)}` : `^${escape(at)}$`;
}

/** Whether `inner` covers only files that `outer` covers too, so that `inner`'s entry holds for them. */
function isWithin(inner: string, outer: string): boolean {
  if (inner === outer) return false;
  if (outer.endsWith('/*')) return !inner.endsWith('/') && new RegExp(pattern(outer)).test(inner);
  return outer.endsWith('/') && inner.startsWith(outer);
}

const anyOf = (patterns: readonly string[]): string => patterns.join('|') || '^$';

/** A package by name, where it is found on disk or (types only) where it is not. */
const packagePattern = (name: string): string => `(^|node_modules/)(@types/)?${escape(name)}(/|$)`;

/** The rules of one entry: other folders, packages, Node's modules. */
function rulesOf(entry: Boundary, all: readonly Boundary[]): IRegularForbiddenRuleType[] {
  const inner = all.filter((other) => isWithin(other.at, entry.at)).map((other) => pattern(other.at));
  const from = { path: pattern(entry.at), ...(inner.length > 0 ? { pathNot: inner } : {}) };
  const own = [entry.at, ...(entry.folders ?? [])].map(pattern);
  const packages = Object.keys(entry.packages ?? {});
  const modules = entry.node ?? [];
  const rule = (kind: string, to: IRegularForbiddenRuleType['to']): IRegularForbiddenRuleType[] => [
    { name: `${entry.at} ${kind}`, comment: entry.lesson, severity: 'error', from, to },
  ];
  return [
    ...rule('folders', {
      pathNot: [...own, 'node_modules/'],
      dependencyTypes: ['local', 'localmodule', 'undetermined'],
    }),
    ...(packages.includes('*')
      ? []
      : rule('packages', {
          path: 'node_modules/',
          pathNot: anyOf(packages.map(packagePattern)),
        })),
    ...(modules.includes('*')
      ? []
      : rule('node', {
          dependencyTypes: ['core'],
          pathNot: anyOf(modules.map((name) => `^(node:)?${escape(name)}$`)),
        })),
  ];
}

/** Every rule that boundaries.config.js stands for. */
export function boundaryRules(): readonly IRegularForbiddenRuleType[] {
  const shipped = '^(main|preload|renderer)/';
  const unlisted = boundaries.map((entry) => pattern(entry.at));
  const rule = (
    name: keyof typeof general,
    from: IRegularForbiddenRuleType['from'],
    to: IRegularForbiddenRuleType['to'],
  ): IRegularForbiddenRuleType => ({ name, comment: general[name], severity: 'error', from, to });
  return [
    ...boundaries.flatMap((entry) => rulesOf(entry, boundaries)),
    rule(
      'screens',
      { path: '^renderer/screens/([^/]+)/' },
      { path: '^renderer/screens/', pathNot: '^renderer/screens/$1/' },
    ),
    rule(
      'schemas',
      { path: '^renderer/' },
      { path: String.raw`^preload/contract/schemas\.ts$`, dependencyTypesNot: ['type-only'] },
    ),
    rule('cycles', { path: shipped }, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    rule('missing', {}, { couldNotResolve: true, dependencyTypesNot: ['type-only'] }),
    rule(
      'development',
      { path: shipped },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: packagePattern('electron') },
    ),
    rule('unlisted', { path: shipped, pathNot: unlisted }, {}),
  ];
}

/**
 * Reads every import below `root` (also type-only ones) and returns those that boundaries.config.js refuses.
 *
 * @param root absolute path of the repository or of a copy of it
 * @throws when nothing could be read: a parser that finds nothing must not look like a clean tree
 */
export async function checkBoundaries(root: string): Promise<BoundaryReport> {
  const parts = ['main', 'preload', 'renderer', 'test'].filter((part) => existsSync(join(root, part)));
  const { output } = await cruise(
    parts,
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: [...boundaryRules()] },
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '^(dist|release|test-results)/' },
      moduleSystems: ['es6', 'cjs'],
    },
    {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.css', '.d.ts'],
      conditionNames: ['import', 'require', 'node', 'types', 'default'],
      exportsFields: ['exports'],
    },
  );
  const result = readResult(output);
  if (result.summary.totalCruised === 0 || (result.summary.totalDependenciesCruised ?? 0) === 0) {
    throw new Error('No import was found at all: dependency-cruiser cannot parse TypeScript with what is installed.');
  }
  const lessons = new Map(boundaryRules().map((rule) => [rule.name, rule.comment ?? '']));
  return {
    modules: result.summary.totalCruised,
    imports: result.summary.totalDependenciesCruised ?? 0,
    violations: result.summary.violations.map(({ from, to, rule }) => ({
      rule: rule.name,
      from,
      to,
      lesson: lessons.get(rule.name) ?? '',
    })),
  };
}

function readResult(output: ICruiseResult | string): ICruiseResult {
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text where data was asked for.');
  return output;
}
