/** The tools there are, what the owner permits of each, and who may be offered them. */
import { failed, ok, type Result } from '../../lib/result.ts';
import { roleIn, saidAsGuest } from '../access/access.ts';
import { pause } from '../clock.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { ToolDescription } from '../model.ts';
import type { Tables } from '../storage.ts';
import type { Tool } from '../tool.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { Millis, Reason } from '../types.ts';
import type { Standing } from './decide.ts';
import type { ToolPermission, ToolStatus } from './types.ts';

/** The owner's side of it. */
export interface Tools {
  /** The core's own first, then in the order in which they are offered. */
  list(): readonly ToolStatus[];
  /**
   * Null: as the tool comes. `input.not-found` for a name that no tool has, `settings.fixed-by-file` where a provision
   * file says what it is.
   */
  setPermission(name: string, permission: ToolPermission | null): Promise<Result<void, Reason>>;
  /** What holds for as long as this host runs, whatever the owner said before; also for tools that are not there yet. */
  fix(permissions: ReadonlyMap<string, ToolPermission>): void;
}

export interface Toolbox extends Tools {
  /** Null: there is no such tool now. */
  find(name: string): ToolStatus | null;
  /** A provision file says how it may be used. */
  isFixed(name: string): boolean;
  /** What a model is told of; none where the turn may use none. */
  offered(turn: StartedTurn): readonly ToolDescription[];
  /** Resolves when there are tools of all these names, after ten seconds, or with `signal`: servers take their time. */
  comeUp(names: readonly string[], signal: AbortSignal): Promise<void>;
  /** Tells of every change until it is disposed of. */
  follow(): Disposable;
}

type ToolboxPorts = Pick<GatewayPorts, 'storage' | 'clock' | 'tools'>;

/** `own`: what the core itself has; their names win. */
export function createToolbox(
  { storage, clock, tools }: ToolboxPorts,
  events: Pick<Events, 'publish'>,
  own: readonly Tool[],
): Toolbox {
  let fixed: ReadonlyMap<string, ToolPermission> = new Map();
  const statusOf = (tool: Tool): ToolStatus => {
    const { name } = tool.description;
    const byFile = fixed.get(name) ?? null;
    const chosen = byFile ?? storage.read.toolPermissions.get(name);
    return { tool, permission: chosen ?? tool.permission, chosen: chosen !== null, fixed: byFile !== null };
  };
  const all = (): readonly Tool[] => {
    const names = new Set(own.map(({ description }) => description.name));
    return [...own, ...tools.value.filter(({ description }) => !names.has(description.name))];
  };
  const find = (name: string): ToolStatus | null => {
    const tool = all().find(({ description }) => description.name === name);
    return tool === undefined ? null : statusOf(tool);
  };
  return {
    find,
    list: () => all().map(statusOf),
    isFixed: (name) => fixed.has(name),
    fix(permissions) {
      fixed = permissions;
      events.publish({ kind: 'tools' });
    },
    offered(turn) {
      if (standingOf(storage.read, turn) !== 'owner') return [];
      const permitted = all().filter((tool) => statusOf(tool).permission !== 'never');
      return permitted.map(({ description }) => description);
    },
    async setPermission(name, permission) {
      if (fixed.has(name)) return failed({ code: 'settings.fixed-by-file', params: { key: `tools.${name}` } });
      if (find(name) === null) return failed({ code: 'input.not-found', params: { name } });
      await storage.commit(({ toolPermissions }) => {
        if (permission === null) toolPermissions.remove(name);
        else toolPermissions.put(name, permission, clock.now());
      });
      events.publish({ kind: 'tools' });
      return ok(undefined);
    },
    comeUp: (names, signal) => comeUp({ clock, tools }, () => names.every((name) => find(name) !== null), signal),
    follow: () => tools.subscribe(() => events.publish({ kind: 'tools' })),
  };
}

/** A server that offers tools may take so long after the start of the program. */
const comeUpWithin: Millis = 10_000;

async function comeUp(
  { clock, tools }: Pick<ToolboxPorts, 'clock' | 'tools'>,
  areThere: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  if (areThere()) return;
  const over = new AbortController();
  using _watch = tools.subscribe(() => {
    if (areThere()) over.abort();
  });
  await pause(clock, comeUpWithin, AbortSignal.any([signal, over.signal]));
}

/** Asked anew for each step: roles may have changed since the turn began. */
export function standingOf(read: Pick<Tables, 'addresses' | 'groups'>, turn: StartedTurn): Standing {
  const { link, conversation, inputs, role } = turn;
  if (link.kind === 'api') return 'api';
  if (conversation.kind !== 'private') return 'group';
  if (role !== 'owner') return 'guest';
  const own = inputs.every(
    ({ author, reason }) => roleIn(read, link, conversation, author ?? '') === 'owner' && !saidAsGuest(reason),
  );
  return own ? 'owner' : 'words-of-others';
}
