/** The language files as they are, and what of a template must be the same in every language. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Catalog = Readonly<Record<string, string>>;

const folder = join(import.meta.dirname, '../../resources/i18n');

/** What stands before the language in the names of the files: `window.de.json`. */
export const parts = ['', 'window.', 'desktop.'] as const;

export const catalogFiles: readonly string[] = readdirSync(folder);

export function catalogOf(part: (typeof parts)[number], language: string): Catalog {
  return JSON.parse(readFileSync(join(folder, `${part}${language}.json`), 'utf8')) as Catalog;
}

/** Placeholders as they are filled, each with how: `cap, money`, `count, plural`, `name`; twice where it stands twice. */
export function placeholdersOf(template: string): readonly string[] {
  const outside = template.replaceAll(/\{(\w+), plural,(?:\s*\w+ \{(?:[^{}]|\{\w+\})*\})+\s*\}/g, '{$1, plural}');
  const within = [...template.matchAll(/ (?:zero|one|two|few|many|other) \{((?:[^{}]|\{\w+\})*)\}/g)];
  const inBranches = within.flatMap(([, text = '']) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name));
  return [
    ...new Set([...[...outside.matchAll(/\{(\w+(?:, \w+)?)\}/g)].map(([, name = '']) => name), ...inBranches]),
  ].sort();
}

/** The forms of each plural of a template. */
export function pluralsOf(template: string): readonly (readonly string[])[] {
  return [...template.matchAll(/\{\w+, plural,((?:\s*\w+ \{(?:[^{}]|\{\w+\})*\})+)\s*\}/g)].map(([, branches = '']) =>
    [...branches.matchAll(/(\w+) \{(?:[^{}]|\{\w+\})*\}/g)].map(([, form = '']) => form),
  );
}
