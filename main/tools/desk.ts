/**
 * Everything that the agent may use beside what the core itself has: the owner's memory, schedules, web pages, and the
 * servers that the owner connected. Descriptions are there from the start; what stands behind each is loaded with its first use.
 */
import type { OwnerMemory } from '../gateway/memory.ts';
import type { Tool } from '../gateway/tool.ts';
import { subject, type Observable } from '../lib/observable.ts';
import { createMemoryTools } from './memory/tools.ts';
import { Notes, type NoteDeps } from './notes.ts';
import { searchPastMessages, type PastMessageDeps } from './past-messages.ts';
import { createScheduleTool, type ScheduleToolDeps } from './schedule/index.ts';
import { ToolServers, type ServerDeps } from './servers.ts';
import { createWebPageTool } from './web/index.ts';

export type ToolDeskDeps = NoteDeps & ServerDeps & PastMessageDeps & Omit<ScheduleToolDeps, 'now'>;

export interface ToolDesk extends AsyncDisposable {
  /** Our own, then those of servers by the servers' names: the same tools are in the same order after every start. */
  readonly tools: Observable<readonly Tool[]>;
  readonly memory: OwnerMemory;
  readonly notes: Notes;
  readonly servers: ToolServers;
  /** Called after changes: of notes by anybody, of servers and of what they offer. */
  watch(changed: (what: 'notes' | 'tools') => void): Disposable;
}

export function createToolDesk(deps: ToolDeskDeps): ToolDesk {
  const watchers = new Set<(what: 'notes' | 'tools') => void>();
  const tell = (what: 'notes' | 'tools'): void => {
    for (const watcher of [...watchers]) watcher(what);
  };
  const notes = new Notes(deps, () => tell('notes'));
  const servers = new ToolServers(deps, () => tell('tools'));
  const own = [
    ...createMemoryTools({
      memory: notes.forTools,
      timeZone: deps.timeZone,
      searchMessages: searchPastMessages(deps),
    }),
    createScheduleTool({ ...deps, now: () => deps.clock.now() }),
    createWebPageTool({ clock: deps.clock }),
  ];
  const tools = subject<readonly Tool[]>(own);
  servers.tools.subscribe((offered) => tools.set([...own, ...offered]));
  return {
    tools,
    memory: notes.memory,
    notes,
    servers,
    watch(changed) {
      const watcher = (what: 'notes' | 'tools'): void => changed(what);
      watchers.add(watcher);
      return { [Symbol.dispose]: () => void watchers.delete(watcher) };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([servers[Symbol.asyncDispose](), notes[Symbol.asyncDispose]()]);
    },
  };
}
