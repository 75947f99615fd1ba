import type { ReactNode } from 'react';
import type { LinkView } from '../../../preload/contract/views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Confirm } from '../../components/dialog.tsx';
import { linkHandle } from '../../components/link-name.ts';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { t } from '../../i18n.ts';

export interface RemoveLinkProps {
  readonly link: LinkView;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Says what goes and what stays before a link is taken away. */
export function RemoveLink({ link, open, onClose }: RemoveLinkProps): ReactNode {
  const remove = useAct('links.remove', ['links.list', 'cards.list', 'people.list', 'groups.list']);
  const toast = useToast();
  const bot = linkHandle(link);
  const submit = async (): Promise<void> => {
    if ((await remove.run({ link: link.id })) === undefined) return;
    onClose();
    toast({ text: t('channels.removed', { bot }) });
  };
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t('channels.removeTitle', { bot })}
      text={t(link.kind === 'whatsapp' ? 'channels.removeWhatsApp' : 'channels.removeText')}
      doIt={t('channels.removeDo')}
      busy={remove.busy}
      onDoIt={() => void submit()}
    >
      {remove.failure && <ReasonNote reason={remove.failure.reason} />}
    </Confirm>
  );
}
