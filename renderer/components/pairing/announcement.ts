import { t } from '../../i18n.ts';
import { type Phase, spelled } from './phase.ts';

/** What kind of code was asked for: a picture to scan, or letters to type. */
export type Means = 'qr' | 'code';

export function finishingText(means: Means): string {
  return t(means === 'code' ? 'pairing.finishingCode' : 'pairing.finishing');
}

/** What is said aloud at each change of step; the same for codes that follow each other by themselves, so said once. */
export function announcement(phase: Phase, means: Means): string {
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
      return finishingText(means);
    case 'connecting':
      return t('pairing.connecting');
    case 'linked':
      return t('pairing.linked');
    case 'failed':
    case 'idle':
      return ''; // the note about it speaks for itself
  }
}
