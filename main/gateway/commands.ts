/**
 * Commands: messages that the gateway answers itself, without a model. A command is a turn like any other (one final
 * answer, delivered once); what it changes is written in the same commit as its answer.
 */
import type { Models, Links } from './gateway.ts';
import { untilResumed } from './limits.ts';
import type { ModelPool } from './model-pool.ts';
import type { Sentences } from './sentences.ts';
import type { Storage, Tables } from './storage.ts';
import type { ConversationRow, LinkKind, LinkRow, MessageRow, Millis, Role } from './types.ts';

const ownersCommands = [
  'help',
  'new',
  'stop',
  'retry',
  'model',
  'models',
  'status',
  'usage',
  'pause',
  'resume',
  'whoami',
] as const;
const guestsCommands: readonly CommandName[] = ['help', 'new', 'stop', 'retry'];
type CommandName = (typeof ownersCommands)[number];

export interface ParsedCommand {
  readonly name: string;
  readonly argument: string;
}

/**
 * `/name argument`, also `/name@bot`; the single word "stop" is a command too. A path such as `/usr/bin` is not one.
 * Callers of the API speak to the model only.
 */
export function parseCommand(text: string, linkKind: LinkKind): ParsedCommand | null {
  if (linkKind === 'api') return null;
  const trimmed = text.trim();
  if (/^stop[.!]?$/i.test(trimmed)) return { name: 'stop', argument: '' };
  const match = /^\/([a-z_]{1,32})(?:@\w+)?(?:\s+([^]*))?$/i.exec(trimmed);
  return match?.[1] === undefined ? null : { name: match[1].toLowerCase(), argument: (match[2] ?? '').trim() };
}

export function isCommand(text: string, linkKind: LinkKind): boolean {
  return parseCommand(text, linkKind) !== null;
}

export interface CommandContext {
  readonly link: LinkRow;
  readonly conversation: ConversationRow;
  readonly message: MessageRow;
  readonly role: Role;
  readonly language: string | null;
  readonly now: Millis;
  readonly sentences: Sentences;
  readonly storage: Storage;
  readonly models: Pick<Models, 'choice' | 'providers' | 'list'> & { readonly pool: Pick<ModelPool, 'candidates'> };
  readonly links: Pick<Links, 'all'>;
  /** Whether this very message stopped a turn when it came in. */
  readonly stoppedSomething: boolean;
  /** Midnight in the owner's time zone, for "today". */
  readonly startOfDay: Millis;
}

export interface CommandResult {
  /** The answer, plain text. */
  readonly text: string;
  /** Written together with the answer. */
  readonly apply?: (tables: Tables) => void;
  /** After the answer: run the last turn before this one again. */
  readonly retryLast?: boolean;
}

export function runCommand(command: ParsedCommand, context: CommandContext): CommandResult {
  // The button every Telegram chat with a bot begins with.
  const asked = command.name === 'start' ? 'help' : command.name;
  const name = ownersCommands.find((known) => known === asked);
  if (name === undefined) return say(context, 'command.unknown', { command: command.name });
  if (context.role !== 'owner' && !guestsCommands.includes(name)) {
    return say(context, 'command.not-yours', { command: command.name });
  }
  switch (name) {
    case 'help':
      return say(context, context.role === 'owner' ? 'command.help.owner' : 'command.help.guest');
    case 'new':
      return { ...say(context, 'command.new'), apply: (tables) => changeConversation(tables, context, nextContext) };
    case 'stop':
      return say(context, context.stoppedSomething ? 'command.stopped' : 'command.nothing-to-stop');
    case 'retry':
      return context.storage.read.turns.lastReply(context.conversation.id) === null
        ? say(context, 'command.nothing-to-retry')
        : { ...say(context, 'command.retrying'), retryLast: true };
    case 'model':
      return chooseModel(command.argument, context);
    case 'models':
      return listModels(context);
    case 'status':
      return status(context);
    case 'usage':
      return usage(context);
    case 'pause':
      return {
        ...say(context, 'command.paused'),
        apply: (tables) => changeConversation(tables, context, (row) => ({ ...row, pausedUntil: untilResumed })),
      };
    case 'resume':
      return {
        ...say(context, 'command.resumed'),
        apply: (tables) => changeConversation(tables, context, (row) => ({ ...row, pausedUntil: null })),
      };
    case 'whoami':
      return say(context, 'command.whoami', {
        role: context.role,
        address: context.message.author ?? '',
        link: context.link.name,
      });
  }
}

function say(
  context: CommandContext,
  key: string,
  params: Readonly<Record<string, string | number>> = {},
): { readonly text: string } {
  return { text: context.sentences.text(key, params, context.language) };
}

/** The row is read again inside the commit: a message may have arrived since. */
function changeConversation(
  tables: Tables,
  context: CommandContext,
  change: (row: ConversationRow) => ConversationRow,
): void {
  const row = tables.conversations.get(context.conversation.id);
  if (row !== null) tables.conversations.put(change(row));
}

function nextContext(row: ConversationRow): ConversationRow {
  return { ...row, contextNo: row.contextNo + 1 };
}

function chooseModel(argument: string, context: CommandContext): CommandResult {
  const { conversation, models } = context;
  if (argument === '')
    return say(context, 'command.model-now', { model: conversation.model ?? models.choice().default });
  const model = argument === 'default' ? null : argument;
  if (model !== null && models.pool.candidates([model]).order.length === 0) {
    return { text: context.sentences.reason({ code: 'input.model-unknown', params: { model } }, context.language) };
  }
  return {
    ...say(context, 'command.model-set', { model: model ?? models.choice().default }),
    apply: (tables) => changeConversation(tables, context, (row) => ({ ...row, model })),
  };
}

function listModels(context: CommandContext): CommandResult {
  const { default: standard, fallbacks } = context.models.choice();
  const providers = context.models.providers().map((provider) => `• ${provider.id} (${provider.name})`);
  const lines = [standard, ...fallbacks].map((ref, index) => `${String(index + 1)}. ${ref}`);
  return { text: [say(context, 'command.models-title').text, ...lines, '', ...providers].join('\n') };
}

function status(context: CommandContext): CommandResult {
  const lines = context.links.all().map(({ row, state }) => `${row.name}: ${state.kind}`);
  const model = context.conversation.model ?? context.models.choice().default;
  return { text: [say(context, 'command.status', { model }).text, ...lines].join('\n') };
}

function usage(context: CommandContext): CommandResult {
  const totals = context.storage.read.usage.totals(context.startOfDay, context.now + 1);
  return say(context, 'command.usage', {
    calls: totals.calls,
    input: totals.inputTokens,
    output: totals.outputTokens,
    cost: (totals.cost / 1_000_000).toFixed(2),
    unpriced: totals.unpriced,
  });
}
