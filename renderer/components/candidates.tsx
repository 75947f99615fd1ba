/** "Is this you?": strangers who wrote to a link privately, for the owner to recognise himself. */
import type { ReactNode } from 'react';
import type { CardView } from '../../preload/contract/views.ts';
import { t } from '../i18n.ts';
import { Button } from './button.tsx';
import { isSecondPress, useCardAnswer } from './card-answers.ts';
import { ReasonNote } from './reason-note.tsx';

export function Candidate({
  card,
  onClaimed,
}: {
  readonly card: CardView;
  readonly onClaimed?: () => void;
}): ReactNode {
  const claim = useCardAnswer();
  const ignore = useCardAnswer();
  const { id, address, name, text } = card;
  const failure = claim.failure ?? ignore.failure;
  const yes = async (): Promise<void> => {
    if ((await claim.run({ card: id, answer: 'owner' })) !== undefined) onClaimed?.();
  };
  return (
    <div className="candidate" role="group" aria-label={t('candidate.label', { name })}>
      <div className="candidate-words">
        <p className="candidate-question">{t('candidate.question')}</p>
        <p>
          <strong dir="auto">{name}</strong> <span className="muted">{address}</span>
        </p>
        <blockquote dir="auto">{text}</blockquote>
      </div>
      <div className="candidate-steps">
        <Button look="primary" busy={claim.busy} onClick={(event) => !isSecondPress(event) && void yes()}>
          {t('candidate.yes')}
        </Button>
        <Button
          busy={ignore.busy}
          onClick={(event) => !isSecondPress(event) && void ignore.run({ card: id, answer: 'ignore' })}
        >
          {t('candidate.no')}
        </Button>
      </div>
      {failure && <ReasonNote reason={failure.reason} />}
    </div>
  );
}
