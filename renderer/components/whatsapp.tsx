/** The linking of WhatsApp, loaded when it is first opened: most starts of the window never need it. */
import { lazy, type ReactNode } from 'react';
import { Later } from './later.tsx';
import type { PairingProps } from './pairing/pairing.tsx';
import type { WhatsAppFormProps } from './pairing/whatsapp-form.tsx';
import { Spinner } from './spinner.tsx';

const LazyForm = lazy(async () => ({ default: (await import('./pairing/whatsapp-form.tsx')).WhatsAppForm }));
const LazyPairing = lazy(async () => ({ default: (await import('./pairing/pairing.tsx')).Pairing }));

const meanwhile = (
  <div className="pairing-wait">
    <Spinner />
  </div>
);

/** From the first word about it to a linked phone. */
export function WhatsAppForm(props: WhatsAppFormProps): ReactNode {
  return (
    <Later meanwhile={meanwhile}>
      <LazyForm {...props} />
    </Later>
  );
}

/** Where the linking of this link is, and what to do next. */
export function Pairing(props: PairingProps): ReactNode {
  return (
    <Later meanwhile={meanwhile}>
      <LazyPairing {...props} />
    </Later>
  );
}
