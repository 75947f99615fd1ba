import type { ReactNode } from 'react';
import { t } from '../i18n.ts';

/** In the place of what is being read. It is seen only where that takes longer than a blink (the style waits). */
export function Loading(): ReactNode {
  return (
    <div className="loading" role="status">
      <span className="offscreen">{t('page.loading')}</span>
      <span className="loading-card" aria-hidden="true" />
      <span className="loading-card" aria-hidden="true" />
    </div>
  );
}
