/** Dialogs: trap the focus, close with Escape, give the focus back. */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import { type ReactNode, useRef } from 'react';
import { t } from '../i18n.ts';
import { Button, IconButton } from './button.tsx';

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
  /** `tall` keeps its height while its content changes (lists with a search). */
  readonly shape?: 'normal' | 'tall';
}

/**
 * Where the focus begins: on what is marked `data-first`, else on the first thing that takes it. (React's `autoFocus` would
 * come too early: the dialog could not tell any more what to give the focus back to.)
 */
function firstFocus(popup: HTMLElement | null): HTMLElement | true {
  return popup?.querySelector<HTMLElement>('[data-first]') ?? true;
}

export function Dialog({ open, onClose, title, children, shape = 'normal' }: DialogProps): ReactNode {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup ref={popup} className={`dialog ${shape}`} initialFocus={() => firstFocus(popup.current)}>
          <header className="dialog-head">
            <Base.Title className="dialog-title">{title}</Base.Title>
            <Base.Close render={<IconButton icon="close" label={t('action.close')} />} />
          </header>
          <div className="dialog-body">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export interface ConfirmProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly text: string;
  /** What the button that does it says. */
  readonly doIt: string;
  readonly onDoIt: () => void;
  readonly busy?: boolean;
  /** `danger` for what destroys something, which most of these do. */
  readonly look?: 'danger' | 'primary';
  readonly children?: ReactNode;
}

/** Asks before something that cannot be taken back. */
export function Confirm({
  open,
  onClose,
  title,
  text,
  doIt,
  onDoIt,
  busy = false,
  look = 'danger',
  children,
}: ConfirmProps): ReactNode {
  return (
    <AlertDialog.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog normal">
          <div className="dialog-body">
            <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
            <AlertDialog.Description className="dialog-text">{text}</AlertDialog.Description>
            {children}
            <div className="dialog-foot">
              <AlertDialog.Close render={<Button>{t('action.cancel')}</Button>} />
              <Button look={look} busy={busy} onClick={onDoIt}>
                {doIt}
              </Button>
            </div>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
