/** What a tool is given: names and values as they are, without links and marks; long ones are cut until all is wanted. */
import { type ReactNode, useState } from 'react';
import { count } from '../format.ts';
import { t } from '../i18n.ts';
import { givenLines, type ShortGiven, shortGiven } from './given-lines.ts';
import { PlainText } from './plain-text.tsx';
import { visible } from './visible.ts';

export interface GivenProps {
  /** JSON as the model wrote it, or its beginning. */
  readonly text: string;
  /** How long it was where it was written; more than `text` where the rest is not here. UTF-16 units. */
  readonly length?: number;
  /** All of it is wanted: what is not here yet can be fetched. */
  readonly onWhole?: () => void;
  /** Shown with all of it from the beginning. */
  readonly unfolded?: boolean;
}

export function Given({ text, length = text.length, onWhole, unfolded = false }: GivenProps): ReactNode {
  const [whole, setWhole] = useState(unfolded);
  const lines = givenLines(text);
  if (lines === null) {
    const more = onWhole ? { onWhole } : {};
    return <PlainText label={t('steps.given')} text={visible(text)} here={text.length} length={length} {...more} />;
  }
  const short = shortGiven(lines);
  return (
    <div className="plain-text">
      <p className="mark">{t('steps.given')}</p>
      <Lines {...(whole ? { lines, more: 0 } : short)} whole={whole} />
      {short.cut && (
        <button type="button" className="mark-button" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? t('steps.showLess') : t('steps.showAll', { count: length })}
        </button>
      )}
    </div>
  );
}

interface LinesProps extends Pick<ShortGiven, 'lines' | 'more'> {
  readonly whole: boolean;
}

/** Only when it is unfolded it scrolls: at first each name is in sight. */
function Lines({ lines, more, whole }: LinesProps): ReactNode {
  return (
    <div
      className="given"
      role="group"
      aria-label={t('steps.given')}
      data-whole={whole}
      {...(whole ? { tabIndex: 0 } : {})}
    >
      {lines.length === 0 && <p className="muted">{t('steps.givenNothing')}</p>}
      {lines.length > 0 && (
        <dl>
          {lines.map(({ name, value }, index) => (
            <div key={index}>
              <dt dir="auto">{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {more > 0 && <p className="muted">{t('steps.givenMore', { count: more, shown: count(more) })}</p>}
    </div>
  );
}
