/* The command line as Electron reads it, and app.commandLine over it. */
import { resolve } from 'node:path';

export interface Arguments {
  /** Scripts to load before the app (`-r`). */
  readonly require: readonly string[];
  /** Folder or file of the app; undefined when none was named. */
  readonly app: string | undefined;
  /** `--inspect[=[host:]port]`; undefined when not asked for. */
  readonly inspectPort: number | undefined;
  /** `--remote-debugging-port`; undefined when not asked for. */
  readonly debuggingPort: number | undefined;
  readonly version: boolean;
}

const inspectDefault = 9229;

function portOf(argument: string, otherwise: number): number {
  const value = argument.split('=')[1]?.split(':').pop();
  return value === undefined ? otherwise : Number(value);
}

/** Switches before the app's path are Electron's; what follows the path belongs to the app. */
export function parseArguments(argv: readonly string[], cwd: string): Arguments {
  const require: string[] = [];
  let app: string | undefined;
  for (let index = 0; index < argv.length && app === undefined; index++) {
    const argument = argv[index] ?? '';
    if (argument === '-r' || argument === '--require') require.push(resolve(cwd, argv[++index] ?? ''));
    else if (!argument.startsWith('-')) app = resolve(cwd, argument);
  }
  const inspect = argv.find((argument) => /^--inspect(=|$)/.test(argument));
  const debugging = argv.find((argument) => argument.startsWith('--remote-debugging-port='));
  return {
    require,
    app,
    inspectPort: inspect === undefined ? undefined : portOf(inspect, inspectDefault),
    debuggingPort: debugging === undefined ? undefined : portOf(debugging, 0),
    version: argv.includes('--version') || argv.includes('-v'),
  };
}

export class CommandLine {
  readonly #switches = new Map<string, string>();

  constructor(argv: readonly string[]) {
    for (const argument of argv) {
      const match = /^--([^=]+)=?(.*)$/.exec(argument);
      if (match?.[1]) this.#switches.set(match[1], match[2] ?? '');
    }
  }

  appendSwitch(name: string, value = ''): void {
    this.#switches.set(name, value);
  }

  hasSwitch(name: string): boolean {
    return this.#switches.has(name);
  }

  getSwitchValue(name: string): string {
    return this.#switches.get(name) ?? '';
  }

  removeSwitch(name: string): void {
    this.#switches.delete(name);
  }
}
