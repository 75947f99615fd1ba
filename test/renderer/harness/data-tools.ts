/** What an agent at work has: tools, servers in every state, a memory with a history, schedules that went well and ill. */
import type {
  McpServerDraft,
  McpServerView,
  McpValueDraft,
  McpValueView,
  MemoryNoteView,
  ScheduleDraft,
  ScheduleRunView,
  ScheduleView,
  ToolView,
} from '../../../preload/contract/agent-views.ts';
import type { AgentCommands } from '../../../preload/contract/agent-commands.ts';
import type { GatewayEvent } from '../../../preload/contract/events.ts';
import type { Reason } from '../../../preload/contract/reasons.ts';
import { now } from './data.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What a gateway that answers from data says no with. */
export class Refused extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason.code);
    this.reason = reason;
  }
}

type Shown =
  | `tools.${'list' | 'setPermission'}`
  | `mcp.${'list' | 'save' | 'setEnabled' | 'restart' | 'remove' | 'log'}`
  | `memory.${'get' | 'read' | 'save' | 'create' | 'remove' | 'search'}`
  | `schedules.${'list' | 'save' | 'preview' | 'pause' | 'remove' | 'runs'}`;

export type ToolAnswers = {
  [Name in Shown]: (params: AgentCommands[Name]['params']) => AgentCommands[Name]['answer'];
};

const own: readonly ToolView[] = [
  { name: 'remember', permission: 'always', sideEffects: true, outside: false },
  { name: 'recall', permission: 'always', sideEffects: false, outside: false },
  { name: 'read_more', permission: 'always', sideEffects: false, outside: false },
  { name: 'schedule', permission: 'ask', sideEffects: true, outside: false },
  { name: 'read_web_page', permission: 'ask', sideEffects: false, outside: true },
].map((tool) => ({
  ...tool,
  permission: tool.permission === 'ask' ? 'ask' : 'always',
  description: 'What models read about it.',
  server: null,
  chosen: tool.name === 'read_web_page',
  fixedByFile: tool.name === 'read_web_page',
}));

const fileTools = ['read_text_file', 'write_file', 'edit_file', 'list_directory', 'search_files', 'get_file_info'];

function serverTool(name: string): ToolView {
  const writes = /write|edit/.test(name);
  return {
    name: `files__${name}`,
    description: writes
      ? 'Create a new file or completely overwrite an existing file with new content. Use with caution as it will overwrite existing files without warning. Handles text content with proper encoding. Only works within allowed directories.'
      : 'Looks into the folders that it was given.',
    server: 'files',
    permission: writes ? 'ask' : 'always',
    chosen: name === 'search_files',
    fixedByFile: false,
    sideEffects: writes,
    outside: true,
  };
}

/** Nothing was ever wrong with it. */
const well = { fixedByFile: false, since: now - 3 * hour, losses: 0, lastTrouble: null } as const;

const servers: readonly McpServerView[] = [
  {
    ...well,
    id: 'files',
    name: 'files',
    enabled: true,
    endpoint: {
      kind: 'stdio',
      command: '/home/ada/.nvm/versions/node/v24.21.0/bin/npx',
      args: ['-y', '@modelcontextprotocol/server-filesystem', '/home/ada/Documents'],
      env: [{ name: 'LOG_LEVEL', secret: false, value: 'info', end: null }],
    },
    state: { kind: 'ready', since: now - 3 * hour },
    tools: fileTools.map((theirs) => ({
      name: `files__${theirs}`,
      theirs,
      claimsReadOnly: !/write|edit/.test(theirs),
    })),
    leftOut: [
      { name: 'read_multiple_files', why: 'schema-unfit' },
      { name: 'watch', why: 'needs-tasks' },
    ],
  },
  {
    ...well,
    id: 'calendar',
    name: 'Calendar',
    enabled: true,
    endpoint: {
      kind: 'http',
      url: 'https://calendar.example.com/mcp',
      headers: [{ name: 'Authorization', secret: true, value: null, end: '9f3c' }],
    },
    state: { kind: 'failed', reason: { code: 'mcp.signed-out', params: { status: 401 } } },
    tools: [],
    leftOut: [],
  },
  {
    ...well,
    id: 'weather',
    name: 'Weather',
    enabled: true,
    endpoint: { kind: 'stdio', command: '/usr/bin/uvx', args: ['weather-mcp'], env: [] },
    state: {
      kind: 'retrying',
      at: now + 12_000,
      attempt: 3,
      reason: { code: 'mcp.ended', params: { how: 'exit code 1' } },
    },
    tools: [{ name: 'weather__forecast', theirs: 'forecast', claimsReadOnly: true }],
    leftOut: [],
  },
  {
    ...well,
    id: 'old',
    fixedByFile: true,
    name: 'Old notes',
    enabled: false,
    endpoint: { kind: 'stdio', command: '/usr/local/bin/notes-mcp', args: [], env: [] },
    state: { kind: 'off' },
    tools: [],
    leftOut: [],
  },
];

