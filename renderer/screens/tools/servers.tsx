import { type ReactNode, useState } from 'react';
import { useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';
import { ServerCard } from './server-card.tsx';
import { ServerDialog } from './server-dialog.tsx';

/** Programs and addresses that bring tools of their own (Model Context Protocol). */
export function Servers(): ReactNode {
  const { value: servers, failure, again } = useCall('mcp.list', {});
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title={t('mcp.title')}
      lead={t('mcp.lead')}
      loading={servers === undefined && failure === null}
      step={
        <Button icon="plus" onClick={() => setAdding(true)}>
          {t('mcp.add')}
        </Button>
      }
    >
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {servers?.length === 0 && <p className="empty">{t('mcp.none')}</p>}
      <div className="stack">
        {servers?.map((server) => (
          <ServerCard key={server.id} server={server} />
        ))}
      </div>
      {adding && <ServerDialog onClose={() => setAdding(false)} />}
    </Section>
  );
}
