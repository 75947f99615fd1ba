/** What was not delivered, or given up: each with its reason and the one button for it. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { LinkView, TroubledView } from '../../../preload/contract/views.ts';
import type { CommandName } from '../../../preload/contract/commands.ts';
import { useAct, useCall, useHost } from '../../bridge/hooks.ts';
import { useTroubled } from '../../bridge/use-troubled.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { LinkIcon, linkWord } from '../../components/link-kind.tsx';
import { Page } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useNow } from '../../components/use-now.ts';
import { fullTime, listTime } from '../../format.ts';
import { reasonText, t } from '../../i18n.ts';

export function UndeliveredScreen(): ReactNode {
  const { value: troubled, failure, again } = useTroubled();
  const links = useCall('links.list', {}).value ?? [];
  return (
    <Page
      title={t('undelivered.title')}
      lead={t('undelivered.lead')}
      loading={troubled === undefined && failure === null}
    >
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {troubled?.length === 0 && <p className="empty">{t('undelivered.none')}</p>}
      {troubled && troubled.length > 0 && (
        <ul className="stack" aria-label={t('undelivered.title')}>
          {troubled.map((each) => (
            <li key={`${each.kind}/${each.turn}`}>
              <Troubled troubled={each} link={links.find((link) => link.id === each.link)} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

const afterwards: readonly CommandName[] = ['deliveries.troubled', 'links.list'];

function Troubled({
  troubled,
  link,
}: {
  readonly troubled: TroubledView;
  readonly link: LinkView | undefined;
}): ReactNode {
  const deliver = useAct('deliveries.retry', afterwards);
  const answer = useAct('messages.answerNow', afterwards);
  const zone = useHost()?.timeZone ?? 'UTC';
  const now = useNow(20_000);
  const { kind, turn, conversation, title, text, reason, at, message } = troubled;
  const name = title || t('conversation.untitled');
  const asked = kind === 'dead-letter';
  const run = (): void => {
    if (!asked) void deliver.run({ turn });
    else if (message !== null) void answer.run({ message });
  };
  const failure = deliver.failure ?? answer.failure;
  return (
    <article className="card troubled" aria-label={name}>
      <header className="link-head">
        <span className="badge" data-kind={link?.kind}>
          {link ? <LinkIcon kind={link.kind} /> : <Icon name="undelivered" />}
        </span>
        <div className="link-names">
          <Link href={`/conversations/${conversation}`} className="candidate-name" dir="auto">
            {name}
          </Link>
          <p className="muted">
            {[t(asked ? 'undelivered.question' : 'undelivered.reply'), link && linkWord(link.kind)]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        <time className="muted small" dateTime={new Date(at).toISOString()} title={fullTime(at, zone)}>
          {listTime(at, now, zone)}
        </time>
      </header>
      <blockquote className="one-line" dir="auto">
        {text}
      </blockquote>
      <div className="troubled-foot">
        <p>{reasonText(reason ?? { code: asked ? 'turn.dead-letter' : 'delivery.gave-up' })}</p>
        <Button busy={deliver.busy || answer.busy} disabled={asked && message === null} onClick={run}>
          {t(asked ? 'action.answerNow' : kind === 'held' ? 'action.sendNow' : 'action.retry')}
        </Button>
      </div>
      {failure && <ReasonNote reason={failure.reason} />}
    </article>
  );
}
