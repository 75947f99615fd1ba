/**
 * What a host is told that has lib/die-at.ts or lib/other-time.ts loaded into it: modules at the borders to the system,
 * so that nothing in the product has to know of a test.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Where a host kills itself with -9.
 *
 *   commit   a transaction is on disk that wrote a row of `table` in which all of `words` stand as values
 *   placed   a note's new text is about to be put (`when` before) or has been put in the place `file`
 */
export type DieAt =
  | { readonly kind: 'commit'; readonly table: string; readonly words: readonly string[] }
  | { readonly kind: 'placed'; readonly when: 'before' | 'after'; readonly file: string };

export interface OtherTime {
  /** Milliseconds that the clock on the wall is ahead. */
  readonly ahead?: number;
  /** Milliseconds after which a timer of a minute goes off. */
  readonly minute?: number;
}

export const dieAtVariable = 'PORCHLIGHT_CRASH_DIE_AT';
export const otherTimeVariable = 'PORCHLIGHT_CRASH_TIME';

export interface Preloaded {
  readonly dieAt?: DieAt;
  readonly time?: OtherTime;
}

/** The environment of such a host. */
export function preloaded({ dieAt, time }: Preloaded): Readonly<Record<string, string>> {
  const wanted = [...(dieAt === undefined ? [] : ['die-at.ts']), ...(time === undefined ? [] : ['other-time.ts'])];
  const imports = wanted.map((name) => `--import ${pathToFileURL(join(import.meta.dirname, name)).href}`);
  return {
    ...(imports.length === 0 ? {} : { NODE_OPTIONS: imports.join(' ') }),
    ...(dieAt === undefined ? {} : { [dieAtVariable]: JSON.stringify(dieAt) }),
    ...(time === undefined ? {} : { [otherTimeVariable]: JSON.stringify(time) }),
  };
}
