import { type ReactNode, useState } from 'react';
import type { LinkView } from '../../../preload/contract/views.ts';
import { useAct, useHost } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Fixed } from '../../components/fixed.tsx';
import { Icon } from '../../components/icons.tsx';
import { LinkEvidence } from '../../components/link-evidence.tsx';
import { LinkIcon, linkWord } from '../../components/link-kind.tsx';
import { linkHandle, linkName } from '../../components/link-name.ts';
import { LinkPill, reasonTone } from '../../components/link-state.tsx';
import { PauseMenu, usePause } from '../../components/pause-menu.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { WaitForOwner } from '../../components/telegram-form.tsx';
import { useNow } from '../../components/use-now.ts';
import { Pairing } from '../../components/whatsapp.tsx';
import { untilText } from '../../format.ts';
import { t } from '../../i18n.ts';
import { LinkPersona } from './link-persona.tsx';
import { isPaused, type LinkStep, mainStep } from './main-step.ts';
import { Mode } from './mode.tsx';
import { NewToken } from './new-token.tsx';
import { RemoveLink } from './remove-link.tsx';
import { RemoveWebhook } from './remove-webhook.tsx';

type Open = 'token' | 'remove' | 'owner' | 'webhook' | 'pairing' | null;

/** One link: its state in words, the evidence for it, and one button for the present problem. `asked`: somebody wrote. */
export function LinkCard({ link, asked }: { readonly link: LinkView; readonly asked: boolean }): ReactNode {
  const now = useNow(1000);
  const [open, setOpen] = useState<Open>(null);
  const steps = useSteps(link, setOpen);
  const { kind, state, linked, device } = link;
  const step = mainStep(link, asked, now);
  const close = (): void => setOpen(null);
  return (
    <article className="card link-card" aria-label={linkHandle(link)}>
      <header className="link-head">
        <span className="badge large" data-kind={kind}>
          <LinkIcon kind={kind} />
        </span>
        <div className="link-names">
          <h2>{linkName(link)}</h2>
          <p className="muted">{[linkWord(kind), link.handle].filter(Boolean).join(' · ')}</p>
        </div>
        <LinkPill link={link} now={now} />
      </header>
      {'reason' in state && <ReasonNote reason={state.reason} tone={reasonTone(link)} />}
      {step === 'claim' && <p className="note quiet">{t('channels.noOwner')}</p>}
      <Paused link={link} now={now} />
      {kind === 'whatsapp' && linked && <Mode link={link} />}
      {(kind !== 'whatsapp' || linked) && <LinkPersona link={link} />}
      {(kind !== 'whatsapp' || linked) && <LinkEvidence link={link} now={now} />}
      {device !== null && <p className="muted small">{t('whatsapp.device', { device })}</p>}
      <Origin link={link} />
      {steps.failure && <ReasonNote reason={steps.failure.reason} />}
      <Foot link={link} step={step} steps={steps} setOpen={setOpen} now={now} />
      {kind === 'telegram' && <NewToken link={link} open={open === 'token'} onClose={close} />}
      <RemoveLink link={link} open={open === 'remove'} onClose={close} />
      <RemoveWebhook link={link} open={open === 'webhook'} onClose={close} />
      <Dialog open={open === 'owner'} onClose={close} title={t('channels.ownerTitle')}>
        <WaitForOwner link={link} onDone={close} />
      </Dialog>
      <Dialog open={open === 'pairing'} onClose={close} title={t('whatsapp.title')}>
        <Pairing link={link} doneLabel={t('action.done')} onDone={close} onCancelled={close} />
      </Dialog>
    </article>
  );
}

function Paused({ link, now }: { readonly link: LinkView; readonly now: number }): ReactNode {
  const zone = useHost()?.timeZone ?? 'UTC';
  if (!isPaused(link, now) || link.pausedUntil === null) return null;
  return (
    <p className="note quiet">
      <Icon name="pause" />
      <span className="note-words">{t('channels.paused', { until: untilText(link.pausedUntil, now, zone) })}</span>
    </p>
  );
}

function Origin({ link: { apiRoot, fixedByFile } }: { readonly link: LinkView }): ReactNode {
  if (apiRoot === null && !fixedByFile) return null;
  return (
    <p className="muted small break">
      {apiRoot !== null && t('channels.server', { url: apiRoot })} {fixedByFile && <Fixed />}
    </p>
  );
}

type Steps = ReturnType<typeof useSteps>;

/** What the card's buttons do. */
function useSteps({ id }: LinkView, setOpen: (open: Open) => void) {
  const reconnect = useAct('links.reconnect');
  const enable = useAct('links.setEnabled', ['links.list']);
  const pair = useAct('links.pair', ['links.list']);
  const pause = usePause({ kind: 'link', link: id });
  const beginPairing = async (): Promise<void> => {
    if (await pair.run({ link: id })) setOpen('pairing');
  };
  return {
    enable,
    pause,
    busy: reconnect.busy || pair.busy,
    failure: reconnect.failure ?? enable.failure ?? pair.failure,
    run: (step: LinkStep): void => {
      switch (step) {
        case 'reconnect':
        case 'takeOver':
          void reconnect.run({ link: id });
          return;
        case 'linkAgain':
          void beginPairing();
          return;
        case 'link':
        case 'goOnLinking':
          setOpen('pairing');
          return;
        case 'turnOn':
          void enable.run({ link: id, enabled: true });
          return;
        case 'newToken':
          setOpen('token');
          return;
        case 'claim':
          setOpen('owner');
          return;
        case 'removeWebhook':
          setOpen('webhook');
          return;
        case 'resume':
          void pause.set(null);
          return;
      }
    },
  };
}

interface FootProps {
  readonly link: LinkView;
  readonly step: LinkStep | null;
  readonly steps: Steps;
  readonly setOpen: (open: Open) => void;
  readonly now: number;
}

function Foot({ link, step, steps, setOpen, now }: FootProps): ReactNode {
  const { id, kind, enabled, fixedByFile, linked } = link;
  const { enable, pause } = steps;
  const paused = isPaused(link, now);
  const inUse = enabled && (kind !== 'whatsapp' || linked);
  return (
    <footer className="link-foot">
      {step && (
        <Button
          look="primary"
          busy={steps.busy || (step === 'turnOn' && enable.busy) || (step === 'resume' && pause.busy)}
          onClick={() => steps.run(step)}
        >
          {t(`channels.${step}`)}
        </Button>
      )}
      <span className="spring" />
      {inUse && !paused && <PauseMenu scope={{ kind: 'link', link: id }} label={t('pause.button')} />}
      {inUse && paused && step !== 'resume' && (
        <Button look="quiet" size="small" icon="resume" busy={pause.busy} onClick={() => void pause.set(null)}>
          {t('action.resume')}
        </Button>
      )}
      {inUse && (
        <Button
          look="quiet"
          size="small"
          busy={enable.busy}
          onClick={() => void enable.run({ link: id, enabled: false })}
        >
          {t('channels.turnOff')}
        </Button>
      )}
      {kind === 'telegram' && !fixedByFile && step !== 'newToken' && (
        <Button look="quiet" size="small" onClick={() => setOpen('token')}>
          {t('channels.changeToken')}
        </Button>
      )}
      {!fixedByFile && (
        <Button look="quiet" size="small" onClick={() => setOpen('remove')}>
          {t('channels.remove')}
        </Button>
      )}
    </footer>
  );
}
