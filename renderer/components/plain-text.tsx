/** Text that others wrote, as it is: no links, no marks; a long one is cut until somebody asks for all of it. */
import { type ReactNode, useState } from 'react';
import { count } from '../format.ts';
import { t } from '../i18n.ts';

export interface PlainTextProps {
  /** What it is, for everyone: its heading and its name. */
  readonly label: string;
  readonly text: string;
  /** How long it was where it was written; more than `text` where the rest is not here. UTF-16 units. */
  readonly length?: number;
}

const mostLines = 12;
const mostUnits = 700;

/** The beginning that is shown at first; never ends within a character. */
export function beginningOf(text: string): string {
  const lines = text.split('\n', mostLines).join('\n');
  if (lines.length <= mostUnits) return lines;
  const last = lines.charCodeAt(mostUnits - 1);
  return lines.slice(0, last >= 0xd800 && last < 0xdc00 ? mostUnits - 1 : mostUnits);
}

export function PlainText({ label, text, length = text.length }: PlainTextProps): ReactNode {
  const [whole, setWhole] = useState(false);
  const beginning = beginningOf(text);
  const cut = beginning.length < text.length;
  return (
    <div className="plain-text">
      <p className="mark">{label}</p>
      <pre tabIndex={0} role="group" aria-label={label} dir="auto">
        {whole || !cut ? text : `${beginning}…`}
      </pre>
      {cut && (
        <button type="button" className="mark-button" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? t('steps.showLess') : t('steps.showAll', { count: text.length })}
        </button>
      )}
      {length > text.length && (
        <p className="mark">{t('steps.onlyFirst', { shown: count(text.length), all: count(length) })}</p>
      )}
    </div>
  );
}
