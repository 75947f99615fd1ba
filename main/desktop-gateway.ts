/** The host as the shell sees it: what the tray is told, and how a pause of everything is measured. */
import { createRecentModels } from './api/recent-models.ts';
import type { Clock } from './gateway/clock.ts';
import type { Gateway } from './gateway/gateway.ts';
import { serverToolName, toolNameKey } from './gateway/cards/tool-words.ts';
import type { Card } from './gateway/cards/types.ts';
import type { LinkStatus } from './gateway/links/types.ts';
import { describeError } from './gateway/log.ts';
import { startOfDay } from './gateway/calendar.ts';
import type { Millis } from './gateway/types.ts';
import type { Host } from './host.ts';
import type { DesktopGateway, PauseChoice, ShellCard } from './shell/ports.ts';
import type { TrayFacts, TrayLink } from './shell/tray.ts';
import { createSay, type Say } from './shell/words.ts';

type HostParts = Pick<Host, 'gateway' | 'log' | 'sentences' | 'settings' | 'store'>;

/** What it takes from elsewhere: the window's calls, and how the host ends. */
type Bound = Pick<DesktopGateway, 'bindWindow' | 'stop'>;

const hour: Millis = 3_600_000;

/** `bound` comes from whoever has Electron. */
export function createDesktopGateway(host: HostParts, clock: Pick<Clock, 'now'>, bound: Bound): DesktopGateway {
  const { gateway, log, store } = host;
  const recent = createRecentModels(host.store.read.usage);
  const language = (): string => host.sentences.spoken(null);
  const say = createSay(language);
  return {
    ...bound,
    log,
    facts: () => factsOf(host, clock.now(), recent, say),
    watch: (changed) =>
      gateway.events.subscribe(({ kind }) => {
        if (kind !== 'delta' && kind !== 'message' && kind !== 'pull') changed();
      }),
    openFile: (id) => store.files.open(id),
    putFile: (bytes, meta, signal) => store.files.put(bytes, meta, signal),
    async pause(choice) {
      const until = choice === null ? null : untilOf(choice, clock.now(), timeZoneOf(host));
      const done = await gateway.pause({ kind: 'all' }, until);
      if (!done.ok) throw new Error(`a pause of everything was refused: ${done.failure.code}`);
    },
    chooseModel(model) {
      const chosen = gateway.models.choose({ default: model });
      if (!chosen.ok) log.write('warn', 'shell.model-refused', { model, code: chosen.failure.code });
      return chosen.ok;
    },
    language,
    preferences: () => ({
      keepAwake: host.settings.get('desktop.keepAwake'),
      updateUrl: host.settings.get('desktop.updateUrl').trim(),
    }),
    shellChanged: () => gateway.events.publish({ kind: 'host' }),
    suspend: () => suspend(host, clock.now()),
    wake: () => gateway.wake('wake'),
  };
}

/** A commit reaches the disk with everything before it, receipts too, which otherwise do so a little later. */
async function suspend({ log, store }: HostParts, now: Millis): Promise<void> {
  try {
    await store.commit((tables) => tables.facts.put('host.suspended', now));
    log.write('info', 'host.suspended');
  } catch (error) {
    log.write('warn', 'host.not-flushed', { error: describeError(error) });
  }
}

function factsOf(host: HostParts, now: Millis, recent: (now: Millis) => readonly string[], say: Say): TrayFacts {
  const { gateway, sentences, store } = host;
  const { problem, runningTurns } = gateway.health();
  const outside = gateway.links.all().filter(({ row }) => row.kind !== 'window' && row.kind !== 'api');
  const { usage } = store.read;
  const today = gateway.budget.periods().day.from;
  const { cost } = usage.totals(today, now + 1);
  const until = gateway.pausedUntil();
  return {
    links: outside.map((status) => linkOf(status, now, host)),
    runningTurns,
    problem: problem === null ? null : sentences.reason(problem, null),
    cards: gateway.cards.open().map((card) => cardOf(host, card)),
    paused: until === null ? null : { ends: endOf(until, now, host, say) },
    today: { ...usage.replies(today, now + 1), cost },
    models: modelsOf(gateway.models, recent(now)),
    outage: gateway.models.outage(),
  };
}