const notes = new Map<string, string>([
  [
    'MEMORY.md',
    '# About me\n\n- Ada, lives in Lisbon, keeps four hives on the roof\n- Short answers, metric units, British spelling\n\n# Bees\n\n- The hives stand at 38.72 N; the neighbours know\n- Moved before winter: one metre a day\n',
  ],
  ['2026-11-22.md', '- The museum closes at 18:00 on Sundays\n- Next meeting of the bee club: Thursday\n'],
  ['2026-11-20.md', '- Bought new straps for the hives\n'],
  ['2026-11-14.md', '- The tax letter was sent\n'],
  [
    'MEMORY.conflict-2026-11-22-1904-12345.md',
    '# About me\n\n- Ada, lives in Lisbon, keeps five hives, two of them in the garden\n- Short answers, metric units, British spelling\n\n# Bees\n\n- The hives stand at 38.72 N; the neighbours know\n- Straps: before the first storm\n',
  ],
  ['recipes.md', '# Sourdough\n\n75 % water, 2 % salt, 18 hours in the cold\n'],
]);

function note(name: string, index: number): MemoryNoteView {
  const from = name.includes('.conflict-') ? name.replace(/\.conflict-.*$/, '.md') : null;
  const kind = name === 'MEMORY.md' ? 'curated' : /^\d{4}-/.test(name) ? 'log' : from === null ? 'other' : 'aside';
  return { name, kind, from, bytes: notes.get(name)?.length ?? 0, changedAt: now - index * 20 * hour };
}

function run(slot: number, change: Partial<ScheduleRunView> = {}): ScheduleRunView {
  return { slot, at: slot + 900, late: false, missed: 0, message: 'm1', outcome: 'done', reason: null, ...change };
}

const morning: ScheduleView = {
  id: 's1',
  name: 'Good morning',
  prompt: 'What is in my calendar today, and will it rain?',
  conversation: 'c1',
  title: 'Moving the bees before winter',
  timing: { kind: 'cron', expression: '30 7 * * 1-5', timeZone: 'Europe/Berlin' },
  quiet: null,
  catchUp: 'run-late',
  pausedUntil: null,
  next: now + 14 * hour,
  words: 'Monday to Friday, at 07:30.',
  origin: 'window',
  lastRun: run(now - 10 * hour, { at: now - 8 * hour, late: true }),
};

const schedules: readonly ScheduleView[] = [
  morning,
  {
    ...morning,
    id: 's2',
    name: 'Look at the hives',
    timing: { kind: 'every', everyMs: 3 * day, from: now - 9 * day },
    quiet: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
    words: 'Every 72 hours. Quiet from 22:00 to 07:00.',
    conversation: 'c2',
    title: 'Ada Berger',
    origin: 'tool',
    pausedUntil: Number.MAX_SAFE_INTEGER,
    next: null,
    lastRun: run(now - 2 * day, {
      outcome: 'failed',
      reason: { code: 'model.network', params: { provider: 'Ollama' } },
    }),
  },
  {
    ...morning,
    id: 's3',
    name: 'Renew the passport',
    timing: { kind: 'once', at: now - 30 * day },
    words: 'Once, on Friday 23 October 2026 at 09:00.',
    next: null,
    lastRun: run(now - 30 * day),
  },
];

function valueOf(draft: McpValueDraft, before: readonly McpValueView[]): McpValueView {
  if (draft.secret)
    return {
      ...{ name: draft.name, secret: true, value: null },
      end: draft.value?.slice(-4) ?? before.find(({ name }) => name === draft.name)?.end ?? null,
    };
  return { name: draft.name, secret: false, value: draft.value ?? '', end: null };
}

function savedServer({ id, name, endpoint }: McpServerDraft, before: McpServerView | undefined): McpServerView {
  const old = before?.endpoint.kind === 'stdio' ? before.endpoint.env : (before?.endpoint.headers ?? []);
  return {
    ...well,
    ...{ id: id ?? `server-${name}`, name, enabled: true, tools: [], leftOut: [], state: { kind: 'starting' } },
    endpoint:
      endpoint.kind === 'stdio'
        ? { ...endpoint, env: endpoint.env.map((value) => valueOf(value, old)) }
        : { ...endpoint, headers: endpoint.headers.map((value) => valueOf(value, old)) },
  };
}

function savedSchedule(draft: ScheduleDraft): ScheduleView {
  return { ...morning, lastRun: null, ...draft, id: draft.id ?? 's9', words: 'Every day at 08:00.', title: 'New' };
}

