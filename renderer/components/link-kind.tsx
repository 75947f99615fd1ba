/** A link's kind as a sign and a word. */
import type { ReactNode } from 'react';
import type { LinkKind } from '../../preload/contract/views.ts';
import { t } from '../i18n.ts';
import { Icon, type IconName } from './icons.tsx';

const icons = { window: 'chat', api: 'api', telegram: 'telegram', whatsapp: 'whatsapp' } as const satisfies Record<
  LinkKind,
  IconName
>;

export function LinkIcon({ kind }: { readonly kind: LinkKind }): ReactNode {
  return <Icon name={icons[kind]} />;
}

export function linkWord(kind: LinkKind): string {
  return t(`link.${kind}`);
}
