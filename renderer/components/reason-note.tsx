/** A reason in words, with the one next step that is offered for it. */
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { actionOf, type Reason, type ReasonAction } from '../../preload/contract/reasons.ts';
import { reasonText, t, type Words } from '../i18n.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';

/** What the place where the note stands can do; steps that it cannot do are not offered. */
export interface ReasonSteps {
  readonly retry?: () => void;
  readonly answerNow?: () => void;
  readonly linkAgain?: () => void;
  readonly removeWebhook?: () => void;
  readonly resume?: () => void;
  readonly busy?: boolean;
}

export interface ReasonNoteProps extends ReasonSteps {
  /** Null: the gateway did not answer. */
  readonly reason: Reason | null;
  readonly tone?: 'error' | 'warning' | 'quiet';
  /** What the server said, as it said it. */
  readonly detail?: string;
  /** In place of the reason's own sentence. */
  readonly words?: string;
}

const screens: Partial<Record<ReasonAction, { readonly path: string; readonly label: Words }>> = {
  'open:channels': { path: '/channels', label: 'reason.openChannels' },
  'open:people': { path: '/people', label: 'reason.openPeople' },
  'open:usage': { path: '/usage', label: 'reason.openUsage' },
  'raise-budget': { path: '/usage', label: 'reason.raiseBudget' },
  'open:models': { path: '/models', label: 'reason.openModels' },
  'open:settings': { path: '/settings', label: 'reason.openSettings' },
  'open:diagnostics': { path: '/diagnostics', label: 'reason.openDiagnostics' },
};

export function ReasonNote({ reason, tone = 'error', detail, words, ...steps }: ReasonNoteProps): ReactNode {
  return (
    <div className={`note ${tone}`} role={tone === 'error' ? 'alert' : 'note'}>
      <Icon name={tone === 'quiet' ? 'info' : 'warning'} />
      <div className="note-words">
        <p>{words ?? reasonText(reason)}</p>
        {detail !== undefined && detail !== '' && <p className="note-detail">{detail}</p>}
      </div>
      <NextStep action={reason === null ? 'retry' : actionOf(reason.code)} {...steps} />
    </div>
  );
}

/** What is done right here, rather than on another screen. */
const steps: Partial<
  Record<ReasonAction, { readonly step: Exclude<keyof ReasonSteps, 'busy'>; readonly label: Words }>
> = {
  retry: { step: 'retry', label: 'action.retry' },
  'answer-now': { step: 'answerNow', label: 'action.answerNow' },
  'link-again': { step: 'linkAgain', label: 'action.newToken' },
  'remove-webhook': { step: 'removeWebhook', label: 'action.removeWebhook' },
  resume: { step: 'resume', label: 'action.resume' },
};

function NextStep({ action, busy = false, ...given }: ReasonSteps & { readonly action: ReasonAction }): ReactNode {
  const [location] = useLocation();
  const { retry } = given;
  const own = steps[action];
  if (own) {
    const run = given[own.step];
    return run ? (
      <Button size="small" busy={busy} onClick={run}>
        {t(own.label)}
      </Button>
    ) : null;
  }
  const screen = screens[action];
  if (!screen) return null;
  const here = location.startsWith(screen.path) || location.startsWith('/setup');
  return (
    <span className="note-steps">
      {!here && (
        <Link href={screen.path} className="button plain small">
          <span>{t(screen.label)}</span>
        </Link>
      )}
      {/* Once it is put right there, the message itself still wants its answer. */}
      {retry && (
        <Button size="small" look="quiet" busy={busy} onClick={retry}>
          {t('action.retry')}
        </Button>
      )}
    </span>
  );
}
