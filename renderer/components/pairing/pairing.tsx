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
import { Beforehand } from './beforehand.tsx';
import { Linked } from './linked.tsx';
import { NumberForm } from './number-form.tsx';
import { type Phase, phaseOf, spelled } from './phase.ts';
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
  const remembered = useRemembered(phase);
  const { pair, begin, number, setNumber, form, setForm } = usePairing(link.id);
  if (phase.kind === 'linked') {
    return (
      <>
        <Announce words={announcement(phase, remembered.means)} />
        <Linked link={link} doneLabel={doneLabel} onDone={onDone} />
      </>
    );
  }
  const busyAnyway = phase.kind === 'finishing' || phase.kind === 'connecting';
  const numberAsked = form && !busyAnyway;
  return (
    <div className="pairing" data-phase={phase.kind}>
      <Announce words={announcement(phase, remembered.means)} />
      {link.linked && !busyAnyway && <p className="muted">{t('pairing.kept')}</p>}
      {!link.linked && phase.kind === 'idle' && <Beforehand />}
      {numberAsked ? (
        <NumberForm
          begin={number.typed}
          busy={pair.busy}
          onNumber={(digits, typed) => {
            setNumber({ digits, typed });
            void begin(digits);
          }}
        />
      ) : (
        <Step
          phase={phase}
          remembered={remembered}
          busy={pair.busy}
          onRenew={() => void begin(remembered.means === 'code' ? number.digits : null)}
          onNumber={() => setForm(true)}
        />
      )}
      {pair.failure && <ReasonNote reason={pair.failure.reason} />}
      {!busyAnyway && (
        <Foot
          link={link}
          onCancelled={onCancelled}
          other={
            numberAsked || phase.kind === 'show-code'
              ? {
                  label: t('pairing.useQr'),
                  run: () => (phase.kind === 'show-qr' ? setForm(false) : void begin(null)),
                }
              : { label: t('pairing.useNumber'), run: () => setForm(true) }
          }
          busy={pair.busy}
        />
      )}
    </div>
  );
}

function usePairing(link: string) {
  const pair = useAct('links.pair', ['links.list']);
  const [number, setNumber] = useState<{ readonly digits: string | null; readonly typed: string }>({
    digits: null,
    typed: '',
  });
  const [form, setForm] = useState(false);
  const begin = async (digits: string | null): Promise<void> => {
    if (await pair.run({ link, ...(digits === null ? {} : { number: digits }) })) setForm(false);
  };
  return { pair, begin, number, setNumber, form, setForm };
}

interface Remembered {
  /** The last code to scan that was shown. */
  readonly text: string | null;
  readonly means: 'qr' | 'code';
}

/** What the steps after a code do not say: which code it was. */
function useRemembered(phase: Phase): Remembered {
  const [seen, setSeen] = useState<Remembered>({ text: null, means: 'qr' });
  if (phase.kind === 'show-qr' && (seen.text !== phase.text || seen.means !== 'qr'))
    setSeen({ text: phase.text, means: 'qr' });
  if (phase.kind === 'show-code' && seen.means !== 'code') setSeen({ text: null, means: 'code' });
  return seen;
}

interface StepProps {
  readonly phase: Exclude<Phase, { readonly kind: 'linked' }>;
  readonly remembered: Remembered;
  readonly busy: boolean;
  readonly onRenew: () => void;
  readonly onNumber: () => void;
}

function Step({ phase, remembered, busy, onRenew, onNumber }: StepProps): ReactNode {
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
          text={remembered.text}
          lastStep={remembered.means === 'code' ? 'pairing.step3Code' : 'pairing.step3Qr'}
          onRenew={onRenew}
          busy={busy}
        />
      );
    case 'finishing':
      return <Wait title={t(finishingWords(remembered.means))} about={t('pairing.finishingAbout')} />;
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

function finishingWords(means: Remembered['means']): 'pairing.finishingCode' | 'pairing.finishing' {
  return means === 'code' ? 'pairing.finishingCode' : 'pairing.finishing';
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
  readonly busy: boolean;
  readonly other: { readonly label: string; readonly run: () => void };
  readonly onCancelled: () => void;
}

function Foot({ link, busy, other, onCancelled }: FootProps): ReactNode {
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
        <Button look="quiet" size="small" busy={cancel.busy} onClick={() => void leave()}>
          {t('pairing.cancel')}
        </Button>
        <Button size="small" disabled={busy} onClick={other.run}>
          {other.label}
        </Button>
      </footer>
    </>
  );
}

/** Says each change of step once; codes that follow each other by themselves are no news. */
function announcement(phase: Phase, means: Remembered['means']): string {
  switch (phase.kind) {
    case 'starting':
      return t('pairing.starting');
    case 'show-qr':
      return t(phase.again ? 'pairing.again' : 'pairing.qrThere');
    case 'show-code':
      return t('pairing.codeThere', { code: spelled(phase.code) });
    case 'expired':
      return t('pairing.expired');
    case 'finishing':
      return t(finishingWords(means));
    case 'connecting':
      return t('pairing.connecting');
    case 'linked':
      return t('pairing.linked');
    case 'failed':
    case 'idle':
      return ''; // the note about it speaks for itself
  }
}

function Announce({ words }: { readonly words: string }): ReactNode {
  return (
    <p className="offscreen" role="status">
      {words}
    </p>
  );
}
