/** What stands in one row of a thread. Memoised: a row is drawn anew only when it changed. */
import { memo, type ReactNode } from 'react';
import type { MessageView, TurnView } from '../../../preload/contract/views.ts';
import { useAct, useRuntime } from '../../bridge/hooks.ts';
import type { Outgoing } from '../../bridge/outbox.ts';
import { Button } from '../../components/button.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { dayText } from '../../format.ts';
import { reasonText, t } from '../../i18n.ts';
import { useNow } from '../../components/use-now.ts';
import { Answer } from './answer.tsx';
import { Asking } from './asking.tsx';
import { deadLetter, FromPerson } from './from-person.tsx';
import type { Row } from './rows.ts';
import { SummaryLine } from './summary-line.tsx';

export interface RowContentProps {
  readonly row: Row;
  readonly live: boolean;
  readonly zone: string;
}

export const RowContent = memo(
  function RowContent({ row, live, zone }: RowContentProps): ReactNode {
    switch (row.kind) {
      case 'begin':
        return <div className="row-begin">{row.older && <Spinner label={t('thread.older')} />}</div>;
      case 'day':
        return <DayLine at={row.at} zone={zone} />;
      case 'context':
        return <div className="row-line">{t('thread.context')}</div>;
      case 'summary':
        return <SummaryLine summary={row.summary} zone={zone} />;
      case 'outgoing':
        return <Sending entry={row.entry} />;
      case 'writing':
        return <Answer message={null} turn={row.turn} last={false} live={live} zone={zone} />;
      case 'asking':
        return <Asking card={row.card} />;
      case 'ended':
        return <Ended turn={row.turn} />;
      case 'message':
        return messageRow(row, live, zone);
    }
  },
  // Rows are made anew with each event; most of them say the same as before.
  (a, b) => a.live === b.live && a.zone === b.zone && sameRow(a.row, b.row),
);

type MessageRow = Extract<Row, { readonly kind: 'message' }>;

function sameRow(a: Row, b: Row): boolean {
  if (a.kind === 'message' && b.kind === 'message') {
    return a.message === b.message && a.follows === b.follows && a.last === b.last;
  }
  if (a.kind === 'outgoing' && b.kind === 'outgoing') return a.entry === b.entry;
  if ((a.kind === 'writing' && b.kind === 'writing') || (a.kind === 'ended' && b.kind === 'ended'))
    return a.turn === b.turn;
  if (a.kind === 'summary' && b.kind === 'summary') return a.summary === b.summary;
  if (a.kind === 'asking' && b.kind === 'asking') return a.card === b.card;
  return a.kind === b.kind && a.key === b.key && (a.kind !== 'begin' || b.kind !== 'begin' || a.older === b.older);
}

function DayLine({ at, zone }: { readonly at: number; readonly zone: string }): ReactNode {
  const now = useNow(60_000);
  return <div className="row-line">{dayText(at, now, zone)}</div>;
}

/** Not a component of its own: a reply that was being written goes on in the same one. */
function messageRow({ message, follows, last }: MessageRow, live: boolean, zone: string): ReactNode {
  switch (message.kind) {
    case 'person':
      return <FromPerson message={message} follows={follows} live={live} zone={zone} />;
    case 'assistant':
      return <Answer message={message} turn={null} last={last} zone={zone} live={live} />;
    case 'notice':
      return <Notice message={message} last={last} />;
  }
}

function Notice({ message, last }: { readonly message: MessageView; readonly last: boolean }): ReactNode {
  const retry = useAct('turns.retry');
  const { reason, text, conversation, seq, state } = message;
  const again = (): void => void retry.run({ conversation });
  return (
    <article className="notice" data-seq={seq} aria-label={t('thread.notice')}>
      {reason ? (
        <ReasonNote
          reason={reason}
          tone="warning"
          busy={retry.busy}
          {...(last && reason.code !== deadLetter ? { retry: again } : {})}
        />
      ) : (
        <p className="notice-text">{text}</p>
      )}
      {state === 'cleared' && <p className="mark">{t('thread.superseded')}</p>}
      {retry.failure && <ReasonNote reason={retry.failure.reason} />}
    </article>
  );
}

function Ended({ turn }: { readonly turn: TurnView }): ReactNode {
  const retry = useAct('turns.retry');
  return (
    <article className="notice">
      <ReasonNote
        reason={turn.reason ?? { code: 'turn.stopped' }}
        tone={turn.state === 'stopped' ? 'quiet' : 'warning'}
        busy={retry.busy}
        retry={() => void retry.run({ conversation: turn.conversation })}
      />
      {retry.failure && <ReasonNote reason={retry.failure.reason} />}
    </article>
  );
}

function Sending({ entry }: { readonly entry: Outgoing }): ReactNode {
  const { outbox } = useRuntime();
  return (
    <article className="from-person" data-state={entry.state} aria-label={t('thread.yours')}>
      {entry.text !== '' && (
        <div className="bubble" dir="auto">
          {entry.text}
        </div>
      )}
      {entry.files.map(({ id, name }) => (
        <p key={id} className="mark" dir="auto">
          {name}
        </p>
      ))}
      {entry.state === 'failed' && (
        <div className="not-sent" role="alert">
          <span>{t('thread.notSent', { reason: reasonText(entry.failure?.reason ?? null) })}</span>
          <Button size="small" onClick={() => void outbox.again(entry)}>
            {t('thread.sendAgain')}
          </Button>
          <Button size="small" look="quiet" onClick={() => outbox.drop(entry)}>
            {t('thread.discard')}
          </Button>
        </div>
      )}
    </article>
  );
}
