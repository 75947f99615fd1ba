/** A tool that waits for the owner's word: what it would be given, for how long it still waits, and the three answers. */
import { type ReactNode, useId } from 'react';
import { Link } from 'wouter';
import type { CardAnswerView, CardView } from '../../preload/contract/views.ts';
import { useHost } from '../bridge/hooks.ts';
import { fullTime, listTime } from '../format.ts';
import { reasonText, t } from '../i18n.ts';
import { Button, type ButtonProps } from './button.tsx';
import { cardAnswerWord, useCardAnswer } from './card-answers.ts';
import { Icon } from './icons.tsx';
import { PlainText } from './plain-text.tsx';
import { ReasonNote } from './reason-note.tsx';
import { readableJson, toolTitle } from './tool-words.ts';
import { useNow } from './use-now.ts';
import { visible } from './visible.ts';

export interface ToolQuestionProps {
  readonly card: CardView;
  /** All that the tool would be given; null where only the beginning is known, which stands on the card. */
  readonly given: string | null;
  /** When it is refused by itself; null while that is not known. */
  readonly until: number | null;
  /** It stands beside its conversation, so that no way there is needed. */
  readonly here: boolean;
  /** It was answered, and goes: whoever had the focus on it needs another place. */
  readonly onAnswered?: () => void;
}

const looks: Partial<Record<CardAnswerView, ButtonProps['look']>> = { once: 'primary', ignore: 'quiet' };

export function ToolQuestion({ card, given, until, here, onAnswered }: ToolQuestionProps): ReactNode {
  const act = useCardAnswer();
  const heading = useId();
  const { id, kind, name, answers, text, reason, conversation } = card;
  const answer = async (chosen: CardAnswerView): Promise<void> => {
    if ((await act.run({ card: id, answer: chosen })) !== undefined) onAnswered?.();
  };
  return (
    <article className="candidate tool-question" aria-labelledby={heading} data-testid="tool-question">
      <span className="badge">
        <Icon name="wrench" />
      </span>
      <div className="candidate-words">
        <p className="candidate-top">
          <strong id={heading} className="break">
            {t('asking.title', { tool: toolTitle(name) })}
          </strong>
          {!here && <Since at={card.at} />}
        </p>
        {reason && <p>{reasonText(reason)}</p>}
        {given !== null ? (
          <PlainText label={t('steps.given')} text={readableJson(given)} />
        ) : (
          text !== '' && <blockquote dir="ltr">{visible(text)}</blockquote>
        )}
        {until !== null && <Left until={until} />}
        {!here && conversation !== null && (
          <Link href={`/conversations/${conversation}`} className="text-link">
            {t('asking.open')}
          </Link>
        )}
      </div>
      <div className="candidate-steps">
        {answers.map((each) => (
          <Button key={each} look={looks[each] ?? 'plain'} disabled={act.busy} onClick={() => void answer(each)}>
            {t(cardAnswerWord(kind, each))}
          </Button>
        ))}
      </div>
      {act.failure && <ReasonNote reason={act.failure.reason} />}
    </article>
  );
}

function Since({ at }: { readonly at: number }): ReactNode {
  const zone = useHost()?.timeZone ?? 'UTC';
  const now = useNow(20_000);
  return (
    <time className="muted small" dateTime={new Date(at).toISOString()} title={fullTime(at, zone)}>
      {listTime(at, now, zone)}
    </time>
  );
}

const minute = 60_000;

/** In minutes: seconds that run would hurry whoever has to think. */
function Left({ until }: { readonly until: number }): ReactNode {
  const left = Math.ceil((until - useNow(5000)) / minute);
  return <p className="mark">{left > 1 ? t('asking.left', { count: left }) : t('asking.lastMinute')}</p>;
}
