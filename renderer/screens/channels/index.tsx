/** Every link with its evidence, and the one step that puts its present problem right. */
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useCall, useHost } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Candidate } from '../../components/candidates.tsx';
import { openCards, ownerCandidates } from '../../components/card-answers.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icons.tsx';
import { Page, Section } from '../../components/page.tsx';
import { PauseMenu } from '../../components/pause-menu.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { TelegramForm } from '../../components/telegram-form.tsx';
import { useNow } from '../../components/use-now.ts';
import { WhatsAppForm } from '../../components/whatsapp.tsx';
import { t } from '../../i18n.ts';
import { LinkCard } from './link-card.tsx';
import { SmallLink } from './small-link.tsx';

export function ChannelsScreen(): ReactNode {
  const { value: links, failure, again } = useCall('links.list', {});
  const cards = useCall('cards.list', {}).value ?? [];
  const candidates = ownerCandidates(cards);
  const others = openCards(cards).length - candidates.length;
  const host = useHost();
  const now = useNow(20_000);
  const [adding, setAdding] = useState<'whatsapp' | 'telegram' | null>(null);
  const done = (): void => setAdding(null);
  const outside = (links ?? []).filter((link) => link.kind !== 'window' && link.kind !== 'api');
  const inside = (links ?? []).filter((link) => link.kind === 'window' || link.kind === 'api');
  return (
    <Page
      title={t('channels.title')}
      lead={t('channels.lead')}
      loading={links === undefined && failure === null}
      step={
        <span className="page-steps">
          {outside.length > 0 && (host?.pausedUntil ?? 0) <= now && (
            <PauseMenu scope={{ kind: 'all' }} label={t('pause.all')} />
          )}
          <Button icon="plus" onClick={() => setAdding('whatsapp')}>
            {t('channels.addWhatsApp')}
          </Button>
          <Button icon="plus" onClick={() => setAdding('telegram')}>
            {t('channels.add')}
          </Button>
        </span>
      }
    >
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {candidates.length > 0 && (
        <Section title={t('channels.whoWrote')} lead={t('channels.whoWroteLead')}>
          <div className="stack">
            {candidates.map((card) => (
              <Candidate key={card.id} card={card} />
            ))}
          </div>
        </Section>
      )}
      {others > 0 && (
        <p className="note quiet">
          <Icon name="people" />
          <span className="note-words">{t('channels.othersWait', { count: others })}</span>
          <Link href="/people" className="button plain small">
            <span>{t('reason.openPeople')}</span>
          </Link>
        </p>
      )}
      {links && outside.length === 0 && <p className="empty">{t('channels.none')}</p>}
      <div className="stack">
        {outside.map((link) => (
          <LinkCard key={link.id} link={link} asked={candidates.some((candidate) => candidate.link === link.id)} />
        ))}
      </div>
      {inside.length > 0 && (
        <Section title={t('channels.builtIn')}>
          <div className="card rows">
            {inside.map((link) => (
              <SmallLink key={link.id} link={link} />
            ))}
          </div>
        </Section>
      )}
      <Dialog open={adding === 'whatsapp'} onClose={done} title={t('whatsapp.title')}>
        <WhatsAppForm doneLabel={t('action.done')} onDone={done} onCancelled={done} />
      </Dialog>
      <Dialog open={adding === 'telegram'} onClose={done} title={t('channels.addTelegram')}>
        <TelegramForm onDone={done} />
      </Dialog>
    </Page>
  );
}