/** A poll lasts up to 45 s, so what was proven within two minutes is up now as far as anybody can know. */
const justNow: Millis = 120_000;

function linkOf({ row, state }: LinkStatus, now: Millis, host: HostParts): TrayLink {
  const at = state.kind === 'retrying' ? state.at : state.kind === 'up' ? state.provenAt : null;
  const recent = at === null || (state.kind === 'up' ? now - at < justNow : at <= now);
  return { name: row.name, handle: row.handle, state, time: recent ? null : clockTime(at, now, host) };
}

const recentModels = 5;
/** The default first, then its fallbacks and what was used, as far as their providers are still there. */
function modelsOf(models: Gateway['models'], used: readonly string[]): TrayFacts['models'] {
  const { default: chosen, fallbacks } = models.choice();
  const providers = new Set(models.providers().map(({ id }) => id));
  const there = [...fallbacks, ...used].filter((ref) => providers.has(ref.slice(0, ref.indexOf('/'))));
  return { chosen, recent: [...new Set([chosen, ...there])].slice(0, recentModels) };
}

function cardOf({ gateway, sentences, store }: HostParts, card: Card): ShellCard {
  const link = 'link' in card ? (gateway.links.get(card.link)?.row.name ?? card.link) : '';
  const paused = card.kind === 'loop' ? (store.read.conversations.get(card.conversation)?.pausedBy ?? null) : null;
  const reason = 'reason' in card ? card.reason : paused;
  return {
    id: card.id,
    kind: card.kind,
    link,
    name:
      card.kind === 'tool'
        ? toolName(sentences, card.tool)
        : 'name' in card
          ? card.name
          : 'title' in card
            ? card.title
            : '',
    messages: 'messages' in card ? card.messages : 0,
    asksForOwner: card.answers.includes('owner'),
    sentence: reason === null ? null : sentences.reason(reason, null),
  };
}

/** By the name that people know it by. */
function toolName(sentences: HostParts['sentences'], tool: string): string {
  const key = toolNameKey(tool);
  return key === null ? serverToolName(tool) : sentences.text(key, {}, null);
}

function timeZoneOf({ settings }: Pick<Host, 'settings'>): string {
  return settings.get('timeZone') || Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function untilOf(choice: PauseChoice, now: Millis, timeZone: string): Millis {
  switch (choice) {
    case 'hour':
      return now + hour;
    case 'tomorrow':
      return startOfTomorrow(now, timeZone);
    case 'open':
      return Number.MAX_SAFE_INTEGER;
  }
}

/** The longest day has 25 hours, the shortest 23. */
function startOfTomorrow(now: Millis, timeZone: string): Millis {
  return startOfDay(startOfDay(now, timeZone) + 26 * hour, timeZone);
}

/** Null: when somebody resumes. */
function endOf(until: Millis, now: Millis, host: HostParts, say: Say): NonNullable<TrayFacts['paused']>['ends'] {
  if (until >= Number.MAX_SAFE_INTEGER) return null;
  const left = until - now;
  if (until === startOfTomorrow(now, timeZoneOf(host))) return { time: say('tray.tomorrow'), left };
  return { time: clockTime(until, now, host), left };
}

/** A moment in the owner's time, with its day when that is not today. */
function clockTime(at: Millis, now: Millis, host: HostParts): string {
  const timeZone = timeZoneOf(host);
  const today = at >= startOfDay(now, timeZone) && at < startOfTomorrow(now, timeZone);
  const day = today ? {} : ({ weekday: 'short', day: 'numeric', month: 'short' } as const);
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(host.sentences.spoken(null), { timeZone, ...day, ...time }).format(at);
}
