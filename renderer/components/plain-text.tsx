/** Text that others wrote, as it is: no links, no marks; a long one is cut until somebody asks for all of it. */
import { type ReactNode, useState } from 'react';
import { count } from '../format.ts';
import { t } from '../i18n.ts';
import { beginningOf } from './beginning.ts';

export interface PlainTextProps {
  /** What it is, for everyone: its heading and its name. */
  readonly label: string;
  readonly text: string;
  /** How much of it is here, and how long it was where it was written; UTF-16 units of what was written. */
  readonly here?: number;
  readonly length?: number;
  /** All of it is wanted: what is not here yet can be fetched. */
  readonly onWhole?: () => void;
}

export function PlainText({ label, text, here = text.length, length = here, onWhole }: PlainTextProps): ReactNode {
  const [whole, setWhole] = useState(false);
  const beginning = beginningOf(text);
  const cut = beginning.length < text.length || (onWhole !== undefined && length > here);
  const fold = (): void => {
    if (!whole) onWhole?.();
    setWhole(!whole);
  };
  return (
    <div className="plain-text">
      <p className="mark">{label}</p>
      <pre tabIndex={0} role="group" aria-label={label} dir="auto">
        {whole || beginning.length === text.length ? text : `${beginning}…`}
      </pre>
      {cut && (
        <button type="button" className="mark-button" aria-expanded={whole} onClick={fold}>
          {whole ? t('steps.showLess') : t('steps.showAll', { count: onWhole ? length : text.length })}
        </button>
      )}
      {length > here && <p className="mark">{t('steps.onlyFirst', { shown: count(here), all: count(length) })}</p>}
    </div>
  );
}
