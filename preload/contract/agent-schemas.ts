/** Checks of what a window asks about the agent; a part of `commandSchemas`. */
import { z } from 'zod';
import type { AgentCommands } from './agent-commands.ts';

const nothing = z.strictObject({});
const id = z.string().min(1).max(64);
const linkId = z.string().regex(/^[a-z0-9-]{1,32}$/);
const toolName = z.string().min(1).max(128);
const time = z.int().min(0);
const limit = z.int().min(1).max(200);
const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);
const zone = z.string().min(1).max(64);
const noteName = z
  .string()
  .regex(/^[^/\\\0]+\.md$/)
  .max(120);
/** Notes are read up to 1 MiB; with what was shown before, one fits a frame of `/rpc`. */
const noteText = z.string().max(1_048_576);
/** Micro-dollars or tokens. */
const amount = z.int().min(0).max(1_000_000_000_000).nullable();

const mcpValue = z.strictObject({
  name: z.string().min(1).max(128),
  secret: z.boolean(),
  value: z.string().max(8192).exactOptional(),
});
const mcpServer = z.strictObject({
  id: id.exactOptional(),
  name: z.string().min(1).max(64),
  endpoint: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('stdio'),
      command: z.string().min(1).max(1024),
      args: z.array(z.string().max(4096)).max(100),
      env: z.array(mcpValue).max(100),
    }),
    z.strictObject({
      kind: z.literal('http'),
      url: z.string().min(1).max(2048),
      headers: z.array(mcpValue).max(50),
    }),
  ]),
});
const schedule = z.strictObject({
  id: id.exactOptional(),
  name: z.string().min(1).max(80),
  prompt: z.string().min(1).max(8000),
  conversation: id,
  timing: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('once'), at: time }),
    z.strictObject({ kind: z.literal('every'), everyMs: time, from: time }),
    z.strictObject({ kind: z.literal('cron'), expression: z.string().min(1).max(200), timeZone: zone }),
  ]),
  quiet: z.strictObject({ from: clockTime, to: clockTime, timeZone: zone }).nullable(),
  catchUp: z.enum(['run-late', 'skip']),
});

export const agentSchemas = {
  'tools.list': nothing,
  'tools.setPermission': z.strictObject({
    name: toolName,
    permission: z.enum(['always', 'ask', 'never']).nullable(),
  }),
  'turns.steps': z.strictObject({ turn: id }),
  'conversations.summaries': z.strictObject({ conversation: id }),
  'mcp.list': nothing,
  'mcp.save': z.strictObject({ server: mcpServer }),
  'mcp.setEnabled': z.strictObject({ server: id, enabled: z.boolean() }),
  'mcp.restart': z.strictObject({ server: id }),
  'mcp.remove': z.strictObject({ server: id }),
  'mcp.log': z.strictObject({ server: id }),
  'memory.get': nothing,
  'memory.read': z.strictObject({ name: noteName }),
  'memory.save': z.strictObject({ name: noteName, text: noteText, base: noteText }),
  'memory.create': z.strictObject({ name: noteName, text: noteText }),
  'memory.remove': z.strictObject({ name: noteName, base: noteText }),
  'memory.search': z.strictObject({ query: z.string().max(500), limit }),
  'schedules.list': nothing,
  'schedules.save': z.strictObject({ schedule }),
  'schedules.preview': z.strictObject({ schedule }),
  'schedules.pause': z.strictObject({ schedule: id, until: time.nullable() }),
  'schedules.remove': z.strictObject({ schedule: id }),
  'schedules.runs': z.strictObject({ schedule: id, limit }),
  'personas.list': nothing,
  'personas.save': z.strictObject({
    id: id.exactOptional(),
    name: z.string().min(1).max(80),
    text: z.string().max(6000),
  }),
  'personas.remove': z.strictObject({ persona: id }),
  'conversations.setPersona': z.strictObject({ conversation: id, persona: id.nullable() }),
  'links.setPersona': z.strictObject({ link: linkId, persona: id.nullable() }),
  'conversations.setThinking': z.strictObject({
    conversation: id,
    thinking: z.enum(['off', 'low', 'medium', 'high']).nullable(),
  }),
  'caps.list': nothing,
  'caps.set': z.strictObject({
    scope: z.enum(['provider', 'conversation']),
    id,
    caps: z.strictObject({ dayCost: amount, dayTokens: amount, monthCost: amount, monthTokens: amount }).nullable(),
  }),
  'usage.ofConversation': z.strictObject({ conversation: id }),
} as const satisfies { [Name in keyof AgentCommands]: z.ZodType<AgentCommands[Name]['params']> };
