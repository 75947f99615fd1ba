/** What Porchlight knows of itself, each with its evidence, and what to do when something is wrong. */
import type { ReactNode } from 'react';
import { Page } from '../../components/page.tsx';
import { t } from '../../i18n.ts';
import { Backups } from './backups.tsx';
import { Health } from './health.tsx';
import { Links } from './links.tsx';
import { Log } from './log.tsx';
import { Models } from './models.tsx';
import { Report } from './report.tsx';
import { SelfTest } from './self-test.tsx';

export function DiagnosticsScreen(): ReactNode {
  return (
    <Page title={t('diagnostics.title')} lead={t('diagnostics.lead')}>
      <Health />
      <Links />
      <Models />
      <SelfTest />
      <Log />
      <Report />
      <Backups />
    </Page>
  );
}
