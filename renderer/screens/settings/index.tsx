/** Few settings, one plain sentence each, applied at once. The list is drawn from the gateway's own schema. */
import { type ReactNode } from 'react';
import { Link } from 'wouter';
import type { SettingView } from '../../../preload/contract/views.ts';
import { useCall, useHost } from '../../bridge/hooks.ts';
import { Icon } from '../../components/icons.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { Setting } from '../../components/setting.tsx';
import { StartAtLogin } from '../../components/start-at-login.tsx';
import { t, type Words } from '../../i18n.ts';
import { About } from './about.tsx';
import { ApiAddress } from './api-address.tsx';
import { UpdateNote } from './desktop.tsx';
import { PersonasRow } from './personas.tsx';

/** Shown on screens of their own. */
const elsewhere: ReadonlySet<string> = new Set(['models.default', 'models.fallbacks', 'setup.done']);

type Titled = readonly [section: string, title: Words];

/** Sections with something for everyone; their advanced settings are folded at their end. */
const plainSections: readonly Titled[] = [
  ['general', 'settings.general'],
  ['conversations', 'settings.conversations'],
  ['delivery', 'settings.delivery'],
  ['budget', 'settings.budget'],
];
/** Sections with nothing but advanced settings. */
const advancedSections: readonly Titled[] = [['models', 'settings.models']];

export function SettingsScreen(): ReactNode {
  const { value, failure, again } = useCall('settings.list', {});
  const host = useHost();
  const settings = value?.filter((each) => !elsewhere.has(each.key)) ?? [];
  const of = (section: string): readonly SettingView[] => settings.filter((each) => each.section === section);
  return (
    <Page title={t('settings.title')} lead={t('settings.lead')} loading={value === undefined && failure === null}>
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {value &&
        plainSections.map(([section, title]) => (
          <Section key={section} title={t(title)}>
            <div className="card rows">
              <Settings settings={of(section).filter((each) => !each.advanced)} />
              {section === 'conversations' && <PersonasRow />}
              <Folded title={t('settings.advanced')} settings={of(section).filter((each) => each.advanced)} />
            </div>
          </Section>
        ))}
      {value && host?.mode === 'desktop' && (
        <Section title={t('settings.desktop')}>
          <div className="card rows">
            <UpdateNote />
            <StartAtLogin />
            <Settings settings={of('desktop').filter((each) => !each.advanced)} />
            <Folded title={t('settings.advanced')} settings={of('desktop').filter((each) => each.advanced)} />
          </div>
        </Section>
      )}
      {value && (
        <Section title={t('settings.advanced')} lead={t('settings.advancedLead')}>
          <div className="card rows">
            {advancedSections.map(([section, title]) => (
              <Folded key={section} title={t(title)} settings={of(section)} />
            ))}
            {host && (
              // The headless host serves the API whatever the switch says, so there is none.
              <Folded title={t('settings.api')} settings={host.mode === 'headless' ? [] : of('api')}>
                <ApiAddress host={host} />
              </Folded>
            )}
          </div>
        </Section>
      )}
      <About />
      <p className="page-end">
        <Link href="/diagnostics" className="button plain">
          <Icon name="pulse" />
          <span>{t('reason.openDiagnostics')}</span>
        </Link>{' '}
        <Link href="/setup" className="button plain">
          <Icon name="retry" />
          <span>{t('settings.setupAgain')}</span>
        </Link>
      </p>
    </Page>
  );
}

interface SomeSettings {
  readonly settings: readonly SettingView[];
}

function Settings({ settings }: SomeSettings): ReactNode {
  return settings.map((each) => <Setting key={each.key} setting={each} />);
}

interface FoldedProps extends SomeSettings {
  readonly title: string;
  /** What stands below the settings. */
  readonly children?: ReactNode;
}

function Folded({ title, settings, children }: FoldedProps): ReactNode {
  if (settings.length === 0 && children === undefined) return null;
  return (
    <details className="advanced">
      <summary>{title}</summary>
      <div className="rows">
        <Settings settings={settings} />
        {children}
      </div>
    </details>
  );
}
