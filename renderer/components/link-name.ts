import type { LinkView } from '../../preload/contract/views.ts';
import { t } from '../i18n.ts';

/** What a link is called: the account's name, or its kind until one is known. */
export function linkName({ kind, linked, name }: LinkView): string {
  return kind === 'whatsapp' && !linked ? t('link.whatsapp') : name;
}

/** What tells it from others of its kind: handle or number where there is one. */
export function linkHandle(link: LinkView): string {
  return link.handle ?? linkName(link);
}
