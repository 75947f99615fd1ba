/**
 * Links a phone: starting → a code to scan or to type → finishing → linked. Every step is the state of the link, so the
 * view may be left and opened again, here or in another window. Used by Setup and by Channels.
 */
import { type ReactNode, useState } from 'react';
import type { LinkView } from '../../../preload/contract/views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { t } from '../../i18n.ts';
import { Button } from '../button.tsx';
import { ReasonNote } from '../reason-note.tsx';
import { Spinner } from '../spinner.tsx';
import { useToast } from '../toast.tsx';
import { announcement, finishingText, type Means } from './announcement.ts';
import { Beforehand } from './beforehand.tsx';
import { Linked } from './linked.tsx';
import { NumberForm, type TypedNumber } from './number-form.tsx';
import { type Phase, phaseOf } from './phase.ts';
import { ShowCode } from './show-code.tsx';
import { ExpiredCode, ShowQr } from './show-qr.tsx';

export interface PairingProps {
  readonly link: LinkView;
  /** What the last button says: "Done", "Next". */
  readonly doneLabel: string;
  readonly onDone: () => void;
  /** The pairing was ended; a link that never was linked is gone. */
  readonly onCancelled: () => void;
}

export function Pairing({ link, doneLabel, onDone, onCancelled }: PairingProps): ReactNode {
  const phase = phaseOf(link);
  const attempt = useAttempt(link.id, phase);
  return (
    <>
      {/* Stays the same element from the first step to the last: what is put in anew with its words is not spoken. */}
      <p className="offscreen" role="status">
        {announcement(phase, attempt.means)}
      </p>
      {phase.kind === 'linked' ? (
        <Linked link={link} doneLabel={doneLabel} onDone={onDone} />
      ) : (
        <Unfinished link={link} phase={phase} attempt={attempt} onCancelled={onCancelled} />
      )}
    </>
  );
}

interface UnfinishedProps extends Pick<PairingProps, 'link' | 'onCancelled'> {
  readonly phase: Exclude<Phase, { readonly kind: 'linked' }>;
  readonly attempt: ReturnType<typeof useAttempt>;
}

function Unfinished({ link, phase, attempt, onCancelled }: UnfinishedProps): ReactNode {
  const { text, means, number, form, setForm, begin, pair } = attempt;
  const byItself = phase.kind === 'finishing' || phase.kind === 'connecting';
  const numberAsked = form && !byItself;
  const toQr = (): void => {
    if (phase.kind === 'show-qr') setForm(false);
    else void begin(null);
  };
  return (
    <div className="pairing" data-phase={phase.kind}>
      {link.linked && !byItself && !isAgain(phase) && <p className="muted">{t('pairing.kept')}</p>}
      {!link.linked && phase.kind === 'idle' && <Beforehand />}
      {numberAsked ? (
        <NumberForm begin={number?.typed ?? ''} busy={pair.busy} onNumber={(given) => void begin(given)} />
      ) : (
        <Step
          phase={phase}
          text={text}
          means={means}
          busy={pair.busy}
          onRenew={() => void begin(means === 'code' ? number : null)}
          onNumber={() => setForm(true)}
        />
      )}
      {pair.failure && <ReasonNote reason={pair.failure.reason} />}
      {!byItself && (
        <Foot
          link={link}
          begun={phase.kind !== 'idle'}
          busy={pair.busy}
          other={
            numberAsked || means === 'code'
              ? { label: t('pairing.useQr'), run: toQr }
              : { label: t('pairing.useNumber'), run: () => setForm(true) }
          }
          onCancelled={onCancelled}
        />
      )}
    </div>
  );
}

function isAgain(phase: Phase): boolean {
  return phase.kind === 'show-qr' && phase.again;
}

interface Seen {
  /** The last code to scan that was shown: what comes after it does not say. */
  readonly text: string | null;
  readonly means: Means;
}

