import { type ReactNode, useId } from 'react';
import { Switch } from '@base-ui/react/switch';
import { useAct, useCall } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';
import { ReasonNote } from './reason-note.tsx';

/** Whether the system starts Porchlight when its person logs in: asked of the system, not of a setting. */
export function StartAtLogin(): ReactNode {
  const id = useId();
  const { value } = useCall('desktop.get', {});
  const set = useAct('desktop.setLogin', ['desktop.get']);
  if (!value) return null;
  const { on, reason } = value.login;
  const why = set.failure?.reason ?? reason;
  return (
    <div className="setting" data-setting="login">
      <div className="setting-words">
        <label htmlFor={id}>{t('settings.login')}</label>
        <p className="muted">{t('settings.loginDoes')}</p>
        {why && <ReasonNote reason={why} tone="quiet" />}
      </div>
      <div className="setting-control">
        <Switch.Root
          id={id}
          className="switch"
          checked={on}
          disabled={set.busy || (!on && reason !== null)}
          onCheckedChange={(wanted) => void set.run({ on: wanted })}
        >
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
      </div>
    </div>
  );
}
