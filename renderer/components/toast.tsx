/**
 * A short message at the bottom with at most one step (Undo). It goes by itself, but not under the pointer; a new one takes
 * its place, so that there is never more than one Undo to choose from.
 */
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import { t } from '../i18n.ts';
import { Button, IconButton } from './button.tsx';

export interface ToastText {
  readonly text: string;
  readonly step?: { readonly label: string; readonly run: () => void };
}

interface Shown extends ToastText {
  readonly id: number;
}

const ToastContext = createContext<(toast: ToastText) => void>(() => undefined);
const lifetime = 7000;

export function useToast(): (toast: ToastText) => void {
  return use(ToastContext);
}

export function Toasts({ children }: { readonly children: ReactNode }): ReactNode {
  const [shown, setShown] = useState<Shown | null>(null);
  const show = useCallback((toast: ToastText) => {
    setShown((before) => ({ ...toast, id: (before?.id ?? 0) + 1 }));
  }, []);
  const hide = useCallback(() => setShown((before) => before && { ...before, text: '' }), []);
  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="status" aria-label={t('toast.region')}>
        {shown && shown.text !== '' && <OneToast key={shown.id} toast={shown} hide={hide} />}
      </div>
    </ToastContext>
  );
}

function OneToast({ toast, hide }: { readonly toast: Shown; readonly hide: () => void }): ReactNode {
  const [held, setHeld] = useState(false);
  const { text, step } = toast;
  useEffect(() => {
    if (held) return undefined;
    const timer = window.setTimeout(hide, lifetime);
    return () => window.clearTimeout(timer);
  }, [held, hide]);
  const holding = useMemo(
    () => ({
      onMouseEnter: () => setHeld(true),
      onMouseLeave: () => setHeld(false),
      onFocus: () => setHeld(true),
      onBlur: () => setHeld(false),
    }),
    [],
  );
  return (
    <div className="toast" {...holding}>
      <span>{text}</span>
      {step && (
        <Button
          look="quiet"
          size="small"
          onClick={() => {
            hide();
            step.run();
          }}
        >
          {step.label}
        </Button>
      )}
      <IconButton icon="close" label={t('action.dismiss')} onClick={hide} />
    </div>
  );
}
