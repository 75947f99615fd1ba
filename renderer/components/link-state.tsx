/** The state of a link in words, and whether a person has to do something about it. */
import type { ReactNode } from 'react';
import type { LinkView } from '../../preload/contract/views.ts';
import { span } from '../format.ts';
import { t } from '../i18n.ts';

/** Nothing was ever there that could be missed. */
function wasNeverLinked({ kind, linked, state }: LinkView): boolean {
  return kind === 'whatsapp' && !linked && state.kind === 'signed-out';
}

/** Something only a person can put right. (A link that retries by itself is not that.) */
export function linkNeedsHelp(link: LinkView): boolean {
  const { state, enabled, hasOwner, kind } = link;
  if (wasNeverLinked(link)) return false;
  if (state.kind === 'signed-out' || state.kind === 'conflict') return true;
  return kind === 'telegram' && enabled && state.kind === 'up' && !hasOwner;
}

export function linkTone(link: LinkView): 'good' | 'busy' | 'bad' | 'off' {
  const { state } = link;
  if (wasNeverLinked(link)) return 'off';
  switch (state.kind) {
    case 'up':
      return 'good';
    case 'pairing':
    case 'connecting':
    case 'retrying':
      return 'busy';
    case 'signed-out':
    case 'conflict':
      return 'bad';
    case 'off':
      return 'off';
  }
}

/** A phone that was never linked is no fault; a link that tries again by itself is not the owner's business yet. */
export function reasonTone(link: LinkView): 'error' | 'warning' | 'quiet' {
  if (wasNeverLinked(link)) return 'quiet';
  return link.state.kind === 'retrying' ? 'warning' : 'error';
}

/** "Up, seen 3 s ago", "Trying again in 12 s": evidence with its age, never just "connected". */
export function linkStateText(link: LinkView, now: number): string {
  const { state, kind } = link;
  if (wasNeverLinked(link)) return t('linkState.unlinked');
  switch (state.kind) {
    case 'up':
      return kind === 'window' || kind === 'api'
        ? t('linkState.here')
        : t('linkState.up', { age: span(now - state.provenAt) });
    case 'retrying':
      return state.at > now
        ? t('linkState.retrying', { wait: span(state.at - now + 999) })
        : t('linkState.retryingNow');
    case 'pairing':
    case 'connecting':
    case 'signed-out':
    case 'conflict':
    case 'off':
      return t(`linkState.${state.kind}`);
  }
}

export function LinkPill({ link, now }: { readonly link: LinkView; readonly now: number }): ReactNode {
  return (
    <span className="pill" data-tone={linkTone(link)}>
      <span className="dot" aria-hidden="true" />
      {linkStateText(link, now)}
    </span>
  );
}
