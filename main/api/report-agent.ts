/**
 * What the report says of the agent: servers of tools, memory, schedules, tools, personas, caps, and how turns and calls
 * ended. Kinds, states, codes and numbers of ours; no name, command, address, note, prompt or argument.
 */
import type { McpServerView, MemoryView } from '../../preload/contract/agent-views.ts';
import type { ToolStatus } from '../gateway/agent/types.ts';
import type { BudgetPeriod, CapStatus } from '../gateway/budget/types.ts';
import type { PersonaRow } from '../gateway/context/rows.ts';
import type { ScheduleStatus } from '../gateway/schedule/types.ts';
import type { EndingCount } from '../gateway/tables/turns.ts';
import type { LinkRow } from '../gateway/types.ts';
import { ago, codeOf, counted, numbered } from './report-words.ts';

export interface AgentFacts {
  readonly servers: readonly McpServerView[];
  readonly memory: MemoryView;
  readonly schedules: readonly ScheduleStatus[];
  readonly tools: readonly ToolStatus[];
  readonly personas: readonly (PersonaRow & { readonly fixed: boolean })[];
  readonly links: readonly Pick<LinkRow, 'persona'>[];
  readonly periods: Readonly<Record<'day' | 'month', BudgetPeriod>>;
  readonly caps: readonly CapStatus[];
  /** Of the newest turns and calls of tools, so many at most. */
  readonly turns: readonly EndingCount[];
  readonly calls: readonly EndingCount[];
  readonly counted: number;
}

/** `names`: what providers are called in the report, by their ids. */
export function agentPart(facts: AgentFacts, names: ReadonlyMap<string, string>, now: number): readonly string[] {
  return [
    'Servers of tools',
    ...numbered(facts.servers.map((server) => serverLine(server, now))),
    '',
    toolsLine(facts.tools),
    memoryLine(facts.memory),
    personasLine(facts),
    '',
    'Schedules',
    ...numbered(facts.schedules.map((schedule) => scheduleLine(schedule, now))),
    '',
    `Used today ${periodWords(facts.periods.day)}`,
    `Used this month ${periodWords(facts.periods.month)}`,
    'Caps of single providers and conversations',
    ...numbered(facts.caps.map((cap) => capLine(cap, names))),
    '',
    `Of the last ${String(facts.counted)} turns: ${endings(facts.turns)}`,
    `Of the last ${String(facts.counted)} calls of tools: ${endings(facts.calls)}`,
  ];
}

function serverLine(server: McpServerView, now: number): string {
  const { endpoint, state, since, losses, lastTrouble, tools, leftOut, enabled, fixedByFile } = server;
  const next = state.kind === 'retrying' ? `, attempt ${String(state.attempt)}, next ${ago(state.at, now)}` : '';
  return [
    `${endpoint.kind}: ${state.kind}${next}, in this state since ${ago(since, now)}`,
    `lost ${String(losses)} times, last trouble ${codeOf(lastTrouble)}`,
    `tools ${String(tools.length)}, left out ${String(leftOut.length)}`,
    ...(enabled ? [] : ['switched off']),
    ...(fixedByFile ? ['set by file'] : []),
  ].join(', ');
}

function toolsLine(tools: readonly ToolStatus[]): string {
  const having = (permission: ToolStatus['permission']): number =>
    tools.filter((tool) => tool.permission === permission).length;
  const ofServers = tools.filter(({ tool }) => (tool.server ?? null) !== null).length;
  const counts = counted([
    ['own', tools.length - ofServers],
    ['of servers', ofServers],
    ['always', having('always')],
    ['ask', having('ask')],
    ['never', having('never')],
    ['chosen', tools.filter(({ chosen }) => chosen).length],
    ['set by file', tools.filter(({ fixed }) => fixed).length],
  ]);
  return `Tools: ${counts}`;
}

function memoryLine({ notes, unread }: MemoryView): string {
  const kinds = (['curated', 'log', 'other', 'aside'] as const).map(
    (kind) => [kind, notes.filter((note) => note.kind === kind).length] as const,
  );
  const bytes = notes.map((note) => note.bytes);
  const size = bytes.reduce((sum, each) => sum + each, 0);
  const troubles = unread.length === 0 ? '' : `, not read ${unread.map(codeOf).join(' ')}`;
  return `Memory: ${counted(kinds)}, ${String(size)} bytes, largest ${String(Math.max(0, ...bytes))}${troubles}`;
}

function personasLine({ personas, links }: AgentFacts): string {
  const counts = counted([
    ['personas', personas.length],
    ['set by file', personas.filter(({ fixed }) => fixed).length],
    ['links that have one', links.filter(({ persona }) => persona !== null).length],
  ]);
  return `Personas: ${counts}`;
}

function scheduleLine({ row, pausedUntil, next, lastRun }: ScheduleStatus, now: number): string {
  const quiet = row.quiet === null ? '' : ', quiet hours';
  const paused = pausedUntil === null ? '' : ', paused';
  const when = next === null ? 'will not run again' : `next ${ago(next, now)}`;
  if (lastRun === null) return `${row.timing.kind}, ${when}, never ran${quiet}${paused}`;
  const { at: ran, late, missed } = lastRun.row;
  const how = `${lastRun.outcome ?? 'under way'}${lastRun.reason === null ? '' : ` ${codeOf(lastRun.reason)}`}`;
  const marks = `${late ? ', late' : ''}${missed > 0 ? `, missed ${String(missed)}` : ''}`;
  return `${row.timing.kind}, ${when}, last run ${ago(ran, now)}: ${how}${marks}${quiet}${paused}`;
}

function capLine({ row, day, month, fixed }: CapStatus, names: ReadonlyMap<string, string>): string {
  const { scope } = row;
  const who = scope.kind === 'provider' ? (names.get(scope.id) ?? 'a provider that is gone') : 'a conversation';
  return `${who}: day ${periodWords(day)}; month ${periodWords(month)}${fixed ? ', set by file' : ''}`;
}

function periodWords({ cost, tokens, reservedCost, reservedTokens, capCost, capTokens }: BudgetPeriod): string {
  const reserved =
    reservedCost + reservedTokens === 0
      ? ''
      : `, reserved ${dollars(reservedCost)} and ${String(reservedTokens)} tokens`;
  const of = (cap: string | null): string => (cap === null ? ' of any' : ` of ${cap}`);
  const money = `${dollars(cost)}${of(capCost === null ? null : dollars(capCost))}`;
  return `${money}, ${String(tokens)} tokens${of(capTokens === null ? null : String(capTokens))}${reserved}`;
}

function dollars(micros: number): string {
  return `$${String(micros / 1_000_000)}`;
}

function endings(counts: readonly EndingCount[]): string {
  return counted(counts.map(({ state, code, count }) => [code === null ? state : `${state} ${code}`, count]));
}
