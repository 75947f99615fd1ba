/** What only the tray app has. */
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { done, outcome, refuse } from './outcome.ts';

type Family = 'desktop.get' | 'desktop.setLogin' | 'desktop.restart';

export function desktopCommands({ desktop }: Pick<ApiPorts, 'desktop'>): Pick<Handlers, Family> {
  return {
    'desktop.get': async () => (desktop === undefined ? refuse({ code: 'desktop.none' }) : done(desktop.view())),
    'desktop.setLogin': async ({ on }) =>
      desktop === undefined ? refuse({ code: 'desktop.none' }) : outcome(desktop.setLogin(on), () => desktop.view()),
    'desktop.restart': async () => {
      if (desktop === undefined) return refuse({ code: 'desktop.none' });
      desktop.restart();
      return done(null);
    },
  };
}
