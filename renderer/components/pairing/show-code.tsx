import { type ReactNode, useState } from 'react';
import { copyText } from '../../clipboard.ts';
import { t } from '../../i18n.ts';
import { Button } from '../button.tsx';
import { Countdown, useTimeLeft } from './countdown.tsx';
import { codeParts, spelled } from './phase.ts';
import { PhoneSteps } from './phone-steps.tsx';

export interface ShowCodeProps {
  readonly code: string;
  readonly until: number;
}

/** A code to type into the phone. Mount anew for each one. */
export function ShowCode({ code, until }: ShowCodeProps): ReactNode {
  const time = useTimeLeft(until);
  const [copied, setCopied] = useState(false);
  return (
    <div className="pairing-show stacked">
      <div className="code-place">
        <p className="pairing-code" role="img" aria-label={t('pairing.code', { code: spelled(code) })}>
          {codeParts(code).join('-')}
        </p>
        <Button
          size="small"
          icon={copied ? 'check' : 'copy'}
          onBlur={() => setCopied(false)}
          onClick={() => void copyText(document, code).then(setCopied)}
        >
          {copied ? t('action.copied') : t('action.copyCode')}
        </Button>
        {time && !time.over && <Countdown share={time.share} words={t('pairing.goodFor', { wait: time.wait })} />}
      </div>
      <PhoneSteps last="pairing.step3Code" />
    </div>
  );
}
