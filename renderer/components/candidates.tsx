/** "Is this you?": strangers who wrote to a link privately, for the owner to recognise himself. */
import type { ReactNode } from 'react';
import type { CandidateView } from '../../preload/contract/views.ts';
import { useAct } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';
import { Button } from './button.tsx';
import { ReasonNote } from './reason-note.tsx';

export function Candidate({
  candidate,
  onClaimed,
}: {
  readonly candidate: CandidateView;
  readonly onClaimed?: () => void;
}): ReactNode {
  const claim = useAct('people.claim', ['people.candidates', 'links.list']);
  const ignore = useAct('people.ignore', ['people.candidates']);
  const { link, address, name, text } = candidate;
  const failure = claim.failure ?? ignore.failure;
  return (
    <div className="candidate" role="group" aria-label={t('candidate.label', { name })}>
      <div className="candidate-words">
        <p className="candidate-question">{t('candidate.question')}</p>
        <p>
          <strong>{name}</strong> <span className="muted">{address}</span>
        </p>
        <blockquote>{text}</blockquote>
      </div>
      <div className="candidate-steps">
        <Button
          look="primary"
          busy={claim.busy}
          onClick={() => void claim.run({ link, address }).then((done) => done !== undefined && onClaimed?.())}
        >
          {t('candidate.yes')}
        </Button>
        <Button busy={ignore.busy} onClick={() => void ignore.run({ link, address })}>
          {t('candidate.no')}
        </Button>
      </div>
      {failure && <ReasonNote reason={failure.reason} />}
    </div>
  );
}
