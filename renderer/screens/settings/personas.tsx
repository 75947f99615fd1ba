import { type ReactNode, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { PersonasDialog } from '../../components/personas.tsx';
import { t } from '../../i18n.ts';

/** The way to the personas that conversations and links can have of their own. */
export function PersonasRow(): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <div className="setting">
      <div className="setting-words">
        <strong>{t('personas.title')}</strong>
        <p className="muted">{t('personas.lead')}</p>
      </div>
      <div className="setting-control">
        <Button icon="edit" onClick={() => setOpen(true)}>
          {t('personas.edit')}
        </Button>
      </div>
      {open && <PersonasDialog onClose={() => setOpen(false)} />}
    </div>
  );
}
