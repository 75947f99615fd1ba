/** The host itself and its settings. */
import { checkSetting, isSettingKey } from '../../gateway/settings.ts';
import type { EventLog } from '../event-log.ts';
import type { Handlers } from '../dispatch.ts';
import { settingView, settingViews } from '../model-views.ts';
import type { ApiPorts } from '../ports.ts';
import { healthView, hostView } from '../views.ts';
import { done, outcome, refuse } from './outcome.ts';

type Family = 'host.get' | 'host.health' | 'host.log' | 'settings.list' | 'settings.set';

export function hostCommands(ports: ApiPorts, events: Pick<EventLog, 'seq'>): Pick<Handlers, Family> {
  const { clock, facts, settings } = ports;
  return {
    'host.get': async () => done(hostView(ports, events.seq)),
    'host.health': async () => done(await healthView(ports, clock.now())),
    'host.log': async ({ limit }) => done(facts.logTail(limit)),
    'settings.list': async () => done(settingViews(settings)),
    'settings.set': async ({ key, value }) => {
      if (!isSettingKey(key)) return refuse({ code: 'settings.unknown-key', params: { key } });
      const checked = checkSetting(key, value);
      if (!checked.ok) return refuse(checked.failure);
      if (key === 'timeZone' && !isTimeZone(checked.value)) {
        return refuse({ code: 'settings.wrong-type', params: { key, expected: 'Europe/Berlin' } });
      }
      return outcome(settings.set(key, value), () => settingView(settings, key));
    },
  };
}

/** Empty means the system's own. */
export function isTimeZone(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (value === '') return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
