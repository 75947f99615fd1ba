/** Links WhatsApp: what to know before → the pairing of a new link. Used by Setup and by Channels. */
import { type ReactNode, useState } from 'react';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { t } from '../../i18n.ts';
import { Button } from '../button.tsx';
import { TextField } from '../field.tsx';
import { linkIdFor } from '../link-id.ts';
import { ReasonNote } from '../reason-note.tsx';
import { Beforehand } from './beforehand.tsx';
import { Pairing } from './pairing.tsx';

export interface WhatsAppFormProps {
  readonly doneLabel: string;
  readonly onDone: () => void;
  readonly onCancelled: () => void;
}

export function WhatsAppForm({ doneLabel, onDone, onCancelled }: WhatsAppFormProps): ReactNode {
  const links = useCall('links.list', {}).value ?? [];
  const add = useAct('links.addWhatsApp', ['links.list']);
  const [added, setAdded] = useState<string | null>(null);
  const [server, setServer] = useState({ url: '', key: '' });
  const link = links.find((each) => each.id === added);
  if (link) return <Pairing link={link} doneLabel={doneLabel} onDone={onDone} onCancelled={onCancelled} />;
  const submit = async (): Promise<void> => {
    const taken = links.map((each) => each.id);
    const webSocketUrl = server.url.trim();
    const own = webSocketUrl === '' ? {} : { webSocketUrl, serverKey: server.key.trim() };
    const view = await add.run({ id: linkIdFor('whatsapp', taken, 'whatsapp'), ...own });
    if (view) setAdded(view.id);
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Beforehand />
      <details className="more">
        <summary>{t('whatsapp.ownServer')}</summary>
        <div className="form">
          <TextField
            label={t('whatsapp.serverUrl')}
            help={t('whatsapp.serverUrlHelp')}
            placeholder="wss://…"
            value={server.url}
            onChange={(event) => setServer({ ...server, url: event.target.value })}
          />
          <TextField
            label={t('whatsapp.serverKey')}
            help={t('whatsapp.serverKeyHelp')}
            value={server.key}
            onChange={(event) => setServer({ ...server, key: event.target.value })}
          />
        </div>
      </details>
      {add.failure && <ReasonNote reason={add.failure.reason} />}
      <div className="form-foot">
        <Button look="primary" type="submit" busy={add.busy}>
          {t('whatsapp.link')}
        </Button>
      </div>
    </form>
  );
}
