/** Every table over one way to run statements: inside a transaction, or read-only outside of one. */
import type { Tables } from '../gateway/storage.ts';
import { createAddresses } from './addresses.ts';
import { createConversations } from './conversations.ts';
import type { Sql } from './database.ts';
import { createDeliveries } from './deliveries.ts';
import { createLinks } from './links.ts';
import { createMessages } from './messages.ts';
import { createProviders } from './providers.ts';
import { createSecrets } from './secrets.ts';
import { createTurns } from './turns.ts';
import { createUsage } from './usage.ts';
import { createFiles, type FileTable } from './files.ts';

/** The port's tables and those only the store knows. */
export interface StoreTables extends Tables {
  readonly files: FileTable;
}

export function createTables(sql: Sql): StoreTables {
  return {
    links: createLinks(sql),
    addresses: createAddresses(sql),
    conversations: createConversations(sql),
    messages: createMessages(sql),
    turns: createTurns(sql),
    deliveries: createDeliveries(sql),
    usage: createUsage(sql),
    providers: createProviders(sql),
    secrets: createSecrets(sql),
    files: createFiles(sql),
  };
}
