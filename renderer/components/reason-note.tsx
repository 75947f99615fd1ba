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
  'open:people': { path: '/channels', label: 'reason.openChannels' },
  'open:models': { path: '/models', label: 'reason.openModels' },
  'open:settings': { path: '/settings', label: 'reason.openSettings' },
  'open:diagnostics': { path: '/settings', label: 'reason.openSettings' },
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

function NextStep({
  action,
  retry,
  answerNow,
  linkAgain,
  busy = false,
}: ReasonSteps & { readonly action: ReasonAction }): ReactNode {
  const [location] = useLocation();
  const step: readonly [Words, (() => void) | undefined] | null =
    action === 'retry'
      ? ['action.retry', retry]
      : action === 'answer-now'
        ? ['action.answerNow', answerNow]
        : action === 'link-again'
          ? ['action.newToken', linkAgain]
          : null;
  if (step) {
    const [label, run] = step;
    return run ? (
      <Button size="small" busy={busy} onClick={run}>
        {t(label)}
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
