import { type ReactNode, useState } from 'react';
import type { PriceView } from '../../../preload/contract/money-views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { modelName, ModelPicker } from '../../components/model-picker.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { useProviderName } from '../../components/use-provider-name.ts';
import { dateOfText, priceText } from '../../format.ts';
import { t } from '../../i18n.ts';
import { PriceDialog } from './price-dialog.tsx';

export interface PricesProps {
  readonly prices: readonly PriceView[];
  /** There is a limit in tokens, so that models without a price may be asked. */
  readonly tokenLimit: boolean;
  readonly onTokenLimit: () => void;
}

/** What each model costs and who says so; where nobody knows, the two ways out. */
export function Prices({ prices, tokenLimit, onTokenLimit }: PricesProps): ReactNode {
  const [edited, setEdited] = useState<string | null>(null);
  const [picking, setPicking] = useState(false);
  const remove = useAct('prices.set', ['prices.list', 'budget.get']);
  const toast = useToast();
  const takeOut = async ({ model, input, output }: PriceView): Promise<void> => {
    if (input === null || output === null) return;
    if ((await remove.run({ model, price: null })) === undefined) return;
    toast({
      text: t('prices.removed', { model: modelName(model) }),
      step: { label: t('action.undo'), run: () => void remove.run({ model, price: { input, output } }) },
    });
  };
  const unknown = prices.filter((each) => each.source === 'none');
  return (
    <Section
      title={t('prices.title')}
      lead={t('prices.lead')}
      step={
        <Button icon="plus" onClick={() => setPicking(true)}>
          {t('prices.add')}
        </Button>
      }
    >
      <div className="stack">
        {unknown.map(({ model }) => (
          <div key={model} className={tokenLimit ? 'note quiet' : 'note warning'} role="note">
            <Icon name={tokenLimit ? 'info' : 'warning'} />
            <p className="note-words">
              {t(tokenLimit ? 'prices.unknownCounted' : 'prices.unknown', { model: modelName(model) })}
            </p>
            <span className="note-steps">
              <Button size="small" onClick={() => setEdited(model)}>
                {t('prices.enter')}
              </Button>
              {!tokenLimit && (
                <Button size="small" look="quiet" onClick={onTokenLimit}>
                  {t('prices.tokenLimit')}
                </Button>
              )}
            </span>
          </div>
        ))}
        {remove.failure && <ReasonNote reason={remove.failure.reason} />}
        {prices.length === 0 ? (
          <p className="empty">{t('prices.none')}</p>
        ) : (
          <div className="card">
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">{t('usage.model')}</th>
                  <th scope="col">{t('prices.in')}</th>
                  <th scope="col">{t('prices.out')}</th>
                  <th scope="col">
                    <span className="offscreen">{t('action.change')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {prices.map((price) => (
                  <Price
                    key={price.model}
                    price={price}
                    onEdit={() => setEdited(price.model)}
                    onRemove={() => void takeOut(price)}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
      <ModelPicker
        open={picking}
        onClose={() => setPicking(false)}
        title={t('prices.addTitle')}
        chosen={null}
        onChoose={setEdited}
      />
      {edited !== null && (
        <PriceDialog
          key={edited}
          model={edited}
          price={prices.find((each) => each.model === edited)}
          onClose={() => setEdited(null)}
        />
      )}
    </Section>
  );
}

function sourceText({ source, date }: PriceView): string {
  const day = date === null ? '' : dateOfText(date);
  switch (source) {
    case 'owner':
      return t('prices.yours', { date: day });
    case 'file':
      return t('prices.fromList', { date: day });
    case 'local':
      return t('prices.local');
    case 'none':
      return t('prices.notKnown');
  }
}

interface PriceProps {
  readonly price: PriceView;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function Price({ price, onEdit, onRemove }: PriceProps): ReactNode {
  const { model, input, output, source } = price;
  const name = modelName(model);
  const providerName = useProviderName();
  return (
    <tr>
      <th scope="row">
        <span className="break">{name}</span>
        <span className="muted small block break">
          {providerName(model)} · {sourceText(price)}
        </span>
      </th>
      <td>{input === null ? '–' : priceText(input)}</td>
      <td>{output === null ? '–' : priceText(output)}</td>
      <td className="steps">
        <IconButton icon="edit" label={t('prices.edit', { model: name })} onClick={onEdit} />
        {source === 'owner' && (
          <IconButton icon="trash" label={t('prices.remove', { model: name })} onClick={onRemove} />
        )}
      </td>
    </tr>
  );
}
