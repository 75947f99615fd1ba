import type { DeliveryView } from '../../../preload/contract/views.ts';
import { t } from '../../i18n.ts';

/** What is worth saying about the way out: nothing when it simply arrived. */
export function deliveryWords(
  { state, late, again, parts, sentParts }: DeliveryView,
  live: boolean,
): readonly string[] {
  if (live) return [];
  const under =
    state === 'ready'
      ? [t('delivery.sending', { sent: sentParts, parts })]
      : state === 'sent'
        ? [t('delivery.sent')]
        : [];
  return [
    ...under,
    ...(late ? [t('delivery.late')] : []),
    ...(again > 0 ? [t('delivery.again', { count: again })] : []),
  ];
}
