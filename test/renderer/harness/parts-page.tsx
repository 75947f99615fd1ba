/** The page of parts with what every part needs around it. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, use } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { RuntimeContext } from '../../../renderer/bridge/hooks.ts';
import type { Runtime } from '../../../renderer/bridge/runtime.ts';
import { Toasts } from '../../../renderer/components/toast.tsx';
import { Later } from '../../../renderer/components/later.tsx';
import { Parts } from './parts.tsx';

export function PartsPage({ runtime }: { readonly runtime: Runtime }): ReactNode {
  return (
    <CSPProvider disableStyleElements>
      <RuntimeContext value={runtime}>
        <QueryClientProvider client={runtime.client}>
          <Router hook={useHashLocation}>
            <Toasts>
              <main className="parts">
                <Later>
                  <Ready runtime={runtime} />
                </Later>
              </main>
            </Toasts>
          </Router>
        </QueryClientProvider>
      </RuntimeContext>
    </CSPProvider>
  );
}

function Ready({ runtime }: { readonly runtime: Runtime }): ReactNode {
  use(runtime.ready);
  return <Parts />;
}
