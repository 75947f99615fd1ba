/**
 * What the tray shows, as one pure function of what is known. Every line is derived from evidence: from the links' own
 * states, the cards and the gateway's counts, never from the last thing that was asked for.
 */
import type { LinkState } from '../gateway/channel.ts';
import type { ModelOutage } from '../gateway/model.ts';
import type { MicroDollars, Millis } from '../gateway/types.ts';
import { assertNever } from '../lib/assert-never.ts';
import type { PauseChoice, Place, ShellCard } from './ports.ts';
import { plain, running, type Shown } from './tray-lines.ts';
import type { Say } from './words.ts';

/** The pictures there are in `resources/tray`. */
export type TrayIcon = 'ok' | 'working' | 'attention' | 'paused' | 'stopped';

export interface TrayLink {
  readonly name: string;
  /** `@name` where the platform has one. */
  readonly handle: string | null;
  readonly state: LinkState;
  /** As people say it: when it tries again, or when one that is up was last heard; null when that was just now. */
  readonly time: string | null;
}

/** What the gateway knows of itself, as far as the tray is concerned. */
export interface TrayFacts {
  /** Links to platforms; the built-in ones are always there and say nothing. */
  readonly links: readonly TrayLink[];
  readonly runningTurns: number;
  /** The sentence of what stops the whole gateway; null when nothing does. */
  readonly problem: string | null;
  /** What waits for the owner, oldest first. */
  readonly cards: readonly ShellCard[];
  /** The pause of everything; null when there is none. */
  readonly paused: {
    /** When it ends, as people say it, and how far away that is; null: when somebody resumes. */
    readonly ends: { readonly time: string; readonly left: Millis } | null;
  } | null;
  readonly today: TrayUsage;
  readonly models: {
    /** The default model, as `provider/model`. */
    readonly chosen: string;
    /** What was used last and can be chosen, the default among it; at most five. */
    readonly recent: readonly string[];
  };
  /** Neither the default model nor a fallback answers; null while one of them may. */
  readonly outage: ModelOutage | null;
}

/** What was used since the owner's day began. */
export interface TrayUsage {
  /** Of models, whatever number of calls each took. */
  readonly replies: number;
  /** Of the calls whose price is known. */
  readonly cost: MicroDollars;
  /** Replies with a call whose price nobody knows. */
  readonly unpriced: number;
}

/** What the program knows of itself and its system. */
export interface TrayOwn {
  /** Null where it cannot start at login, and so does not. */
  readonly atLogin: boolean | null;
  /** A newer version that was found. */
  readonly update: string | null;
  /** Another version was installed than the one that runs. */
  readonly replaced: boolean;
}

export type TrayStatus =
  | { readonly kind: 'starting' }
  /** The system's keychain is locked, and nothing starts before it opens. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'stopping' }
  /** `working`: a turn has been running for so long that showing it does not flicker. */
  | { readonly kind: 'running'; readonly facts: TrayFacts; readonly working: boolean };

/** What a click does. `place` null: the window as it was left. */
export type TrayClick =
  | { readonly kind: 'open'; readonly place: Place | null }
  | { readonly kind: 'pause'; readonly choice: PauseChoice }
  | { readonly kind: 'resume' }
  | { readonly kind: 'model'; readonly model: string }
  | { readonly kind: 'login'; readonly on: boolean }
  | { readonly kind: 'restart' }
  | { readonly kind: 'quit' };

export interface TrayAction {
  readonly kind: 'action';
  readonly id: string;
  readonly label: string;
  readonly click: TrayClick;
  /** Left out where there is nothing to be checked. */
  readonly checked?: boolean;
}

export type TrayEntry =
  /** Something that is so; a click leads to where it can be changed, if there is such a place. */
  | { readonly kind: 'line'; readonly label: string; readonly place: Place | null }
  | { readonly kind: 'separator' }
  | { readonly kind: 'submenu'; readonly label: string; readonly entries: readonly TrayAction[] }
  | TrayAction;

export interface TrayModel {
  readonly icon: TrayIcon;
  readonly tooltip: string;
  readonly menu: readonly TrayEntry[];
}

/** Windows cuts a tooltip off at 127 characters. */
const longestTooltip = 127;
/** A menu as wide as a sentence of two lines would cover the screen. */
const longestLine = 90;

