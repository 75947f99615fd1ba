import type { ReactNode } from 'react';
import { useCall, useHost } from '../../bridge/hooks.ts';
import { Icon } from '../../components/icons.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useNow } from '../../components/use-now.ts';
import { reasonText, t } from '../../i18n.ts';
import { quietOf, type ScheduleForm, timingOf } from './schedule-form.ts';
import { momentText } from './schedule-words.ts';

const shownRuns = 3;

/** What the form comes to so far: in words, with the next runs, or what is wrong with it. */
export function SchedulePreview({ form }: { readonly form: ScheduleForm }): ReactNode {
  const timing = timingOf(form);
  // What is said, and where, changes nothing about when: one answer for every letter of it.
  const draft = { name: '–', prompt: '–', conversation: form.conversation === '' ? 'new' : form.conversation };
  const nothing = { kind: 'once', at: 0 } as const;
  const { value, failure } = useCall(
    'schedules.preview',
    { schedule: { ...draft, timing: timing ?? nothing, quiet: quietOf(form), catchUp: form.catchUp } },
    { enabled: timing !== null, keep: true },
  );
  const zone = useHost()?.timeZone ?? 'UTC';
  const now = useNow(60_000);
  return (
    <div className="preview" role="status" aria-label={t('schedules.preview')}>
      {failure && <ReasonNote reason={failure.reason} />}
      {failure === null && timing === null && <p className="muted">{t('schedules.incomplete')}</p>}
      {failure === null && timing !== null && value?.ok === false && (
        <p className="field-trouble">
          <Icon name="warning" /> {reasonText(value.reason)}
        </p>
      )}
      {failure === null && timing !== null && value?.ok === true && (
        <>
          <p>
            <strong>{value.words}</strong>
          </p>
          <ol className="muted small" aria-label={t('schedules.nextRuns')}>
            {value.next.slice(0, shownRuns).map((at) => (
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
