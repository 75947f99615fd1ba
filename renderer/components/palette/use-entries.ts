/** Everything that can be reached or done by its name. */
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { ConversationView, SettingView } from '../../../preload/contract/views.ts';
import { threadKey } from '../../bridge/cache.ts';
import { useCall, useConversations, useHost, useRuntime } from '../../bridge/hooks.ts';
import type { Thread } from '../../bridge/thread.ts';
import { useTroubled } from '../../bridge/use-troubled.ts';
import { settingText, t, type Words } from '../../i18n.ts';
import type { IconName } from '../icons.tsx';
import { linkWord } from '../link-kind.tsx';
import { usePause, usePauseChoices } from '../pause-menu.tsx';
import { useNow } from '../use-now.ts';
import type { Entry } from './entries.ts';
import { showSetting } from './show-setting.ts';

export interface PaletteSteps {
  readonly chooseModel: (where: 'default' | { readonly conversation: ConversationView }) => void;
  readonly showKeys: () => void;
  readonly search: () => void;
}

const recentConversations = 5;
const none: readonly never[] = [];

export function useEntries(query: string, steps: PaletteSteps): readonly Entry[] {
  const [, go] = useLocation();
  const conversations = useFound(query);
  const messages = useMessages(query, go);
  const actions = useActions(steps, go);
  const places = usePlaces(go);
  const settings = useSettings(go);
  return [
    ...conversations.map((conversation) => conversationEntry(conversation, go)),
    ...actions,
    ...places,
    ...settings,
    ...messages,
  ];
}

type Go = (path: string) => void;

/** By title among all there are; the latest ones while nothing is typed. */
function useFound(query: string): readonly ConversationView[] {
  const typed = query.trim();
  const latest = useConversations().value?.items ?? none;
  const found = useCall('conversations.titled', { query: typed, limit: 30 }, { enabled: typed !== '', keep: true });
  return typed === '' ? latest.slice(0, recentConversations) : (found.value ?? none);
}

function conversationEntry({ id, title, linkKind }: ConversationView, go: Go): Entry {
  const about = linkKind === 'window' ? {} : { about: linkWord(linkKind) };
  const icon = linkKind === 'telegram' || linkKind === 'whatsapp' || linkKind === 'api' ? linkKind : 'chat';
  const run = (): void => go(`/conversations/${id}`);
  return {
    id: `conversation ${id}`,
    kind: 'conversation',
    title: title || t('conversation.untitled'),
    icon,
    run,
    ...about,
  };
}

/** What was said anywhere, for words of two letters or more. */
function useMessages(query: string, go: Go): readonly Entry[] {
  const typed = query.trim();
  const long = typed.length > 1;
  const hits = useCall('conversations.search', { query: typed, limit: 5 }, { enabled: long, keep: true }).value ?? none;
  if (!long) return none;
  return hits.map(({ message, conversation, seq, excerpt, title }) => ({
    id: `message ${message}`,
    kind: 'message',
    title: excerpt.replaceAll('\u0002', '').replaceAll('\u0003', ''),
    about: title || t('conversation.untitled'),
    icon: 'search',
    run: () => go(`/conversations/${conversation}/${String(seq)}`),
  }));
}

function useActions(steps: PaletteSteps, go: Go): readonly Entry[] {
  const here = useConversationHere();
  const pauses = usePauses();
  const act = (id: string, title: string, icon: IconName, run: () => void, about?: string): Entry => ({
    ...{ id, kind: 'do', title, icon, run },
    ...(about === undefined ? {} : { about }),
  });
  return [
    act('new', t('conversation.new'), 'plus', () => go('/conversations/new'), t('keys.new')),
    act('model', t('palette.chooseDefault'), 'spark', () => steps.chooseModel('default')),
    ...(here
      ? [act('model here', t('palette.chooseHere'), 'spark', () => steps.chooseModel({ conversation: here }))]
      : []),
    act('search', t('palette.search'), 'search', steps.search, t('keys.search')),
    ...pauses,
    act('keys', t('palette.keys'), 'info', steps.showKeys, t('keys.sheet')),
  ];
}

/** The conversation on the screen, if there is one. */
function useConversationHere(): ConversationView | null {
  const [location] = useLocation();
  const { client } = useRuntime();
  const id = /^\/conversations\/([^/]+)/.exec(location)?.[1] ?? 'new';
  // The screen itself reads it, and events keep it right.
  return client.getQueryData<Thread>(threadKey(id))?.conversation ?? null;
}

function usePauses(): readonly Entry[] {
  const all = { kind: 'all' } as const;
  const pause = usePause(all);
  const { items } = usePauseChoices(all);
  const now = useNow(10_000);
  const until = useHost()?.pausedUntil ?? null;
  if (until !== null && until > now) {
    const run = (): void => void pause.set(null);
    return [{ id: 'resume', kind: 'do', title: t('palette.resume'), icon: 'resume', run }];
  }
  return items.map(({ label, run }) => ({
    ...{ id: `pause ${label}`, kind: 'do', icon: 'pause', run },
    title: t('palette.pause', { until: label }),
  }));
}

const places: readonly (readonly [path: string, icon: IconName, title: Words])[] = [
  ['/', 'chat', 'nav.conversations'],
  ['/people', 'people', 'nav.people'],
  ['/channels', 'plug', 'nav.channels'],
  ['/models', 'spark', 'nav.models'],
  ['/usage', 'chart', 'nav.usage'],
  ['/tools', 'wrench', 'nav.tools'],
  ['/tools/memory', 'wrench', 'memory.title'],
  ['/tools/schedules', 'clock', 'schedules.title'],
  ['/settings', 'gear', 'nav.settings'],
  ['/diagnostics', 'pulse', 'nav.diagnostics'],
  ['/setup', 'retry', 'settings.setupAgain'],
];

function usePlaces(go: Go): readonly Entry[] {
  const undelivered = useTroubled().value?.length ?? 0;
  const entry = (path: string, icon: IconName, title: string): Entry => ({
    ...{ id: path, kind: 'place', title, icon },
    run: () => go(path),
  });
  return [
    ...places.map(([path, icon, title]) => entry(path, icon, t(title))),
    ...(undelivered > 0 ? [entry('/undelivered', 'undelivered', t('nav.undelivered', { count: undelivered }))] : []),
  ];
}

/** Where settings stand that have no row on the screen of settings. */
const elsewhere: Readonly<Record<string, string | null>> = {
  'models.default': '/models',
  'models.fallbacks': '/models',
  'setup.done': null,
};

function useSettings(go: Go): readonly Entry[] {
  const settings = useCall('settings.list', {}).value ?? none;
  const desktop = useHost()?.mode === 'desktop';
  return useMemo(
    () => settings.filter((setting) => isShown(setting, desktop)).map((setting) => settingEntry(setting, go)),
    [settings, desktop, go],
  );
}

function isShown({ key, section }: SettingView, desktop: boolean): boolean {
  return elsewhere[key] !== null && (desktop || (section !== 'desktop' && section !== 'api'));
}

function settingEntry({ key }: SettingView, go: Go): Entry {
  const { title, help } = settingText(key);
  const path = elsewhere[key] ?? '/settings';
  const run = (): void => {
    go(path);
    if (path === '/settings') showSetting(key);
  };
  return {
    id: `setting ${key}`,
    kind: 'setting',
    title,
    also: `${key} ${help}`,
    icon: 'gear',
    run,
  };
}
