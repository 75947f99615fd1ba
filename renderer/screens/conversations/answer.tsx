import { type ReactNode, useState } from 'react';
import type { DeliveryView, MessageView } from '../../../preload/contract/views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { copyText } from '../../clipboard.ts';
import { IconButton } from '../../components/button.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { modelName } from '../../components/model-picker.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { clock, fullTime } from '../../format.ts';
import { t } from '../../i18n.ts';

export interface AnswerProps {
  readonly message: MessageView;
  readonly last: boolean;
  readonly live: boolean;
  readonly zone: string;
}

/** A reply: its text, what became of it outside, and what can be done with it. */
export function Answer({ message, last, live, zone }: AnswerProps): ReactNode {
  const regenerate = useAct('turns.retry');
  const deliver = useAct('deliveries.retry');
  const [copied, setCopied] = useState(false);
  const { text, at, model, delivery, conversation, turn, reason, seq } = message;
  const about = [
    model === null ? null : modelName(model),
    clock(at, zone),
    ...(delivery ? deliveryWords(delivery, live) : []),
    message.state === 'cleared' ? t('thread.superseded') : null,
  ];
  const undelivered = delivery && (delivery.state === 'failed' || delivery.state === 'held');
  return (
    <article className="answer" data-seq={seq} aria-label={t('thread.answer')}>
      <Markdown text={text} />
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
    </article>
  );
}

/** What is worth saying about the way out: nothing when it simply arrived. */
function deliveryWords({ state, late, again, parts, sentParts }: DeliveryView, live: boolean): readonly string[] {
  if (live) return [];
  const under =
    state === 'ready'
      ? [t('delivery.sending', { sent: sentParts, parts })]
      : state === 'sent'
        ? [t('delivery.sent')]
        : [];
  return [
    ...under,
    ...(late ? [t('delivery.late')] : []),
    ...(again > 0 ? [t('delivery.again', { count: again })] : []),
  ];
}