/** Total and without side effects: the same status gives the same tray. */
export function trayModel(status: TrayStatus, own: TrayOwn, say: Say): TrayModel {
  const { icon, headline, lines } = shown(status, say);
  const facts = status.kind === 'running' ? status.facts : null;
  return {
    icon,
    tooltip: shortened(`Porchlight: ${headline}`, longestTooltip),
    menu: [
      ...lines.map(({ label, place }): TrayEntry => ({ kind: 'line', label: shortened(label, longestLine), place })),
      { kind: 'separator' },
      { kind: 'action', id: 'open', label: say('tray.open'), click: { kind: 'open', place: null } },
      ...(facts === null ? [] : gatewayEntries(facts, say)),
      { kind: 'separator' },
      ...(facts === null ? [] : ownEntries(own, say)),
      { kind: 'action', id: 'quit', label: say('tray.quit'), click: { kind: 'quit' } },
    ],
  };
}

function gatewayEntries({ paused, models, today }: TrayFacts, say: Say): readonly TrayEntry[] {
  return [paused === null ? pauseMenu(say) : resumeAction(say), modelMenu(models, say), usageLine(today, say)];
}

function ownEntries({ atLogin, update, replaced }: TrayOwn, say: Say): readonly TrayEntry[] {
  const login: TrayEntry[] =
    atLogin === null
      ? []
      : [
          {
            kind: 'action',
            id: 'login',
            label: say('tray.login'),
            click: { kind: 'login', on: !atLogin },
            checked: atLogin,
          },
        ];
  const restart: TrayEntry = { kind: 'action', id: 'restart', label: say('tray.restart'), click: { kind: 'restart' } };
  return [
    { kind: 'action', id: 'settings', label: say('tray.settings'), click: { kind: 'open', place: '/settings' } },
    {
      kind: 'action',
      id: 'diagnostics',
      label: say('tray.diagnostics'),
      click: { kind: 'open', place: '/diagnostics' },
    },
    ...login,
    ...(update === null
      ? []
      : [{ kind: 'line', label: say('tray.update', { version: update }), place: '/settings' } as const]),
    ...(replaced ? [restart] : []),
  ];
}

function pauseMenu(say: Say): TrayEntry {
  const entry = (choice: PauseChoice, label: string): TrayAction => ({
    kind: 'action',
    id: `pause-${choice}`,
    label,
    click: { kind: 'pause', choice },
  });
  const entries = [
    entry('hour', say('tray.pause-hour')),
    entry('tomorrow', say('tray.pause-tomorrow')),
    entry('open', say('tray.pause-open')),
  ];
  return { kind: 'submenu', label: say('tray.pause'), entries };
}

function resumeAction(say: Say): TrayEntry {
  return { kind: 'action', id: 'resume', label: say('tray.resume'), click: { kind: 'resume' } };
}

function modelMenu({ chosen, recent }: TrayFacts['models'], say: Say): TrayEntry {
  const entries = recent.map((model): TrayAction => ({
    kind: 'action',
    id: `model-${model}`,
    label: shortened(model, longestLine),
    click: { kind: 'model', model },
    checked: model === chosen,
  }));
  const more: TrayAction = {
    kind: 'action',
    id: 'models',
    label: say('tray.models'),
    click: { kind: 'open', place: '/models' },
  };
  const name = chosen.slice(chosen.indexOf('/') + 1);
  return {
    kind: 'submenu',
    label: shortened(say('tray.model', { model: name }), longestLine),
    entries: [...entries, more],
  };
}

function usageLine({ replies, cost, unpriced }: TrayUsage, say: Say): TrayEntry {
  const unknown: Readonly<Record<string, number>> = unpriced > 0 ? { unpriced } : {};
  const label = say('tray.today', { count: replies, cost: dollars(cost, say), ...unknown });
  return { kind: 'line', label, place: '/usage' };
}

/** In cents, but what is not nothing does not look like it. */
function dollars(cost: MicroDollars, say: Say): string {
  if (cost > 0 && cost < 10_000) return say('tray.cost-under', { amount: 0.01 });
  return say('tray.cost', { amount: Math.round(cost / 10_000) / 100 });
}

function shown(status: TrayStatus, say: Say): Shown {
  const only = (icon: TrayIcon, sentence: string): Shown => ({ icon, headline: sentence, lines: [plain(sentence)] });
  switch (status.kind) {
    case 'starting':
      return only('stopped', say('tray.starting'));
    case 'locked':
      return only('attention', say('tray.locked'));
    case 'stopping':
      return only('stopped', say('tray.stopping'));
    case 'running':
      return running(status.facts, status.working, say);
    default:
      return assertNever(status, 'tray status');
  }
}

function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).trimEnd()}…`;
}
