import { type ReactNode, Suspense } from 'react';
import { LoadGuard } from './load-guard.tsx';

export interface LaterProps {
  readonly children: ReactNode;
  /** In its place until it is there; loading takes a blink, so mostly nothing. */
  readonly meanwhile?: ReactNode;
}

/** A part that is loaded when it is first opened. */
export function Later({ children, meanwhile = null }: LaterProps): ReactNode {
  return (
    <LoadGuard>
      <Suspense fallback={meanwhile}>{children}</Suspense>
    </LoadGuard>
  );
}
