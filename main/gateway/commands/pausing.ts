/**
 * `/pause` and `/resume`: of this conversation, or of everything. The pause is written before the answer is: a restart in
 * between pauses again, which changes nothing.
 */
import { isPaused } from '../access/access.ts';
import type { PauseScope } from '../access/types.ts';
import { untilResumed } from '../limits.ts';
import type { Millis } from '../types.ts';
import { moment, say, settled, words, type CommandContext, type CommandResult } from './context.ts';

const units: Readonly<Record<string, Millis>> = { m: 60_000, min: 60_000, h: 3_600_000, d: 24 * 3_600_000 };

/** What stands behind `/pause`: nothing, `1h`, `30m`, `2d`, `tomorrow` or `off`, with `all` before or after it. */
export type PauseRequest =
  | { readonly kind: 'pause'; readonly all: boolean; readonly until: (context: PauseTimes) => Millis }
  | { readonly kind: 'resume'; readonly all: boolean };

type PauseTimes = Pick<CommandContext, 'now' | 'calendar'>;

/** Null: not understood. */
export function parsePause(argument: string): PauseRequest | null {
  const asked = argument.toLowerCase().split(/\s+/);
  const all = asked.includes('all');
  const rest = asked.filter((word) => word !== 'all').join('');
  if (rest === '') return { kind: 'pause', all, until: () => untilResumed };
  if (rest === 'off') return { kind: 'resume', all };
  if (rest === 'tomorrow') return { kind: 'pause', all, until: ({ now, calendar }) => calendar.endOfDay(now) };
  const [, count = '', unit = ''] = /^(\d{1,3})(m|min|h|d)$/.exec(rest) ?? [];
  const length = Number(count) * (units[unit] ?? 0);
  return length === 0 ? null : { kind: 'pause', all, until: ({ now }) => now + length };
}

export async function pauseAnswers(argument: string, context: CommandContext): Promise<CommandResult> {
  const asked = parsePause(argument);
  if (asked === null) return say(context, 'command.pause-usage');
  if (asked.kind === 'resume') return resume(asked.all, context);
  const until = asked.until(context);
  const done = await context.pauses.pause(scopeOf(asked.all, context), until);
  const key = asked.all ? 'command.paused-all' : 'command.paused';
  return settled(context, done, say(context, key, until === untilResumed ? {} : { until: moment(context, until) }));
}

export function resumeAnswers(argument: string, context: CommandContext): Promise<CommandResult> {
  return resume(argument.toLowerCase() === 'all', context);
}

async function resume(all: boolean, context: CommandContext): Promise<CommandResult> {
  const done = await context.pauses.pause(scopeOf(all, context), null);
  const still = [
    ...(context.pauses.pausedUntil() === null ? [] : [words(context, 'command.still-paused-all')]),
    ...(isPaused(context.link.pausedUntil, context.now) ? [words(context, 'command.still-paused-link')] : []),
  ];
  const resumed = words(context, all ? 'command.resumed-all' : 'command.resumed');
  return settled(context, done, { text: still.length === 0 ? resumed : still.join('\n') });
}

function scopeOf(all: boolean, { conversation }: CommandContext): PauseScope {
  return all ? { kind: 'all' } : { kind: 'conversation', conversation: conversation.id };
}
