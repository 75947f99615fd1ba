import { type ReactNode, useState } from 'react';
import type { PriceView } from '../../../preload/contract/money-views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/field.tsx';
import { modelName } from '../../components/model-picker.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';
import { dollarsOf, parseDollars } from './dollars.ts';

export interface PriceDialogProps {
  readonly model: string;
  /** What is known so far, to begin with. */
  readonly price: PriceView | undefined;
  readonly onClose: () => void;
}

/** Enters the owner's own price of a model, which wins over every other. */
export function PriceDialog({ model, price, onClose }: PriceDialogProps): ReactNode {
  const [input, setInput] = useState(dollarsOf(price?.input ?? null));
  const [output, setOutput] = useState(dollarsOf(price?.output ?? null));
  const set = useAct('prices.set', ['prices.list', 'budget.get']);
  const read = parseDollars(input);
  const written = parseDollars(output);
  const submit = async (): Promise<void> => {
    if (read === null || written === null) return;
    if ((await set.run({ model, price: { input: read, output: written } })) !== undefined) onClose();
  };
  const trouble = (text: string, value: number | null): ReactNode =>
    text.trim() !== '' && value === null ? <p className="field-trouble">{t('prices.shape')}</p> : undefined;
  return (
    <Dialog open onClose={onClose} title={t('prices.of', { model: modelName(model) })}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p className="dialog-text">{t('prices.help')}</p>
        <TextField
          label={t('prices.inLabel')}
          inputMode="decimal"
          value={input}
          onChange={(event) => setInput(event.target.value)}
          trouble={trouble(input, read)}
        />
        <TextField
          label={t('prices.outLabel')}
          inputMode="decimal"
          value={output}
          onChange={(event) => setOutput(event.target.value)}
          trouble={trouble(output, written)}
        />
        {set.failure && <ReasonNote reason={set.failure.reason} />}
        <div className="form-foot">
          <Button look="primary" type="submit" busy={set.busy} disabled={read === null || written === null}>
            {t('action.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
