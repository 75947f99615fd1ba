import type { ReactNode } from 'react';
import { t, type Words } from '../../i18n.ts';
import { Button } from '../button.tsx';
import { Icon } from '../icons.tsx';
import { QrCode } from '../qr-code.tsx';
import { Countdown, useTimeLeft } from './countdown.tsx';
import { PhoneSteps } from './phone-steps.tsx';

export interface RenewProps {
  readonly onRenew: () => void;
  readonly busy: boolean;
}

export interface ShowQrProps extends RenewProps {
  readonly text: string;
  readonly until: number;
  /** A scan did not count. */
  readonly again: boolean;
}

/** A code to scan. Mount anew for each one, so that its time begins afresh. */
export function ShowQr({ text, until, again, onRenew, busy }: ShowQrProps): ReactNode {
  const time = useTimeLeft(until);
  const over = time?.over === true;
  return (
    <>
      {again && (
        <p className="note warning">
          <Icon name="retry" />
          <span className="note-words">{t('pairing.again')}</span>
        </p>
      )}
      <div className="pairing-show">
        <div className="qr-place">
          <div className="qr-frame" data-covered={over}>
            <QrCode text={text} label={over ? t('pairing.qrOver') : t('pairing.qr')} />
            {over && <Veil onRenew={onRenew} busy={busy} />}
          </div>
          {time && !over && <Countdown share={time.share} words={t('pairing.newIn', { wait: time.wait })} />}
        </div>
        <PhoneSteps last="pairing.step3Qr" />
      </div>
    </>
  );
}

export interface ExpiredProps extends RenewProps {
  /** The dead code, where it is known: it stays below the veil. */
  readonly text: string | null;
  readonly lastStep: Words;
}

/** Nobody used the code in time. */
export function ExpiredCode({ text, lastStep, onRenew, busy }: ExpiredProps): ReactNode {
  return (
    <div className="pairing-show">
      <div className="qr-place">
        <div className="qr-frame" data-covered="true">
          {text === null ? <span className="qr-code" /> : <QrCode text={text} label={t('pairing.qrOver')} />}
          <Veil onRenew={onRenew} busy={busy} />
        </div>
      </div>
      <PhoneSteps last={lastStep} />
    </div>
  );
}

function Veil({ onRenew, busy }: RenewProps): ReactNode {
  return (
    <div className="veil">
      <Icon name="clock" />
      <p>{t('pairing.expired')}</p>
      <Button look="primary" icon="retry" busy={busy} onClick={onRenew}>
        {t('pairing.newCode')}
      </Button>
    </div>
  );
}
