import type { ReactNode } from 'react';
import { modelName } from '../../components/model-picker.tsx';
import { useProviderName } from '../../components/use-provider-name.ts';
import { compact } from '../../format.ts';
import { t } from '../../i18n.ts';
import { type ModelUse, tokensOf } from './sums.ts';
import { costText, unpricedText } from '../../components/cost-words.ts';

/** What each model was asked, the dearest first, with a bar for its share of the cost (of the tokens when all is free). */
export function ModelTable({ models }: { readonly models: readonly ModelUse[] }): ReactNode {
  const providerName = useProviderName();
  if (models.length === 0) return <p className="empty">{t('usage.none')}</p>;
  const free = models.every((each) => each.use.cost === 0);
  const weight = ({ use }: ModelUse): number => (free ? tokensOf(use) : use.cost);
  const most = Math.max(...models.map(weight), 1);
  return (
    <div className="card">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{t('usage.model')}</th>
            <th scope="col">{t('measure.tokens')}</th>
            <th scope="col">{t('measure.cost')}</th>
          </tr>
        </thead>
        <tbody>
          {models.map((each) => (
            <tr key={each.model}>
              <th scope="row">
                <span className="break">{modelName(each.model)}</span>
                <span className="muted small block break">
                  {providerName(each.model)} · {t('usage.calls', { count: each.use.calls })}
                </span>
                <svg className="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={(weight(each) / most) * 100} height="4" />
                </svg>
              </th>
              <td className="whole">
                {t('usage.in', { tokens: compact(each.use.inputTokens) })}
                <span className="block">{t('usage.out', { tokens: compact(each.use.outputTokens) })}</span>
              </td>
              <td>
                {costText(each.use)}
                <span className="muted small block">{unpricedText(each.use)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
