/**
 * Commands: messages that the gateway answers itself, without a model. A command is a turn like any other (one final
 * answer, delivered once); what it changes is written in the same commit as its answer, or before it where repeating it
 * changes nothing.
 */
import { assertNever } from '../../lib/assert-never.ts';
import type { CommandMenu, InboundMessage } from '../channel.ts';
import { changeConversation, say, type CommandContext, type CommandResult } from './context.ts';
import { rememberThis, showMemory } from './memory.ts';
import { chooseModel, listModels } from './models.ts';
import { pauseAnswers, resumeAnswers } from './pausing.ts';
import { allow, ignore, listPeople } from './people.ts';
import { status, usage, whoami } from './standing.ts';
import type { Sentences } from '../sentences.ts';
import { canRetryLast } from '../turns/retry.ts';
import type { ConversationRow, LinkKind, Role } from '../types.ts';

/** In the order in which help and menus show them, each with the text that says what it does. */
const commands = {
  new: { guests: true, about: 'command.about.new' },
  stop: { guests: true, about: 'command.about.stop' },
  retry: { guests: true, about: 'command.about.retry' },
  model: { guests: false, about: 'command.about.model' },
  models: { guests: false, about: 'command.about.models' },
  status: { guests: false, about: 'command.about.status' },
  usage: { guests: false, about: 'command.about.usage' },
  pause: { guests: false, about: 'command.about.pause' },
  resume: { guests: false, about: 'command.about.resume' },
  remember: { guests: false, about: 'command.about.remember' },
  memory: { guests: false, about: 'command.about.memory' },
  people: { guests: false, about: 'command.about.people' },
  allow: { guests: false, about: 'command.about.allow' },
  ignore: { guests: false, about: 'command.about.ignore' },
  whoami: { guests: false, about: 'command.about.whoami' },
  help: { guests: true, about: 'command.about.help' },
} as const;

type CommandName = keyof typeof commands;

export interface ParsedCommand {
  readonly name: string;
  readonly argument: string;
}

/** What was said, and whether its sender only passed it on. */
export type SaidWords = Pick<InboundMessage, 'text' | 'forwarded'>;

/**
 * `/name argument`, also `/name@bot`; the single word "stop" is a command too. A path such as `/usr/bin` is not one.
 * Callers of the API speak to the model only. What was passed on is nobody's order: it is text.
 */
export function parseCommand({ text, forwarded }: SaidWords, linkKind: LinkKind): ParsedCommand | null {
  if (linkKind === 'api' || forwarded === true) return null;
  const trimmed = text.trim();
  if (/^stop[.!]?$/i.test(trimmed)) return { name: 'stop', argument: '' };
  const match = /^\/([a-z_]{1,32})(?:@\w+)?(?:\s+([^]*))?$/i.exec(trimmed);
  return match?.[1] === undefined ? null : { name: match[1].toLowerCase(), argument: (match[2] ?? '').trim() };
}

export function isCommand(said: SaidWords, linkKind: LinkKind): boolean {
  return parseCommand(said, linkKind) !== null;
}

/** What somebody with this role may use, for help and for the menus of platforms. */
export function commandList(
  role: Extract<Role, 'owner' | 'guest'>,
  sentences: Sentences,
  language: string | null,
): CommandMenu['commands'] {
  return Object.entries(commands)
    .filter(([, { guests }]) => guests || role === 'owner')
    .map(([name, { about }]) => ({ name, description: sentences.text(about, {}, language) }));
}

export async function runCommand(command: ParsedCommand, context: CommandContext): Promise<CommandResult> {
  // The button every Telegram chat with a bot begins with.
  const asked = command.name === 'start' ? 'help' : command.name;
  if (!isKnown(asked)) return say(context, 'command.unknown', { command: command.name });
  if (context.role !== 'owner' && !commands[asked].guests) {
    return say(context, 'command.not-yours', { command: command.name });
  }
  return answer(asked, command.argument, context);
}

function isKnown(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

async function answer(name: CommandName, argument: string, context: CommandContext): Promise<CommandResult> {
  switch (name) {
    case 'help':
      return help(context);
    case 'new':
      return { ...say(context, 'command.new'), apply: (tables) => changeConversation(tables, context, nextContext) };
    case 'stop':
      return say(context, context.stoppedSomething ? 'command.stopped' : 'command.nothing-to-stop');
    case 'retry':
      return canRetryLast(context.storage.read, context.conversation.id)
        ? { ...say(context, 'command.retrying'), retryLast: true }
        : say(context, 'command.nothing-to-retry');
    case 'model':
      return chooseModel(argument, context);
    case 'models':
      return listModels(context);
    case 'status':
      return status(context);
    case 'usage':
      return usage(context);
    case 'pause':
      return pauseAnswers(argument, context);
    case 'resume':
      return resumeAnswers(argument, context);
    case 'remember':
      return rememberThis(argument, context);
    case 'memory':
      return showMemory(context);
    case 'people':
      return listPeople(context);
    case 'allow':
      return allow(argument, context);
    case 'ignore':
      return ignore(argument, context);
    case 'whoami':
      return whoami(context);
    default:
      return assertNever(name, 'command');
  }
}

function help({ role, sentences, language }: CommandContext): CommandResult {
  const list = commandList(role === 'owner' ? 'owner' : 'guest', sentences, language);
  return { text: list.map(({ name, description }) => `/${name} – ${description}`).join('\n') };
}

function nextContext(row: ConversationRow): ConversationRow {
  return { ...row, contextNo: row.contextNo + 1 };
}
