import type { ReactNode } from 'react';
import type { TestView } from '../../preload/contract/model-views.ts';
import { latency } from '../format.ts';
import { t } from '../i18n.ts';
import { Icon } from './icons.tsx';
import { ProviderNote } from './provider-note.tsx';

/** What a real request brought: how fast and what it said, or the reason with the server's own words. */
export function TestResult({ test }: { readonly test: TestView }): ReactNode {
  if (!test.ok) return <ProviderNote reason={test.reason} detail={test.detail} />;
  return (
    <div className="success" role="status">
      <Icon name="check" />
      <p>{t('provider.works', { latency: latency(test.latency), said: test.said.trim() })}</p>
    </div>
  );
}
