/** `/status`, `/usage` and `/whoami`: how things stand, each with its evidence. */
import { isPaused } from '../access/access.ts';
import type { BudgetPeriod } from '../budget/types.ts';
import type { LinkStatus } from '../links/types.ts';
import { untilResumed } from '../limits.ts';
import type { MicroDollars, Millis } from '../types.ts';
import { moment, say, words, type CommandContext, type CommandResult } from './context.ts';

export function status(context: CommandContext): CommandResult {
  const { conversation, models, links, sentences, language } = context;
  const model = conversation.model ?? models.choice().default;
  const platforms = links.all().filter(({ row }) => row.kind !== 'window' && row.kind !== 'api');
  const waiting = context.cards.open().filter(({ kind }) => kind === 'person' || kind === 'group').length;
  const alarm = context.budget.alarm();
  const lines = [
    words(context, 'command.status', { model }),
    ...platforms.flatMap((link) => linkLines(context, link)),
    ...pauseLines(context),
    ...(waiting === 0 ? [] : [words(context, 'command.status-waiting', { count: waiting })]),
    words(context, 'command.status-spent', { cost: dollars(context.budget.periods().day.cost) }),
    ...(alarm === null ? [] : [sentences.reason(alarm, language)]),
  ];
  return { text: lines.join('\n') };
}

function linkLines(context: CommandContext, { row, state }: LinkStatus): readonly string[] {
  const { now, sentences, language } = context;
  const link = row.name;
  const paused = isPaused(row.pausedUntil, now) ? [words(context, 'command.link-paused', { link })] : [];
  switch (state.kind) {
    case 'up':
      return [words(context, 'command.link-up', { link, seconds: seconds(now - state.provenAt) }), ...paused];
    case 'retrying': {
      const reason = sentences.reason(state.reason, language);
      return [words(context, 'command.link-retrying', { link, seconds: seconds(state.at - now), reason }), ...paused];
    }
    case 'signed-out':
    case 'conflict':
      return [words(context, 'command.link-down', { link, reason: sentences.reason(state.reason, language) })];
    case 'pairing':
      return [words(context, 'command.link-pairing', { link })];
    case 'connecting':
      return [words(context, 'command.link-connecting', { link })];
    case 'off':
      return [words(context, 'command.link-off', { link })];
  }
}

function seconds(duration: Millis): number {
  return Math.max(0, Math.round(duration / 1000));
}

function pauseLines(context: CommandContext): readonly string[] {
  const { conversation, pauses, now } = context;
  const all = pauses.pausedUntil();
  const here = isPaused(conversation.pausedUntil, now) ? conversation.pausedUntil : null;
  return [
    ...(all === null ? [] : [pausedWords(context, 'command.status-paused-all', all)]),
    ...(here === null ? [] : [pausedWords(context, 'command.status-paused', here)]),
  ];
}

/** Without a moment when the pause ends only by hand. */
function pausedWords(context: CommandContext, key: string, until: Millis): string {
  return words(context, key, until === untilResumed ? {} : { until: moment(context, until) });
}

export function usage(context: CommandContext): CommandResult {
  const { day, month } = context.budget.periods();
  const read = context.storage.read.usage;
  const totals = (from: Millis): Readonly<Record<string, string | number>> => {
    const { calls, inputTokens, outputTokens, cost, unpriced } = read.totals(from, context.now + 1);
    return { calls, input: inputTokens, output: outputTokens, cost: dollars(cost), unpriced };
  };
  const lines = [
    words(context, 'command.usage', totals(context.calendar.startOfDay(context.now))),
    ...capLines(context, day),
    words(context, 'command.usage-month', totals(month.from)),
    ...capLines(context, month),
  ];
  return { text: lines.join('\n') };
}

/** Settled and reserved together: that is what a limit counts. */
function capLines(context: CommandContext, period: BudgetPeriod): readonly string[] {
  const { capCost, capTokens } = period;
  const cost = dollars(period.cost + period.reservedCost);
  return [
    ...(capCost === null ? [] : [words(context, 'command.usage-cost-cap', { used: cost, cap: dollars(capCost) })]),
    ...(capTokens === null
      ? []
      : [words(context, 'command.usage-token-cap', { used: period.tokens + period.reservedTokens, cap: capTokens })]),
  ];
}

/** To the cent. */
function dollars(amount: MicroDollars): number {
  return Math.round(amount / 10_000) / 100;
}

export function whoami(context: CommandContext): CommandResult {
  const { role, message, link } = context;
  return say(context, 'command.whoami', { role, address: message.author ?? '', link: link.name });
}
