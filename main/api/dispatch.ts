/**
 * The one way in for a window, over both transports: name known? → parameters fit? → handler → outcome. It never
 * rejects: a refusal of the store becomes its reason, anything unexpected is logged and becomes `host.bug`.
 */
import type { CommandName, Outcome, ParamsOf } from '../../preload/contract/commands.ts';
import type { Reason } from '../../preload/contract/reasons.ts';
import { describeError, type Log } from '../gateway/log.ts';
import { StorageTrouble } from '../gateway/storage.ts';

/** One function per command; parameters have been checked when it is called. */
export type Handlers = { readonly [Name in CommandName]: (params: ParamsOf<Name>) => Promise<Outcome<Name>> };

interface Checked<Params> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: Params }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}
/** What each command's parameters must look like (`commandSchemas` of the contract). */
export type Schemas = { readonly [Name in CommandName]: Checked<ParamsOf<Name>> };

export interface Dispatch {
  call(name: string, params: unknown): Promise<Outcome<CommandName>>;
}

export interface DispatchPorts {
  readonly handlers: Handlers;
  /** Loads the schemas when the first call comes: they are the slowest part of a start. */
  readonly loadSchemas: () => Promise<Schemas>;
  readonly log: Log;
}

export function createDispatch(ports: DispatchPorts): Dispatch {
  let schemas: Promise<Schemas> | undefined;
  const run = async <Name extends CommandName>(name: Name, params: unknown): Promise<Outcome<CommandName>> => {
    schemas ??= ports.loadSchemas();
    const checked = (await schemas)[name].safeParse(params);
    if (checked.success) return ports.handlers[name](checked.data);
    const issue = checked.error.issues[0];
    const path = issue?.path.map(String).join('.') ?? '';
    return refused({ code: 'input.malformed', params: { path: path || name, expected: issue?.message ?? '' } });
  };
  return {
    async call(name, params) {
      if (!isCommand(ports.handlers, name)) {
        return refused({ code: 'input.command-unknown', params: { command: name.slice(0, 64) } });
      }
      try {
        return await run(name, params);
      } catch (error) {
        if (error instanceof StorageTrouble) return refused(error.reason);
        const stack = error instanceof Error ? (error.stack ?? '') : '';
        ports.log.write('error', 'api.command-failed', { command: name, error: describeError(error), stack });
        return refused({ code: 'host.bug' });
      }
    },
  };
}

function isCommand(handlers: Handlers, name: string): name is CommandName {
  return Object.hasOwn(handlers, name);
}

function refused(why: Reason): { readonly ok: false; readonly reason: Reason } {
  return { ok: false, reason: why };
}
