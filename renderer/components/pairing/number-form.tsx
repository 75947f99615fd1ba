import { type ReactNode, useState } from 'react';
import { t } from '../../i18n.ts';
import { Button } from '../button.tsx';
import { TextField } from '../field.tsx';
import { phoneNumber } from './phone-number.ts';

export interface TypedNumber {
  readonly typed: string;
  /** The number in it, with the country's code. */
  readonly digits: string;
}

export interface NumberFormProps {
  /** As it was typed before. */
  readonly begin: string;
  readonly busy: boolean;
  readonly onNumber: (number: TypedNumber) => void;
}

/** The account's number, for a code to type instead of a picture to scan. */
export function NumberForm({ begin, busy, onNumber }: NumberFormProps): ReactNode {
  const [typed, setTyped] = useState(begin);
  const [asked, setAsked] = useState(false);
  const digits = phoneNumber(typed);
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (digits !== null) onNumber({ typed, digits });
      }}
    >
      <TextField
        label={t('pairing.number')}
        help={t('pairing.numberHelp')}
        type="tel"
        inputMode="tel"
        placeholder="+49 151 23456789"
        value={typed}
        autoFocus
        onChange={(event) => setTyped(event.target.value)}
        trouble={asked && digits === null ? <p className="field-trouble">{t('pairing.numberShape')}</p> : undefined}
      />
      <div className="form-foot">
        <Button look="primary" type="submit" busy={busy} disabled={typed.trim() === ''}>
          {t('pairing.askCode')}
        </Button>
      </div>
    </form>
  );
}
