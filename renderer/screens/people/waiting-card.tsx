import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { CardAnswerView, CardView, LinkView } from '../../../preload/contract/views.ts';
import { useHost } from '../../bridge/hooks.ts';
import { Button, type ButtonProps } from '../../components/button.tsx';
import { cardAnswerWord, isSecondPress, useCardAnswer } from '../../components/card-answers.ts';
import { Icon } from '../../components/icons.tsx';
import { LinkIcon, linkWord } from '../../components/link-kind.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { ToolQuestion } from '../../components/tool-question.tsx';
import { useToast } from '../../components/toast.tsx';
import { useNow } from '../../components/use-now.ts';
import { fullTime, listTime } from '../../format.ts';
import { reasonText, t, type Words } from '../../i18n.ts';

export interface WaitingCardProps {
  readonly card: CardView;
  readonly link: LinkView | undefined;
}

/** One thing that only the owner can decide, or has to know, with its buttons. */
export function WaitingCard({ card, link }: WaitingCardProps): ReactNode {
  switch (card.kind) {
    case 'signed-out':
    case 'conflict':
    case 'budget':
      return <Alarm card={card} link={link} />;
    case 'tool':
      return <ToolQuestion card={card} here={false} />;
    case 'person':
    case 'group':
    case 'late':
    case 'loop':
      return <Question card={card} link={link} />;
  }
}

function linkName(link: LinkView | undefined): string {
  return link ? (link.handle ?? link.name) : '';
}

function Alarm({ card, link }: WaitingCardProps): ReactNode {
  const budget = card.kind === 'budget';
  return (
    <article className="candidate alarm" aria-label={budget ? t('people.budget') : linkName(link)}>
      <span className="badge" data-kind={budget ? 'model' : link?.kind}>
        {budget || !link ? <Icon name="chart" /> : <LinkIcon kind={link.kind} />}
      </span>
      <div className="candidate-words">
        <p className="candidate-question">{budget ? t('people.budget') : linkName(link)}</p>
        {card.reason && <p>{reasonText(card.reason)}</p>}
      </div>
      <div className="candidate-steps">
        <Link href={budget ? '/usage' : '/channels'} className="button plain">
          <span>{t(budget ? 'reason.openUsage' : 'reason.openChannels')}</span>
        </Link>
      </div>
    </article>
  );
}

/** Said once it is done; what the list below shows then can be changed there. */
const done: Partial<Record<CardAnswerView, Words>> = {
  owner: 'people.isOwner',
  allow: 'people.isAllowed',
  once: 'people.isOnce',
  ignore: 'people.isIgnored',
};

function lookOf(answer: CardAnswerView, first: boolean): NonNullable<ButtonProps['look']> {
  if (first) return 'primary';
  return answer === 'ignore' || answer === 'leave' ? 'quiet' : 'plain';
}

function Question({ card, link }: WaitingCardProps): ReactNode {
  const act = useCardAnswer();
  const toast = useToast();
  const { id, kind, name, answers } = card;
  const answer = async (chosen: CardAnswerView): Promise<void> => {
    if ((await act.run({ card: id, answer: chosen })) === undefined) return;
    const word = kind === 'person' ? done[chosen] : undefined;
    if (word) toast({ text: t(word, { name }) });
  };
  return (
    <article className="candidate" aria-label={t('people.cardOf', { name: name || linkName(link) })}>
      <span className="badge" data-kind={link?.kind}>
        <Icon name={kind === 'group' ? 'people' : kind === 'late' ? 'clock' : kind === 'loop' ? 'pause' : 'chat'} />
      </span>
      <div className="candidate-words">
        <About card={card} link={link} />
      </div>
      <div className="candidate-steps">
        {answers.map((each, index) => (
          <Button
            key={each}
            look={lookOf(each, index === 0)}
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

function About({ card, link }: WaitingCardProps): ReactNode {
  const zone = useHost()?.timeZone ?? 'UTC';
  const now = useNow(20_000);
  const { kind, name, address, at, text, messages, conversation, reason } = card;
  const about = [
    link && kind !== 'late' ? `${linkWord(link.kind)} ${linkName(link)}` : '',
    kind === 'person' || kind === 'group' ? address : '',
  ].filter(Boolean);
  const title = name || linkName(link);
  return (
    <>
      <p className="candidate-top">
        {conversation === null ? (
          <strong dir="auto">{title}</strong>
        ) : (
          <Link href={`/conversations/${conversation}`} className="candidate-name" dir="auto">
            {title}
          </Link>
        )}
        <time className="muted small" dateTime={new Date(at).toISOString()} title={fullTime(at, zone)}>
          {listTime(at, now, zone)}
        </time>
      </p>
      {about.length > 0 && <p className="muted small break">{about.join(' · ')}</p>}
      {kind === 'late' && <p>{t('people.late', { count: messages })}</p>}
      {kind === 'loop' && reason && <p>{reasonText(reason)}</p>}
      {text !== '' && (
        <blockquote className="one-line" dir="auto">
          {text}
        </blockquote>
      )}
      {(kind === 'person' || kind === 'group') && messages > 1 && (
        <p className="muted small">{t('people.messagesWait', { count: messages })}</p>
      )}
    </>
  );
}
