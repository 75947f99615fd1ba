import type { ReactNode } from 'react';
import type { LinkView } from '../../../preload/contract/views.ts';
import { t } from '../../i18n.ts';
import { Button } from '../button.tsx';
import { Icon } from '../icons.tsx';
import { LinkIcon } from '../link-kind.tsx';
import { ModeChoice } from '../mode-choice.tsx';

export interface LinkedProps {
  readonly link: LinkView;
  readonly doneLabel: string;
  readonly onDone: () => void;
}

/** Whose phone it turned out to be, and who shall be answered. */
export function Linked({ link, doneLabel, onDone }: LinkedProps): ReactNode {
  const { name, handle, device, kind } = link;
  return (
    <div className="pairing" data-phase="linked">
      <div className="identity">
        <span className="badge" data-kind={kind}>
          <LinkIcon kind={kind} />
        </span>
        <span>
          <strong>{name}</strong>
          {handle !== null && <span className="muted"> {handle}</span>}
          {device !== null && <span className="identity-device">{t('whatsapp.device', { device })}</span>}
        </span>
        <Icon name="check" />
      </div>
      <ModeChoice link={link} />
      <div className="form-foot">
        <Button look="primary" onClick={onDone}>
          {doneLabel}
        </Button>
      </div>
    </div>
  );
}
