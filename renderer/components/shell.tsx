/**
 * The frame: conversations at the left, the screen beside them, the way to the other screens below. On a narrow window
 * one column: the list, or what was opened from it. Also the keys that work everywhere.
 */
import { lazy, type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useCall, useConversations, useHost } from '../bridge/hooks.ts';
import { t, type Words } from '../i18n.ts';
import { Banners } from './banners.tsx';
import { openCards, ownerCandidates } from './card-answers.ts';
import { Icon, type IconName } from './icons.tsx';
import { KeysSheet } from './keys-sheet.tsx';
import { Later } from './later.tsx';
import { linkNeedsHelp } from './link-state.tsx';
import { PullLine } from './pull-line.tsx';
import { Sidebar } from './sidebar.tsx';

// It is asked for by a key, and is not part of the first script.
const loadPalette = () => import('./palette/index.tsx');
const CommandPalette = lazy(async () => ({ default: (await loadPalette()).CommandPalette }));

interface ShownPlace {
  readonly path: string;
  readonly icon: IconName;
  readonly label: Words;
  /** Without its word beside the others, which would not all fit. */
  readonly small?: boolean;
}

const places: readonly ShownPlace[] = [
  { path: '/', icon: 'chat', label: 'nav.chats' },
  { path: '/people', icon: 'people', label: 'nav.people' },
  { path: '/channels', icon: 'plug', label: 'nav.channels' },
  { path: '/models', icon: 'spark', label: 'nav.models' },
  { path: '/usage', icon: 'chart', label: 'nav.usage', small: true },
  { path: '/tools', icon: 'wrench', label: 'nav.tools', small: true },
  { path: '/settings', icon: 'gear', label: 'nav.settings', small: true },
  { path: '/diagnostics', icon: 'pulse', label: 'nav.diagnostics', small: true },
];

export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const [location] = useLocation();
  const [sheet, setSheet] = useState(false);
  const [palette, setPalette] = useState<'never' | 'open' | 'closed'>('never');
  const opener = useRef<Element | null>(null);
  const [, go] = useLocation();
  const showKeys = (): void => setSheet(true);
  useShortcuts({
    showKeys,
    togglePalette() {
      if (palette !== 'open') opener.current = document.activeElement;
      setPalette((before) => (before === 'open' ? 'closed' : 'open'));
    },
  });
  const inThread = location.startsWith('/conversations/');
  return (
    <div className="shell" data-at={location === '/' ? 'list' : inThread ? 'thread' : 'screen'}>
      <Banners />
      <Sidebar />
      <main className="pane" tabIndex={-1}>
        {children}
      </main>
      <PullLine />
      <Navigation />
      <KeysSheet open={sheet} onClose={() => setSheet(false)} />
      {palette !== 'never' && (
        <Later>
          <CommandPalette
            open={palette === 'open'}
            onClose={() => setPalette('closed')}
            opener={() => (opener.current instanceof HTMLElement && opener.current.isConnected ? opener.current : null)}
            showKeys={showKeys}
            search={() => focusSearch(() => go('/'))}
          />
        </Later>
      )}
    </div>
  );
}

function Navigation(): ReactNode {
  const [location] = useLocation();
  const links = useCall('links.list', {}).value ?? [];
  const cards = useCall('cards.list', {}).value ?? [];
  const waiting = openCards(cards).length;
  const problem = useHost()?.problem ?? null;
  const attention: Readonly<Record<string, boolean>> = {
    '/channels': ownerCandidates(cards).length > 0 || links.some(linkNeedsHelp),
    '/usage': cards.some((card) => card.kind === 'budget'),
    '/diagnostics': problem !== null,
  };
  return (
    <nav className="navigation" aria-label={t('nav.label')}>
      {places.map(({ path, icon, label, small = false }) => {
        const here =
          path === '/' ? location === '/' || location.startsWith('/conversations') : location.startsWith(path);
        return (
          <Link
            key={path}
            href={path}
            className={small ? 'nav-link small' : 'nav-link'}
            data-place={path}
            aria-current={here ? 'page' : undefined}
            title={small ? t(label) : undefined}
          >
            <span className="nav-icon">
              <Icon name={icon} />
              {attention[path] === true && <span className="attention" role="img" aria-label={t('nav.attention')} />}
              {path === '/people' && waiting > 0 && (
                <span className="nav-count">
                  <span aria-hidden="true">{waiting > 9 ? '9+' : waiting}</span>
                  <span className="offscreen">{t('nav.waiting', { count: waiting })}</span>
                </span>
              )}
            </span>
            <span className={small ? 'offscreen' : undefined}>{t(label)}</span>
          </Link>
        );
      })}
    </nav>
  );
}

interface Shortcuts {
  readonly showKeys: () => void;
  readonly togglePalette: () => void;
}

/** Ctrl/Cmd with N, K, P (also with Shift), comma and 1…9; `?` outside of text. */
function useShortcuts({ showKeys, togglePalette }: Shortcuts): void {
  const [, go] = useLocation();
  const conversations = useConversations();
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey) return;
    if (event.key === '?' && !isTyping(event.target)) {
      event.preventDefault();
      showKeys();
      return;
    }
    // The key before the letter: by the time of the letter the palette is there.
    if (event.key === 'Control' || event.key === 'Meta') loadPalette().catch(openingSaysSo);
    if (!(event.ctrlKey || event.metaKey)) return;
    if (event.key.toLowerCase() === 'p') {
      // Never the browser's own: nobody prints this window by accident.
      event.preventDefault();
      if (!otherDialog()) togglePalette();
      return;
    }
    if (event.shiftKey) return;
    const number = Number.parseInt(event.key, 10);
    const target =
      event.key === 'n'
        ? '/conversations/new'
        : event.key === ','
          ? '/settings'
          : number >= 1
            ? conversationAt(number, conversations.value?.items.map((item) => item.id) ?? [])
            : null;
    if (event.key === 'k') {
      event.preventDefault();
      focusSearch(() => go('/'));
    } else if (target !== null) {
      event.preventDefault();
      go(target);
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

/** Loading it beforehand may fail; opening it tries again, and shows that. */
function openingSaysSo(): undefined {
  return undefined;
}

/** A dialog that is not the palette: what it asks comes first. */
function otherDialog(): boolean {
  return document.querySelector(':is([role="dialog"], [role="alertdialog"])[data-open]:not(.palette)') !== null;
}

function conversationAt(number: number, ids: readonly string[]): string | null {
  const id = ids[number - 1];
  return id === undefined ? null : `/conversations/${id}`;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** The search stands in the list, which a narrow window shows on its own page. */
function focusSearch(showList: () => void): void {
  const search = document.querySelector<HTMLInputElement>('#search');
  if (!search) return;
  // At once where it can be: what is typed next belongs to it.
  search.focus();
  if (search.offsetParent !== null) return;
  showList();
  requestAnimationFrame(() => search.focus());
}
