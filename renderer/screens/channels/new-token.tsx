import { type ReactNode, useState } from 'react';
import type { LinkView } from '../../../preload/contract/views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { TokenField, type TokenEntry } from '../../components/telegram-form.tsx';
import { t } from '../../i18n.ts';

export interface NewTokenProps {
  readonly link: LinkView;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Another token for a bot, taken once the platform knows it. */
export function NewToken({ link, open, onClose }: NewTokenProps): ReactNode {
  const set = useAct('links.setToken', ['links.list']);
  const [entry, setEntry] = useState<TokenEntry | null>(null);
  const submit = async (): Promise<void> => {
    if (entry?.identity && (await set.run({ link: link.id, token: entry.token }))) onClose();
  };
  return (
    <Dialog open={open} onClose={onClose} title={t('channels.tokenTitle', { bot: link.handle ?? link.name })}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TokenField withServer={false} apiRoot={link.apiRoot} onProven={setEntry} />
        {set.failure && <ReasonNote reason={set.failure.reason} />}
        <div className="form-foot">
          <Button look="primary" type="submit" busy={set.busy} disabled={!entry?.identity}>
            {t('channels.useToken')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
