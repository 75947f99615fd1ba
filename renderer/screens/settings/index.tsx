/** Few settings, one plain sentence each, applied at once. The list is drawn from the gateway's own schema. */
import { type ReactNode } from 'react';
import { Link } from 'wouter';
import type { SettingView } from '../../../preload/contract/views.ts';
import { useCall } from '../../bridge/hooks.ts';
import { Icon } from '../../components/icons.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t, type Words } from '../../i18n.ts';
import { About } from './about.tsx';
import { Health } from './health.tsx';
import { Setting } from './setting.tsx';

/** Shown on screens of their own. */
const elsewhere: ReadonlySet<string> = new Set(['models.default', 'models.fallbacks', 'setup.done']);

const sections: readonly (readonly [string, Words])[] = [
  ['general', 'settings.general'],
  ['conversations', 'settings.conversations'],
  ['models', 'settings.models'],
  ['delivery', 'settings.delivery'],
  ['api', 'settings.api'],
];

export function SettingsScreen(): ReactNode {
  const { value: settings, failure, again } = useCall('settings.list', {});
  return (
    <Page title={t('settings.title')} lead={t('settings.lead')}>
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {settings &&
        sections.map(([section, title]) => (
          <SettingsSection
            key={section}
            title={t(title)}
            settings={settings.filter((each) => each.section === section && !elsewhere.has(each.key))}
          />
        ))}
      <Health />
      <About />
      <p className="page-end">
        <Link href="/setup" className="button plain">
          <Icon name="retry" />
          <span>{t('settings.setupAgain')}</span>
        </Link>
      </p>
    </Page>
  );
}

function SettingsSection({
  title,
  settings,
}: {
  readonly title: string;
  readonly settings: readonly SettingView[];
}): ReactNode {
  const plain = settings.filter((each) => !each.advanced);
  const advanced = settings.filter((each) => each.advanced);
  if (settings.length === 0) return null;
  return (
    <Section title={title}>
      <div className="card rows">
        {plain.map((each) => (
          <Setting key={each.key} setting={each} />
        ))}
        {advanced.length > 0 && (
          <details className="advanced">
            <summary>{t('settings.advanced')}</summary>
            <div className="rows">
              {advanced.map((each) => (
                <Setting key={each.key} setting={each} />
              ))}
            </div>
          </details>
        )}
      </div>
    </Section>
  );
}
