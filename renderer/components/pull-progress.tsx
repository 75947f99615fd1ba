/** A model on its way: its bar, what is left in words, and what can be done about it. */
import type { ReactNode } from 'react';
import type { PullView } from '../../preload/contract/model-views.ts';
import { useAct, useCall } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';
import { Button, IconButton } from './button.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { ReasonNote } from './reason-note.tsx';
import { pullShare, pullText } from './pull-words.ts';

export function PullProgress({ pull }: { readonly pull: PullView }): ReactNode {
  const start = useAct('models.pull', ['models.pulls']);
  const cancel = useAct('models.cancelPull', ['models.pulls']);
  const choose = useAct('models.choose', ['models.choice']);
  const choice = useCall('models.choice', {}).value;
  const { provider, name, state, reason } = pull;
  const failure = start.failure ?? cancel.failure ?? choose.failure;
  const running = state === 'running';
  return (
    <div className="pull" data-state={state}>
      <div className="pull-words">
        <strong>{name}</strong>
        <span className="muted">{pullText(pull)}</span>
      </div>
      <span className="row-steps">
        {running && (
          <Button size="small" busy={cancel.busy} onClick={() => void cancel.run({ provider, name })}>
            {t('pull.stop')}
          </Button>
        )}
        {(state === 'stopped' || state === 'failed') && (
          <Button size="small" icon="resume" busy={start.busy} onClick={() => void start.run({ provider, name })}>
            {t('pull.resume')}
          </Button>
        )}
        {state === 'done' && choice !== undefined && choice.default !== `${provider}/${name}` && (
          <Button size="small" busy={choose.busy} onClick={() => void choose.run({ default: `${provider}/${name}` })}>
            {t('pull.makeDefault')}
          </Button>
        )}
        {!running && (
          <IconButton
            icon="close"
            label={t('pull.dismiss', { model: name })}
            onClick={() => void cancel.run({ provider, name })}
          />
        )}
      </span>
      {state !== 'done' && (
        <ProgressBar share={pullShare(pull)} label={t('pull.bar', { model: name })} busy={running} />
      )}
      {reason && <ReasonNote reason={reason} />}
      {failure && <ReasonNote reason={failure.reason} />}
    </div>
  );
}
