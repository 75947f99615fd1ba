/** A tool that waits for the owner's word: why, what it would be given, for how long it still waits, and three answers. */
import { type ReactNode, useId, useState } from 'react';
import { Link } from 'wouter';
import type { CardAnswerView, CardView } from '../../preload/contract/views.ts';
import { useCall, useHost } from '../bridge/hooks.ts';
import { fullTime, listTime } from '../format.ts';
import { t } from '../i18n.ts';
import { Button, type ButtonProps } from './button.tsx';
import { cardAnswerWord, isSecondPress, useCardAnswer } from './card-answers.ts';
import { Given } from './given.tsx';
import { Icon } from './icons.tsx';
import { ReasonNote } from './reason-note.tsx';
import { leftWords } from './time-left.ts';
import { toolReason, toolTitle } from './tool-words.ts';
import { useLeft } from './use-left.ts';
import { useNow } from './use-now.ts';

export interface ToolQuestionProps {
  readonly card: CardView;
  /** It stands beside its conversation, so that no way there is needed. */
  readonly here: boolean;
  /** It was answered, and goes: whoever had the focus on it needs another place. */
  readonly onAnswered?: () => void;
}

const looks: Partial<Record<CardAnswerView, ButtonProps['look']>> = { once: 'primary', ignore: 'quiet' };

export function ToolQuestion({ card, here, onAnswered }: ToolQuestionProps): ReactNode {
  const act = useCardAnswer();
  const heading = useId();
  const { id, kind, name, answers, reason, conversation, until } = card;
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
        <p>{reason ? toolReason(reason) : t('asking.eachTime')}</p>
        <WouldBeGiven card={card} />
        {until !== null && <Left until={until} />}
        {!here && conversation !== null && (
          <Link href={`/conversations/${conversation}`} className="text-link">
            {t('asking.open')}
          </Link>
        )}
      </div>
      <div className="candidate-steps">
        {answers.map((each) => (
          <Button
            key={each}
            look={looks[each] ?? 'plain'}
            disabled={act.busy}
            onClick={(event) => !isSecondPress(event) && void answer(each)}
          >
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

/** Of very much the card has only the beginning; all of it stands with its turn. */
function WouldBeGiven({ card: { id, given, turn } }: { readonly card: CardView }): ReactNode {
  const [wanted, setWanted] = useState(false);
  const part = given !== null && given.length > given.text.length;
  const asked = wanted && part && turn !== null;
  const fetched = useCall('turns.steps', { turn: turn ?? '' }, { enabled: asked });
  // Somebody else may have read them already: it is still the owner who unfolds it.
  const call = asked ? fetched.value?.flatMap(({ calls }) => calls).find((each) => each.card === id) : undefined;
  if (given === null) return null;
  return (
    <>
      {call ? <Given key="all" text={call.arguments} unfolded /> : <Given {...given} onWhole={() => setWanted(true)} />}
      {fetched.failure && <ReasonNote reason={fetched.failure.reason} retry={fetched.again} />}
    </>
  );
}

/** Nobody is told of each second: a timer is looked at, not listened to. */
function Left({ until }: { readonly until: number }): ReactNode {
  const left = useLeft(until);
  return (
    <p className="mark seconds" role="timer">
      {left > 0 ? t('asking.left', { left: leftWords(left) }) : t('asking.over')}
    </p>
  );
}