/** What the state of the link does not hold: which kind of code was asked for, and what was typed. */
function useAttempt(link: string, phase: Phase) {
  const pair = useAct('links.pair', ['links.list']);
  const [seen, setSeen] = useState<Seen>({ text: null, means: 'qr' });
  const [number, setNumber] = useState<TypedNumber | null>(null);
  const [form, setForm] = useState(false);
  if (phase.kind === 'show-qr' && seen.text !== phase.text) setSeen({ text: phase.text, means: 'qr' });
  if (phase.kind === 'show-code' && seen.means !== 'code') setSeen({ text: null, means: 'code' });
  const begin = async (given: TypedNumber | null): Promise<void> => {
    if (given) setNumber(given);
    if (!(await pair.run({ link, ...(given ? { number: given.digits } : {}) }))) return;
    setForm(false);
    setSeen((before) => ({ ...before, means: given ? 'code' : 'qr' }));
  };
  return { ...seen, number, form, setForm, begin, pair };
}

interface StepProps {
  readonly phase: Exclude<Phase, { readonly kind: 'linked' }>;
  readonly text: string | null;
  readonly means: Means;
  readonly busy: boolean;
  readonly onRenew: () => void;
  readonly onNumber: () => void;
}

function Step({ phase, text, means, busy, onRenew, onNumber }: StepProps): ReactNode {
  switch (phase.kind) {
    case 'starting':
      return <Wait title={t('pairing.starting')} />;
    case 'show-qr':
      return <ShowQr key={phase.text} {...phase} onRenew={onRenew} busy={busy} />;
    case 'show-code':
      return <ShowCode key={phase.code} code={phase.code} until={phase.until} />;
    case 'expired':
      return (
        <ExpiredCode
          text={text}
          lastStep={means === 'code' ? 'pairing.step3Code' : 'pairing.step3Qr'}
          onRenew={onRenew}
          busy={busy}
        />
      );
    case 'finishing':
      return <Wait title={finishingText(means)} about={t('pairing.finishingAbout')} />;
    case 'connecting':
      return phase.reason ? (
        <ReasonNote reason={phase.reason} tone="warning" />
      ) : (
        <Wait title={t('pairing.connecting')} about={t('pairing.finishingAbout')} />
      );
    case 'failed':
    case 'idle': {
      const wrongNumber = phase.reason?.code === 'link.pairing-number';
      return (
        <>
          {phase.reason && <ReasonNote reason={phase.reason} />}
          <div className="form-foot">
            <Button look="primary" busy={busy} onClick={wrongNumber ? onNumber : onRenew}>
              {t(wrongNumber ? 'pairing.changeNumber' : phase.kind === 'failed' ? 'pairing.newCode' : 'pairing.showQr')}
            </Button>
          </div>
        </>
      );
    }
  }
}

function Wait({ title, about }: { readonly title: string; readonly about?: string }): ReactNode {
  return (
    <div className="pairing-wait">
      <Spinner />
      <p>
        <strong>{title}</strong>
      </p>
      {about !== undefined && <p className="muted">{about}</p>}
    </div>
  );
}

interface FootProps {
  readonly link: LinkView;
  /** There is something to cancel. */
  readonly begun: boolean;
  readonly busy: boolean;
  readonly other: { readonly label: string; readonly run: () => void };
  readonly onCancelled: () => void;
}

function Foot({ link, begun, busy, other, onCancelled }: FootProps): ReactNode {
  const cancel = useAct('links.cancelPairing', ['links.list']);
  const toast = useToast();
  const leave = async (): Promise<void> => {
    if ((await cancel.run({ link: link.id })) === undefined) return;
    toast({ text: t('pairing.cancelled') });
    onCancelled();
  };
  return (
    <>
      {cancel.failure && <ReasonNote reason={cancel.failure.reason} />}
      <footer className="pairing-foot">
        {begun && (
          <Button look="quiet" size="small" busy={cancel.busy} onClick={() => void leave()}>
            {t('pairing.cancel')}
          </Button>
        )}
        <Button size="small" disabled={busy} onClick={other.run}>
          {other.label}
        </Button>
      </footer>
    </>
  );
}
