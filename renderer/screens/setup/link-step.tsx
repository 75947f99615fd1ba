import { type ReactNode, useState } from 'react';
import type { LinkView } from '../../../preload/contract/views.ts';
import { useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { LinkIcon, linkWord } from '../../components/link-kind.tsx';
import { linkHandle } from '../../components/link-name.ts';
import { TelegramForm, WaitForOwner } from '../../components/telegram-form.tsx';
import { Pairing, WhatsAppForm } from '../../components/whatsapp.tsx';
import { t, type Words } from '../../i18n.ts';

const kinds = ['whatsapp', 'telegram'] as const;
type Kind = (typeof kinds)[number];

/** Where it shall answer besides this window: WhatsApp, Telegram, or nowhere yet. What was begun is gone on with. */
export function LinkStep({ onNext }: { readonly onNext: () => void }): ReactNode {
  const links = useCall('links.list', {}).value;
  const [chosen, setChosen] = useState<Kind | 'none' | null>(null);
  if (!links) return null;
  const kind = chosen ?? begun(links);
  const back = (): void => setChosen('none');
  switch (kind) {
    case 'whatsapp':
      return <WhatsAppStep links={links} onNext={onNext} onBack={back} />;
    case 'telegram':
      return <TelegramStep links={links} onNext={onNext} onBack={back} />;
    case 'none':
      return <Choose links={links} onChoose={setChosen} onNext={onNext} />;
  }
}

/** What waits for its last step: after a reload one is where one was. */
function begun(links: readonly LinkView[]): Kind | 'none' {
  const open = links.find(
    ({ kind, state, hasOwner }) =>
      (kind === 'whatsapp' && state.kind === 'pairing') || (kind === 'telegram' && !hasOwner),
  );
  return open?.kind === 'whatsapp' || open?.kind === 'telegram' ? open.kind : 'none';
}

function isReady({ kind, linked, hasOwner }: LinkView): boolean {
  return kind === 'whatsapp' ? linked : hasOwner;
}

const about: Readonly<Record<Kind, Words>> = { whatsapp: 'setup.whatsappIs', telegram: 'setup.telegramIs' };

interface ChooseProps {
  readonly links: readonly LinkView[];
  readonly onChoose: (kind: Kind) => void;
  readonly onNext: () => void;
}

function Choose({ links, onChoose, onNext }: ChooseProps): ReactNode {
  const ready = links.filter((link) => kinds.some((kind) => kind === link.kind) && isReady(link));
  return (
    <section className="setup-card wide">
      <h1>{t('setup.link')}</h1>
      <p className="lead">{t('setup.linkLead')}</p>
      <div className="offers">
        {kinds.map((kind) => {
          const there = ready.find((link) => link.kind === kind);
          return (
            <button key={kind} type="button" className="offer" onClick={() => onChoose(kind)}>
              <span className="badge large" data-kind={kind}>
                <LinkIcon kind={kind} />
              </span>
              <span className="row-words">
                <strong>{linkWord(kind)}</strong>
                <span className="muted">{there ? t('setup.linked', { link: linkHandle(there) }) : t(about[kind])}</span>
              </span>
              <Icon name={there ? 'check' : 'forward'} />
            </button>
          );
        })}
      </div>
      <div className="setup-foot">
        {ready.length > 0 ? (
          <Button look="primary" onClick={onNext}>
            {t('action.next')}
          </Button>
        ) : (
          <Button look="quiet" onClick={onNext}>
            {t('setup.later')}
          </Button>
        )}
      </div>
    </section>
  );
}

interface KindProps {
  readonly links: readonly LinkView[];
  readonly onNext: () => void;
  readonly onBack: () => void;
}

function WhatsAppStep({ links, onNext, onBack }: KindProps): ReactNode {
  const link = links.find((each) => each.kind === 'whatsapp');
  const doneLabel = t('action.next');
  return (
    <section className="setup-card wide">
      <h1>{t('whatsapp.title')}</h1>
      {link ? (
        <Pairing link={link} doneLabel={doneLabel} onDone={onNext} onCancelled={onBack} />
      ) : (
        <WhatsAppForm doneLabel={doneLabel} onDone={onNext} onCancelled={onBack} />
      )}
      {(!link || link.state.kind !== 'up') && <Foot onNext={onNext} onBack={onBack} />}
    </section>
  );
}

function TelegramStep({ links, onNext, onBack }: KindProps): ReactNode {
  const link = links.find((each) => each.kind === 'telegram');
  return (
    <section className="setup-card wide">
      <h1>{t('setup.telegram')}</h1>
      <p className="lead">{t('setup.telegramLead')}</p>
      {link ? <WaitForOwner link={link} onDone={onNext} /> : <TelegramForm onDone={onNext} />}
      {!link?.hasOwner && <Foot onNext={onNext} onBack={onBack} />}
    </section>
  );
}

function Foot({ onNext, onBack }: { readonly onNext: () => void; readonly onBack: () => void }): ReactNode {
  return (
    <div className="setup-foot">
      <Button look="quiet" icon="back" onClick={onBack}>
        {t('setup.otherLink')}
      </Button>
      <Button look="quiet" onClick={onNext}>
        {t('setup.later')}
      </Button>
    </div>
  );
}
