import type { ReactNode } from 'react';
import type { SchedulePreviewView } from '../../../preload/contract/agent-views.ts';
import type { Reason } from '../../../preload/contract/reasons.ts';
import { type Asked, useCall, useHost } from '../../bridge/hooks.ts';
import { Icon } from '../../components/icons.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useNow } from '../../components/use-now.ts';
import { reasonText, t } from '../../i18n.ts';
import { isAboutExpression, quietOf, type ScheduleForm, timingOf } from './schedule-form.ts';
import { momentText } from './schedule-words.ts';

export interface FormPreview extends Pick<Asked<SchedulePreviewView>, 'failure'> {
  /** Null: the form does not say when yet. */
  readonly value: SchedulePreviewView | null | undefined;
  /** What is wrong with the expression, to be said where it is typed. */
  readonly expression: Reason | null;
}

/** What a form comes to so far, asked anew when what it says of times has changed. */
export function usePreview(form: ScheduleForm): FormPreview {
  const timing = timingOf(form);
  // What is said, and where, changes nothing about when: one answer for every letter of it.
  const draft = { name: '–', prompt: '–', conversation: form.conversation === '' ? 'new' : form.conversation };
  const nothing = { kind: 'once', at: 0 } as const;
  const { value, failure } = useCall(
    'schedules.preview',
    { schedule: { ...draft, timing: timing ?? nothing, quiet: quietOf(form), catchUp: form.catchUp } },
    { enabled: timing !== null, keep: true },
  );
  const reason = timing !== null && value?.ok === false ? value.reason : null;
  const expression = form.repeat === 'cron' && reason !== null && isAboutExpression(reason) ? reason : null;
  return { value: timing === null ? null : value, failure, expression };
}

/** When it would run: in words, with the next runs, or what is wrong with it, unless that is said elsewhere. */
export function SchedulePreview({
  preview: { value, failure, expression },
}: {
  readonly preview: FormPreview;
}): ReactNode {
  const zone = useHost()?.timeZone ?? 'UTC';
  const now = useNow(60_000);
  return (
    <div className="preview" role="status" aria-label={t('schedules.preview')}>
      {failure && <ReasonNote reason={failure.reason} />}
      {failure === null && (value === null || expression !== null) && (
        <p className="muted">{t('schedules.incomplete')}</p>
      )}
      {failure === null && value?.ok === false && expression === null && (
        <p className="field-trouble">
          <Icon name="warning" /> {reasonText(value.reason)}
        </p>
      )}
      {failure === null && value?.ok === true && (
        <>
          <p>
            <strong>{value.words}</strong>
          </p>
          <ol className="muted small" aria-label={t('schedules.nextRuns')}>
            {value.next.map((at) => (
              <li key={at}>
                <time dateTime={new Date(at).toISOString()}>{momentText(at, now, zone)}</time>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
