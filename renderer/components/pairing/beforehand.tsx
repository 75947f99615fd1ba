import type { ReactNode } from 'react';
import { t, type Words } from '../../i18n.ts';

const lines: readonly Words[] = ['whatsapp.terms', 'whatsapp.number', 'whatsapp.begins'];

/** What has to be known before a phone is linked for the first time. */
export function Beforehand(): ReactNode {
  return (
    <section className="beforehand" aria-label={t('whatsapp.beforehand')}>
      <h3>{t('whatsapp.beforehand')}</h3>
      {lines.map((line) => (
        <p key={line}>{t(line)}</p>
      ))}
    </section>
  );
}
