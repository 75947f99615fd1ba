/**
 * What went wrong when a server was asked for its models or tested: the same reasons as for a reply, in words for
 * somebody who is setting it up and has no message waiting.
 */
import type { ReactNode } from 'react';
import type { ReasonCode } from '../../preload/contract/reasons.ts';
import { t, type Words } from '../i18n.ts';
import { ReasonNote, type ReasonNoteProps } from './reason-note.tsx';

const sentences: Partial<Record<ReasonCode, Words>> = {
  'model.key-refused': 'trial.keyRefused',
  'model.missing': 'trial.missing',
  'model.network': 'trial.network',
  'model.tls': 'trial.tls',
  'model.wrong-path': 'trial.wrongPath',
  'model.timeout': 'trial.timeout',
  'model.cut': 'trial.cut',
  'model.quota': 'trial.quota',
  'model.rate-limit': 'trial.rateLimit',
  'model.overloaded': 'trial.overloaded',
  'model.malformed': 'trial.malformed',
  'model.invalid-request': 'trial.refused',
  'model.empty': 'trial.empty',
  'model.aborted': 'trial.stopped',
};

export function ProviderNote(props: ReasonNoteProps): ReactNode {
  const { reason } = props;
  const sentence = reason === null ? undefined : sentences[reason.code];
  return <ReasonNote {...props} {...(sentence ? { words: t(sentence, reason?.params ?? {}) } : {})} />;
}
