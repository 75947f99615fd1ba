/** What is known of a model, in a few words and two signs. */
import type { ReactNode } from 'react';
import type { ModelView } from '../../preload/contract/model-views.ts';
import { bytes, priceText, span, tokens } from '../format.ts';
import { t } from '../i18n.ts';
import { Icon } from './icons.tsx';

/** Size of the context, size on the disk, price, and how long it rests after a failure; what is not known is left out. */
export function aboutModel(model: ModelView, now: number): readonly string[] {
  const { contextTokens, sizeBytes, cooldownUntil, price } = model;
  return [
    ...(contextTokens === null ? [] : [t('models.context', { size: tokens(contextTokens) })]),
    ...(sizeBytes === null ? [] : [bytes(sizeBytes)]),
    ...(price === null ? [] : [t('models.price', { input: priceText(price.input), output: priceText(price.output) })]),
    ...(cooldownUntil !== null && cooldownUntil > now
      ? [t('models.resting', { wait: span(cooldownUntil - now) })]
      : []),
  ];
}

/** That it can see pictures, use tools and be told how much to think, as far as its server says so. */
export function ModelBadges({ model }: { readonly model: Pick<ModelView, 'sees' | 'tools' | 'thinks'> }): ReactNode {
  if (model.sees !== true && model.tools !== true && model.thinks !== true) return null;
  return (
    <span className="model-badges">
      {model.sees === true && (
        <span className="tag" title={t('models.seesHelp')}>
          <Icon name="eye" />
          {t('models.sees')}
        </span>
      )}
      {model.tools === true && (
        <span className="tag" title={t('models.toolsHelp')}>
          <Icon name="wrench" />
          {t('models.tools')}
        </span>
      )}
      {model.thinks === true && (
        <span className="tag" title={t('models.thinksHelp')}>
          <Icon name="clock" />
          {t('models.thinks')}
        </span>
      )}
    </span>
  );
}
