import { type ReactNode, useState } from 'react';
import type { DeliveryView, MessageView } from '../../../preload/contract/views.ts';
import { useAct, useCall, useHost } from '../../bridge/hooks.ts';
import { copyText } from '../../clipboard.ts';
import { IconButton } from '../../components/button.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { clock, fullTime } from '../../format.ts';
import { t } from '../../i18n.ts';
import { AskedBy } from './asked-by.tsx';
import { Attachments } from './attachments.tsx';
import { captionOf } from './caption.ts';
import { deliveryWords } from './delivery-words.ts';
import { isOwnMessage, isWrittenHere } from './rows.ts';

/** Set aside by the gateway: said with its reason, and answered when the owner says so. */
const setAside: ReadonlySet<MessageView['state']> = new Set([
  'kept',
  'paused',
  'late',
  'held',
  'ignored',
  'cleared',
  'deleted',
]);

/** Its lane went on, so it is asked again by its own message, not as the last turn of the conversation. */
export const deadLetter = 'turn.dead-letter';

export interface FromPersonProps {
  readonly message: MessageView;
  readonly follows: boolean;
  readonly live: boolean;
  readonly zone: string;
}

/** What somebody wrote: text and files, whether it was changed, and why it was not answered if it was not. */
export function FromPerson({ message, follows, live, zone }: FromPersonProps): ReactNode {
  const answer = useAct('messages.answerNow');
  const { id, text, authorName, state, reason, seq, attachments, revision } = message;
  const words = captionOf(text, attachments);
  const own = isOwnMessage(message);
  const here = isWrittenHere(message);
  const again = (): void => void answer.run({ message: id });
  return (
    <article
      className={follows ? 'from-person follows' : 'from-person'}
      data-seq={seq}
      data-state={state}
      data-own={own}
      aria-label={own || authorName === '' ? t('thread.yours') : t('thread.said', { name: authorName })}
    >
      {/* In the window only the owner writes, without a name. */}
      {message.scheduled && <AskedBy by={message.scheduled} />}
      {!message.scheduled && (!live || authorName !== '') && !follows && (
        <p className="author">{own ? t(here ? 'thread.ownHere' : 'thread.own') : authorName}</p>
      )}
      {message.forwarded && <p className="mark">{t('thread.forwarded')}</p>}
      <div className="said">
        <Aside at={message.at} words={words} zone={zone} />
        {words !== '' && (
          <div className="bubble" dir="auto">
            {words}
          </div>
        )}
      </div>
      {attachments.length > 0 && <Attachments attachments={attachments} />}
      {revision > 0 && <Edited message={message} />}
      {state === 'waiting' && <p className="mark">{t('thread.waiting')}</p>}
      {state === 'overheard' && !follows && <p className="mark">{t('thread.overheard')}</p>}
      {message.delivery && <WayOut message={message} delivery={message.delivery} />}
      {reason && !here && !(own && follows) && (setAside.has(state) || reason.code === deadLetter) && (
        // What waits for a word about its sender is let go under People; asked again here it would only be refused.
        <ReasonNote
          reason={reason}
          tone="quiet"
          busy={answer.busy}
          answerNow={again}
          {...(reason.code === deadLetter ? { retry: again } : {})}
        />
      )}
      {answer.failure && <ReasonNote reason={answer.failure.reason} />}
    </article>
  );
}

/** What became outside of what the owner wrote here. */
function WayOut({ message, delivery }: { readonly message: MessageView; readonly delivery: DeliveryView }): ReactNode {
  const deliver = useAct('deliveries.retry');
  const { turn } = message;
  const again = (): void => {
    if (turn !== null) void deliver.run({ turn });
  };
  const undelivered = delivery.state === 'failed' || delivery.state === 'held';
  return (
    <>
      <p className="mark">{deliveryWords(delivery, false).join(' · ')}</p>
      {undelivered && (
        <ReasonNote
          reason={delivery.reason ?? { code: delivery.state === 'held' ? 'delivery.held' : 'delivery.gave-up' }}
          tone="warning"
          busy={deliver.busy}
          retry={again}
          answerNow={again}
        />
      )}
      {deliver.failure && <ReasonNote reason={deliver.failure.reason} />}
    </>
  );
}

/** Beside the words: when, and a button that copies them. */
function Aside({ at, words, zone }: { readonly at: number; readonly words: string; readonly zone: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  return (
    <span className="said-aside">
      {words !== '' && (
        <IconButton
          icon={copied ? 'check' : 'copy'}
          label={copied ? t('action.copied') : t('action.copy')}
          onBlur={() => setCopied(false)}
          onClick={() => void copyText(document, words).then(setCopied)}
        />
      )}
      <time dateTime={new Date(at).toISOString()} title={fullTime(at, zone)}>
        {clock(at, zone)}
      </time>
    </span>
  );
}

/** "edited", which shows the earlier texts when it is pressed. */
function Edited({ message: { id, attachments } }: { readonly message: MessageView }): ReactNode {
  const [open, setOpen] = useState(false);
  const { value, failure, again } = useCall('messages.revisions', { message: id }, { enabled: open });
  const zone = useHost()?.timeZone ?? 'UTC';
  return (
    <>
      <button type="button" className="mark-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('thread.edited')}
      </button>
      {open && (
        <div className="revisions">
          <p className="mark">{t('thread.earlier')}</p>
          {failure ? (
            <ReasonNote reason={failure.reason} retry={again} />
          ) : value ? (
            <ol>
              {value.map((each) => (
                <li key={each.revision}>
                  <time className="mark" dateTime={new Date(each.at).toISOString()} title={fullTime(each.at, zone)}>
                    {clock(each.at, zone)}
                  </time>
                  <p dir="auto">{captionOf(each.text, attachments)}</p>
                </li>
              ))}
            </ol>
          ) : (
            <Spinner />
          )}
        </div>
      )}
    </>
  );
}
