/** What a limit of its own is for, in words. */
import type { CapView } from '../../../preload/contract/money-views.ts';
import { t } from '../../i18n.ts';

export function capName({ title }: Pick<CapView, 'title'>): string {
  return title === '' ? t('conversation.untitled') : title;
}
