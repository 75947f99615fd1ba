/** Every table over one way to run statements: inside a transaction, or read-only outside of one. */
import type { Tables } from '../gateway/storage.ts';
import { createAddresses } from './addresses.ts';
import { createCaps } from './caps.ts';
import { createConversations } from './conversations.ts';
import type { Sql } from './database.ts';
import { createDeliveries } from './deliveries.ts';
import { createFacts } from './facts.ts';
import { createFiles, type FileTable } from './files.ts';
import { createFrames } from './frames.ts';
import { createGroups } from './groups.ts';
import { createEvents, type EventTable } from './known-events.ts';
import { createLinks } from './links.ts';
import { createToolServers } from './mcp-servers.ts';
import { createAttachments } from './message-files.ts';
import { createMessages } from './messages.ts';
import { createPrices, createReservations } from './money.ts';
import { createPersonas } from './personas.ts';
import { createProviders } from './providers.ts';
import { createSchedules } from './schedules.ts';
import { createSecrets } from './secrets.ts';
import { createSteps } from './steps.ts';
import { createSummaries } from './summaries.ts';
import { createTextIndex, type TextIndex } from './text-index.ts';
import { createToolCalls } from './tool-calls.ts';
import { createToolPermissions } from './tool-permissions.ts';
import { createTurns } from './turns.ts';
import { createUsage } from './usage.ts';

/** The port's tables and those only the store knows. */
export interface StoreTables extends Tables {
  readonly files: FileTable;
  readonly events: EventTable;
  readonly textIndex: TextIndex;
}

export function createTables(sql: Sql): StoreTables {
  return {
    links: createLinks(sql),
    addresses: createAddresses(sql),
    groups: createGroups(sql),
    conversations: createConversations(sql),
    messages: createMessages(sql),
    attachments: createAttachments(sql),
    turns: createTurns(sql),
    summaries: createSummaries(sql),
    frames: createFrames(sql),
    deliveries: createDeliveries(sql),
    usage: createUsage(sql),
    reservations: createReservations(sql),
    prices: createPrices(sql),
    caps: createCaps(sql),
    personas: createPersonas(sql),
    facts: createFacts(sql),
    providers: createProviders(sql),
    secrets: createSecrets(sql),
    schedules: createSchedules(sql),
    steps: createSteps(sql),
    toolCalls: createToolCalls(sql),
    toolPermissions: createToolPermissions(sql),
    toolServers: createToolServers(sql),
    files: createFiles(sql),
    events: createEvents(sql),
    textIndex: createTextIndex(sql),
  };
}
