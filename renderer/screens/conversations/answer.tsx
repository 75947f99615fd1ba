import { type ReactNode, useDeferredValue, useState } from 'react';
import type { MessageView, TurnView } from '../../../preload/contract/views.ts';
import { useAct, useLiveText } from '../../bridge/hooks.ts';
import { copyText } from '../../clipboard.ts';
import { IconButton } from '../../components/button.tsx';
import { replyCostText, tokensText, unpricedText } from '../../components/cost-words.ts';
import { Markdown } from '../../components/markdown.tsx';
import { modelName } from '../../components/model-picker.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { clock, fullTime } from '../../format.ts';
import { t } from '../../i18n.ts';
import { AtWork } from './at-work.tsx';
import { deliveryWords } from './delivery-words.ts';
import { Steps } from './steps.tsx';

export interface AnswerProps {
  /** The reply, once it is stored; before that its turn. */
  readonly message: MessageView | null;
  readonly turn: TurnView | null;
  readonly last: boolean;
  readonly live: boolean;
  readonly zone: string;
}

/** A reply, while it is written and afterwards: the same element, so that the end of a long one draws nothing anew. */
export function Answer({ message, turn, last, live, zone }: AnswerProps): ReactNode {
  const stream = useLiveText(message?.conversation ?? turn?.conversation ?? '');
  // What is typed goes before what is read.
  const written = useDeferredValue(turn !== null && stream?.turn === turn.id ? stream.text : '');
  const text = message?.text ?? written;
  return (
    <article
      className="answer"
      aria-label={t('thread.answer')}
      {...(message ? { 'data-seq': message.seq } : { 'aria-busy': true, 'data-testid': 'writing' })}
    >
      {(message !== null || text !== '') && <Markdown text={text} writing={message === null} />}
      {message === null && turn !== null && <AtWork turn={turn} begun={text !== ''} />}
      {message?.steps && message.turn !== null && <Steps turn={message.turn} tally={message.steps} />}
      {message !== null && <Below message={message} last={last} live={live} zone={zone} />}
    </article>
  );
}

interface BelowProps {
  readonly message: MessageView;
  readonly last: boolean;
  readonly live: boolean;
  readonly zone: string;
}

/** What became of a reply outside, and what can be done with it. */
function Below({ message, last, live, zone }: BelowProps): ReactNode {
  const regenerate = useAct('turns.retry');
  const deliver = useAct('deliveries.retry');
  const [copied, setCopied] = useState(false);
  const { text, at, model, delivery, conversation, turn, reason } = message;
  const about = [
    model === null ? null : modelName(model),
    clock(at, zone),
    ...(delivery ? deliveryWords(delivery, live) : []),
    message.state === 'cleared' ? t('thread.superseded') : null,
  ];
  const undelivered = delivery && (delivery.state === 'failed' || delivery.state === 'held');
  return (
    <>
      {reason && (
        <ReasonNote
          reason={reason}
          tone="quiet"
          {...(last ? { retry: () => void regenerate.run({ conversation }) } : {})}
        />
      )}
      {undelivered && turn !== null && (
        <ReasonNote
          reason={delivery.reason ?? { code: delivery.state === 'held' ? 'delivery.held' : 'delivery.gave-up' }}
          tone="warning"
          busy={deliver.busy}
          retry={() => void deliver.run({ turn })}
          answerNow={() => void deliver.run({ turn })}
        />
      )}
      <footer className="answer-foot">
        <span className="answer-about" title={fullTime(at, zone)}>
          {about.filter((word) => word !== null).join(' · ')}
        </span>
        {message.cost && (
          <span
            className="answer-cost"
            title={[tokensText(message.cost), unpricedText(message.cost)].filter(Boolean).join(' · ')}
          >
            {replyCostText(message.cost)}
          </span>
        )}
        <span className="answer-steps">
          <IconButton
            icon={copied ? 'check' : 'copy'}
            label={copied ? t('action.copied') : t('action.copy')}
            onBlur={() => setCopied(false)}
            onClick={() => void copyText(document, text).then(setCopied)}
          />
          {last && (
            <IconButton
              icon="retry"
              label={t('thread.regenerate')}
              disabled={regenerate.busy}
              onClick={() => void regenerate.run({ conversation })}
            />
          )}
        </span>
      </footer>
      {[regenerate.failure, deliver.failure].map(
        (failure, index) => failure && <ReasonNote key={index} reason={failure.reason} />,
      )}
    </>
  );
}
