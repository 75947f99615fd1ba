/** Every command of the contract with its handler. */
import type { EventLog } from '../event-log.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { conversationCommands } from './conversations.ts';
import { desktopCommands } from './desktop.ts';
import { diagnosticsCommands } from './diagnostics.ts';
import { hostCommands } from './host.ts';
import { linkCommands } from './links.ts';
import { mcpCommands } from './mcp.ts';
import { memoryCommands } from './memory.ts';
import { modelCommands } from './models.ts';
import { moneyCommands } from './money.ts';
import { peopleCommands } from './people.ts';
import { personaCommands } from './personas.ts';
import { scheduleCommands } from './schedules.ts';
import { summaryCommands } from './summaries.ts';
import { titledCommands } from './titled.ts';
import { toolCommands } from './tools.ts';

export function createHandlers(ports: ApiPorts, events: Pick<EventLog, 'seq'>): Handlers {
  return {
    ...hostCommands(ports, events),
    ...diagnosticsCommands(ports),
    ...desktopCommands(ports),
    ...conversationCommands(ports),
    ...titledCommands(ports),
    ...summaryCommands(ports),
    ...linkCommands(ports),
    ...peopleCommands(ports),
    ...modelCommands(ports),
    ...moneyCommands(ports),
    ...personaCommands(ports),
    ...mcpCommands(ports),
    ...memoryCommands(ports),
    ...scheduleCommands(ports),
    ...toolCommands(ports),
  };
}
