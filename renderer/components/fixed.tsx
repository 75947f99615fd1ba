import type { ReactNode } from 'react';
import { t } from '../i18n.ts';
import { Icon } from './icons.tsx';

/** Says that something stands in the provision file, and so is changed there alone. */
export function Fixed(): ReactNode {
  return (
    <span className="muted small fixed">
      <Icon name="lock" /> {t('fixed.link')}
    </span>
  );
}
