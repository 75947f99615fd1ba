/** Short messages at the bottom, each with at most one step (Undo). They go by themselves, but not under the pointer. */
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
  const [list, setList] = useState<readonly Shown[]>([]);
  const show = useCallback((toast: ToastText) => {
    setList((before) => [...before.slice(-2), { ...toast, id: (before.at(-1)?.id ?? 0) + 1 }]);
  }, []);
  const hide = useCallback((id: number) => setList((before) => before.filter((each) => each.id !== id)), []);
  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="status" aria-label={t('toast.region')}>
        {list.map((toast) => (
          <OneToast key={toast.id} toast={toast} hide={hide} />
        ))}
      </div>
    </ToastContext>
  );
}

function OneToast({ toast, hide }: { readonly toast: Shown; readonly hide: (id: number) => void }): ReactNode {
  const [held, setHeld] = useState(false);
  const { id, text, step } = toast;
  useEffect(() => {
    if (held) return undefined;
    const timer = window.setTimeout(() => hide(id), lifetime);
    return () => window.clearTimeout(timer);
  }, [held, hide, id]);
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
            hide(id);
            step.run();
          }}
        >
          {step.label}
        </Button>
      )}
      <IconButton icon="close" label={t('action.dismiss')} onClick={() => hide(id)} />
    </div>
  );
}
