/** The command line of the tray app. Switches it does not know are Electron's and Chromium's, and are left to them. */
import { parseArgs } from 'node:util';
import { failed, ok, type Result } from '../lib/result.ts';
import type { Say } from './words.ts';

export interface DesktopArguments {
  /** As given with `--data-dir`; null when it was not. */
  readonly dataDir: string | null;
  /** Start in the tray alone, as at login. */
  readonly hidden: boolean;
  /** Sentences about flags that have no effect here. */
  readonly warnings: readonly string[];
}

/** Flags of the headless host that somebody may try here; not saying so would look like obeying. */
const headlessOnly = ['port', 'host', 'allow-host', 'provision', 'restore-backup', 'json'];

/** `args` without the executable (and, before packaging, without the app's folder). Fails with a sentence. */
export function readDesktopArguments(args: readonly string[], say: Say): Result<DesktopArguments, string> {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: { 'data-dir': { type: 'string' }, hidden: { type: 'boolean' } },
  });
  const dataDir = values['data-dir'];
  const given = typeof dataDir === 'string' && !/^(--|$)/.test(dataDir);
  // Without a value it would silently be the default directory: somebody else's messages, as far as the caller knows.
  if (dataDir !== undefined && !given) return failed(say('argument.no-value', { name: '--data-dir' }));
  const used = headlessOnly.filter((name) => Object.hasOwn(values, name));
  return ok({
    dataDir: given ? dataDir : null,
    hidden: values['hidden'] === true,
    warnings: used.map((name) => say('argument.headless', { name: `--${name}` })),
  });
}
