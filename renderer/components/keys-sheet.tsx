import type { ReactNode } from 'react';
import { useRuntime } from '../bridge/hooks.ts';
import { t, type Words } from '../i18n.ts';
import { Dialog } from './dialog.tsx';

const keys: readonly (readonly [Words, Words])[] = [
  ['keys.enter', 'keys.enter.does'],
  ['keys.newline', 'keys.newline.does'],
  ['keys.escape', 'keys.escape.does'],
  ['keys.palette', 'keys.palette.does'],
  ['keys.search', 'keys.search.does'],
  ['keys.new', 'keys.new.does'],
  ['keys.numbers', 'keys.numbers.does'],
  ['keys.settings', 'keys.settings.does'],
  ['keys.move', 'keys.move.does'],
  ['keys.save', 'keys.save.does'],
  ['keys.sheet', 'keys.sheet.does'],
];

/** Everything the keyboard does. */
export function KeysSheet({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }): ReactNode {
  const { platform } = useRuntime().connection.bridge;
  return (
    <Dialog open={open} onClose={onClose} title={t('keys.title')}>
      <dl className="keys">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{t(key)}</kbd>
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
      {platform === 'browser' && <p className="muted small">{t('keys.browser')}</p>}
    </Dialog>
  );
}
