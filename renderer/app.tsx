/** The window: what holds everything together, and which screen is shown. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, type ReactNode, useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { Route, Router, Switch, useLocation } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { RuntimeContext, useCall, useConnectionState, useHost } from './bridge/hooks.ts';
import type { Runtime } from './bridge/runtime.ts';
import { Lamp } from './components/icons.tsx';
import { Later } from './components/later.tsx';
import { Shell } from './components/shell.tsx';
import { Toasts, useToast } from './components/toast.tsx';
import { TokenGate } from './components/token-gate.tsx';
import { speech, spokenLanguage, t } from './i18n.ts';
import { keepLanguage, languageOf } from './language.ts';
import { ChannelsScreen } from './screens/channels/index.tsx';
import { ConversationScreen } from './screens/conversations/index.tsx';
import { ModelsScreen } from './screens/models/index.tsx';
import { SettingsScreen } from './screens/settings/index.tsx';
import { SetupScreen } from './screens/setup/index.tsx';
import { keepTheme } from './theme.ts';

// Not needed for the first look at a conversation, so not part of the first script.
const PeopleScreen = lazy(async () => ({ default: (await import('./screens/people/index.tsx')).PeopleScreen }));
const UsageScreen = lazy(async () => ({ default: (await import('./screens/usage/index.tsx')).UsageScreen }));
const ToolsScreen = lazy(async () => ({ default: (await import('./screens/tools/index.tsx')).ToolsScreen }));
const UndeliveredScreen = lazy(async () => ({
  default: (await import('./screens/undelivered/index.tsx')).UndeliveredScreen,
}));
const DiagnosticsScreen = lazy(async () => ({
  default: (await import('./screens/diagnostics/index.tsx')).DiagnosticsScreen,
}));

export function App({ runtime }: { readonly runtime: Runtime }): ReactNode {
  // Everything below is drawn anew in another language.
  useSyncExternalStore(speech.subscribe, spokenLanguage);
  return (
    <CSPProvider disableStyleElements>
      <RuntimeContext value={runtime}>
        <QueryClientProvider client={runtime.client}>
          <Router hook={useHashLocation}>
            <Toasts>
              <Gate ready={runtime.ready} />
            </Toasts>
          </Router>
        </QueryClientProvider>
      </RuntimeContext>
    </CSPProvider>
  );
}

/** Nothing is shown before the gateway answered once, except why it does not. */
function Gate({ ready }: { readonly ready: Promise<void> }): ReactNode {
  const connection = useConnectionState();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    let shown = true;
    void ready.then(() => shown && setOpen(true));
    return () => {
      shown = false;
    };
  }, [ready]);
  if (connection.kind === 'token-missing' || connection.kind === 'token-wrong')
    return <TokenGate state={connection.kind} />;
  if (open) return <Screens />;
  return (
    <main className="splash" aria-busy="true">
      <Lamp size={72} lit={false} />
      <p role="status">{connection.kind === 'lost' ? t('connection.lost') : ''}</p>
    </main>
  );
}

function Screens(): ReactNode {
  useTheme();
  useLanguage();
  // Messages are drawn once and kept as they are, so that the screen with them begins anew in another language.
  const spoken = spokenLanguage();
  useFirstRun();
  return (
    <Switch>
      <Route path="/setup/:step?">{({ step }) => <SetupScreen step={step ?? 'welcome'} />}</Route>
      <Route>
        <Shell>
          <Switch>
            <Route path="/conversations/:id/:seq?">
              {({ id, seq }) => (
                <ConversationScreen key={spoken} id={id} seq={seq === undefined ? null : Number(seq)} />
              )}
            </Route>
            <Route path="/channels">
              <ChannelsScreen />
            </Route>
            <Route path="/people">
              <Later>
                <PeopleScreen />
              </Later>
            </Route>
            <Route path="/usage">
              <Later>
                <UsageScreen />
              </Later>
            </Route>
            <Route path="/tools/:part?/:note?">
              {({ part, note }) => (
                <Later>
                  <ToolsScreen part={part} note={note} />
                </Later>
              )}
            </Route>
            <Route path="/undelivered">
              <Later>
                <UndeliveredScreen />
              </Later>
            </Route>
            <Route path="/diagnostics">
              <Later>
                <DiagnosticsScreen />
              </Later>
            </Route>
            <Route path="/models">
              <ModelsScreen />
            </Route>
            <Route path="/settings">
              <SettingsScreen />
            </Route>
            <Route path="/">
              <ConversationScreen key={spoken} id="new" seq={null} />
            </Route>
            <Route>
              <Lost />
            </Route>
          </Switch>
        </Shell>
      </Route>
    </Switch>
  );
}

function Lost(): ReactNode {
  const [, go] = useLocation();
  useEffect(() => go('/', { replace: true }), [go]);
  return null;
}

/** The first start opens Setup, unless the address asks for something else. */
function useFirstRun(): void {
  const done = useHost()?.setupDone ?? true;
  const [location, go] = useLocation();
  const start = useEffectEvent(() => {
    if (!done && location === '/') go('/setup', { replace: true });
  });
  useEffect(() => start(), []);
}

function useTheme(): void {
  const settings = useCall('settings.list', {}).value;
  const theme = settings?.find((setting) => setting.key === 'window.theme')?.value;
  useEffect(() => {
    if (typeof theme === 'string') keepTheme(document.documentElement, localStorage, theme);
  }, [theme]);
}

/** The chosen language, from the moment on at which it is chosen. */
function useLanguage(): void {
  const settings = useCall('settings.list', {}).value;
  const setting = settings?.find(({ key }) => key === 'language')?.value;
  const toast = useToast();
  useEffect(() => {
    if (typeof setting !== 'string') return;
    keepLanguage(localStorage, setting);
    speech
      .speak(languageOf(setting, navigator.languages))
      .catch(() => toast({ text: t('app.notLoaded'), step: { label: t('app.reload'), run: () => location.reload() } }));
  }, [setting, toast]);
}
