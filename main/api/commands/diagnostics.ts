/** What helps to find a fault, and the copies that help after one. */
import type { Handlers } from '../dispatch.ts';
import { providerView, settingViews } from '../model-views.ts';
import type { ApiPorts } from '../ports.ts';
import { reportText } from '../report.ts';
import type { AgentFacts } from '../report-agent.ts';
import { createSelfTest } from '../self-test.ts';
import { healthView, hostView } from '../views.ts';
import { done, outcome, refuse } from './outcome.ts';

type Family = 'host.report' | 'host.selfTest' | 'backups.list' | 'backups.make' | 'backups.plan';

const reportedLines = 200;
/** Turns and calls that the report counts: the newest. */
const countedEndings = 1_000;

export function diagnosticsCommands(ports: ApiPorts): Pick<Handlers, Family> {
  const { backups } = ports;
  const selfTest = createSelfTest(ports);
  return {
    'host.report': async () => done({ text: await report(ports) }),
    'host.selfTest': async ({ model }) => done(await selfTest(model)),
    'backups.list': async () => done(await backups.list()),
    'backups.make': async () => outcome(await backups.make(), (made) => made),
    'backups.plan': async ({ name }) => {
      const planned = await backups.plan(name);
      return planned.ok ? done(await backups.list()) : refuse(planned.failure);
    },
  };
}

async function report(ports: ApiPorts): Promise<string> {
  const now = ports.clock.now();
  // What is too fine for the file may hold anything, and says little to anybody else.
  const lines = ports.facts.logTail(10 * reportedLines).filter(({ level }) => level !== 'debug');
  return reportText({
    now,
    host: hostView(ports, 0),
    health: await healthView(ports, now),
    providers: ports.gateway.models.providers().map(providerView),
    settings: settingViews(ports.settings),
    agent: await agentFacts(ports),
    backups: await ports.backups.list(),
    lines: lines.slice(-reportedLines),
  });
}

async function agentFacts({ gateway, storage, notes, toolServers, fixed }: ApiPorts): Promise<AgentFacts> {
  const { budget, links, personas, schedules, tools } = gateway;
  const { turns, toolCalls } = storage.read;
  return {
    servers: (await toolServers.list()).map((each) => ({ ...each, fixedByFile: fixed.has('mcp', each.id) })),
    memory: await notes.view(),
    schedules: schedules.list(),
    tools: tools.list(),
    personas: personas.all().map((each) => ({ ...each, fixed: fixed.has('personas', each.id) })),
    links: links.all().map(({ row }) => row),
    periods: budget.periods(),
    caps: budget.caps(),
    turns: turns.endings(countedEndings),
    calls: toolCalls.endings(countedEndings),
    counted: countedEndings,
  };
}