/** `quiet`: nothing was made yet. `conflict` in the address: somebody else writes in every note. */
export function toolAnswers(quiet: boolean, tell: (event: GatewayEvent) => void, asked: URLSearchParams): ToolAnswers {
  let tools: readonly ToolView[] = quiet ? own : [...own, ...fileTools.map(serverTool)];
  let there: readonly McpServerView[] = quiet ? [] : servers;
  let planned: readonly ScheduleView[] = quiet ? [] : schedules;
  const texts = quiet ? new Map<string, string>() : notes;
  const changeServer = (id: string, change: Partial<McpServerView>): null => {
    there = there.map((server) => (server.id === id ? { ...server, ...change } : server));
    tell({ kind: 'tools.changed' });
    return null;
  };
  return {
    'tools.list': () => tools,
    'tools.setPermission': ({ name, permission }) => {
      const chosen = permission !== null;
      tools = tools.map((tool) => (tool.name === name ? { ...tool, chosen, permission: permission ?? 'ask' } : tool));
      tell({ kind: 'tools.changed' });
      return null;
    },
    'mcp.list': () => there,
    'mcp.save': ({ server }) => {
      const saved = savedServer(
        server,
        there.find(({ id }) => id === server.id),
      );
      there = [...there.filter(({ id }) => id !== saved.id), saved];
      return saved;
    },
    'mcp.setEnabled': ({ server, enabled }) =>
      changeServer(server, { enabled, state: enabled ? { kind: 'starting' } : { kind: 'off' } }),
    'mcp.restart': ({ server }) => changeServer(server, { state: { kind: 'starting' } }),
    'mcp.remove': ({ server }) => {
      there = there.filter(({ id }) => id !== server);
      return null;
    },
    'mcp.log': () =>
      quiet
        ? []
        : Array.from({ length: 40 }, (_, index) => ({
            at: now - (40 - index) * 4000,
            from: index % 9 === 0 ? 'gateway' : 'server',
            text:
              index % 9 === 0
                ? 'The server ended (exit code 1).'
                : `Secure MCP Filesystem Server running on stdio, request ${String(index)}`,
          })),
    'memory.get': () => ({
      folder: '/home/ada/.config/Porchlight/gateway/memory',
      notes: [...texts.keys()].map(note),
      unread: [],
    }),
    'memory.read': ({ name }) => ({ text: texts.get(name) ?? null }),
    'memory.save': ({ name, text, base }) => {
      if (asked.has('conflict') && base !== 'Somebody else wrote this.\n') {
        texts.set(name, 'Somebody else wrote this.\n');
        throw new Refused({ code: 'memory.conflict', params: { name, aside: name.replace('.md', '.conflict-1.md') } });
      }
      texts.set(name, text);
      tell({ kind: 'memory.changed' });
      return { text };
    },
    'memory.create': ({ name, text }) => {
      if (texts.has(name)) throw new Refused({ code: 'memory.exists', params: { name } });
      texts.set(name, text);
      tell({ kind: 'memory.changed' });
      return { text };
    },
    'memory.remove': ({ name }) => {
      texts.delete(name);
      tell({ kind: 'memory.changed' });
      return null;
    },
    'memory.search': ({ query, limit }) =>
      [...texts]
        .flatMap(([name, text]) =>
          text
            .split('\n')
            .filter((line) => line.toLowerCase().includes(query.toLowerCase()))
            .map((line) => ({ name, heading: 'Bees', text: line })),
        )
        .slice(0, limit),
    'schedules.list': () => planned,
    'schedules.save': ({ schedule }) => {
      const saved = savedSchedule(schedule);
      planned = [...planned.filter(({ id }) => id !== saved.id), saved];
      return saved;
    },
    'schedules.preview': ({ schedule: { timing } }) =>
      timing.kind === 'cron' && timing.expression.split(/\s+/).length !== 5
        ? { ok: false, reason: { code: 'schedule.field-day', params: { text: '32' } } }
        : {
            ok: true,
            words:
              timing.kind === 'cron' ? `As the expression ${timing.expression} says (${timing.timeZone}).` : 'Once.',
            next: [10, 34, 58, 82, 106].map((hours) => now + hours * hour),
          },
    'schedules.pause': ({ schedule, until }) => {
      planned = planned.map((each) => (each.id === schedule ? { ...each, pausedUntil: until } : each));
      return planned.find(({ id }) => id === schedule) ?? morning;
    },
    'schedules.remove': ({ schedule }) => {
      planned = planned.filter(({ id }) => id !== schedule);
      return null;
    },
    'schedules.runs': () => [
      run(now - 10 * hour, { at: now - 8 * hour, late: true, missed: 2 }),
      run(now - 34 * hour),
      run(now - 58 * hour, { outcome: 'failed', reason: { code: 'model.network', params: { provider: 'Ollama' } } }),
      run(now - 82 * hour, { outcome: 'skipped', message: null }),
    ],
  };
}
