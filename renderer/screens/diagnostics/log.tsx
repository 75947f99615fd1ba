/** The log as it is written, with two filters. It follows its end until somebody holds it, or scrolls away. */
import { type ReactNode, useDeferredValue, useEffect, useEffectEvent, useId, useMemo, useRef, useState } from 'react';
import type { LogLineView } from '../../../preload/contract/diagnostics-views.ts';
import { fieldsText, fittingLines, type LogLevelChoice } from '../../bridge/log-lines.ts';
import { useHost } from '../../bridge/hooks.ts';
import { useLog } from '../../bridge/use-log.ts';
import { copyText } from '../../clipboard.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { useRows } from '../../components/virtual-rows.ts';
import { clockWithSeconds } from '../../format.ts';
import { t, type Words } from '../../i18n.ts';

const levels: readonly (readonly [LogLevelChoice, Words])[] = [
  ['all', 'log.all'],
  ['warn', 'log.warnings'],
  ['error', 'log.errors'],
];

function isLevel(text: string): text is LogLevelChoice {
  return levels.some(([level]) => level === text);
}

export function Log(): ReactNode {
  const { lines, failure, again } = useLog();
  const [level, setLevel] = useState<LogLevelChoice>('all');
  const [text, setText] = useState('');
  /** What is looked at while the log is held; null while it is followed. */
  const [held, setHeld] = useState<readonly LogLineView[] | null>(null);
  const toast = useToast();
  const zone = useHost()?.timeZone ?? 'UTC';
  const id = useId();
  const asked = useDeferredValue(text);
  const shown = useMemo(() => fittingLines(held ?? lines, level, asked), [held, lines, level, asked]);
  const missed = held === null ? 0 : lines.filter(({ n }) => n > (held.at(-1)?.n ?? 0)).length;
  const copy = async (): Promise<void> => {
    await copyText(document, shown.map((line) => lineText(line, zone)).join('\n'));
    toast({ text: t('action.copied') });
  };
  return (
    <Section title={t('log.title')} lead={t('log.lead')}>
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      <div className="card log-card">
        <div className="log-tools">
          <span className="select">
            <select
              id={`${id}-level`}
              aria-label={t('log.level')}
              value={level}
              onChange={({ target }) => isLevel(target.value) && setLevel(target.value)}
            >
              {levels.map(([each, label]) => (
                <option key={each} value={each}>
                  {t(label)}
                </option>
              ))}
            </select>
            <Icon name="unfold" />
          </span>
          <input
            className="input"
            type="search"
            value={text}
            aria-label={t('log.filter')}
            placeholder={t('log.filter')}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => setText(target.value)}
          />
          <Button
            size="small"
            icon={held === null ? 'pause' : 'resume'}
            onClick={() => setHeld(held === null ? lines : null)}
          >
            {t(held === null ? 'log.hold' : 'log.follow')}
          </Button>
          <Button size="small" icon="copy" onClick={() => void copy()}>
            {t('action.copy')}
          </Button>
        </div>
        <Lines lines={shown} zone={zone} following={held === null} />
        <p className="muted small" aria-live="off">
          {missed > 0 ? t('log.missed', { count: missed }) : t('log.count', { count: shown.length })}
        </p>
      </div>
    </Section>
  );
}

interface LinesProps {
  readonly lines: readonly LogLineView[];
  readonly zone: string;
  readonly following: boolean;
}

function Lines({ lines, zone, following }: LinesProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const keys = useMemo(() => lines.map(({ n }) => String(n)), [lines]);
  const rows = useRows({ frame, keys, estimate: 22, from: 'end', overscan: 12 });
  const toEnd = useEffectEvent(() => rows.scrollToEnd({ behavior: 'auto' }));
  const some = lines.length > 0;
  // At the beginning, and when it is followed again.
  useEffect(() => {
    if (following && some) toEnd();
  }, [following, some]);
  return (
    <div className="log-scroll" ref={frame} tabIndex={0} role="region" aria-label={t('log.title')}>
      {!some && <p className="muted log-empty">{t('log.none')}</p>}
      <div className="log-rows" role="log" aria-live="off" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const line = lines[row.index];
          return line ? (
            <div
              key={row.key}
              data-index={row.index}
              ref={rows.measureElement}
              className="log-line"
              data-level={line.level}
              style={{ transform: `translateY(${String(row.start)}px)` }}
            >
              <time dateTime={new Date(line.at).toISOString()}>{clockWithSeconds(line.at, zone)}</time>
              <span className="log-level">{line.level}</span>
              <span className="log-words">
                <strong>{line.event}</strong> {fieldsText(line)}
              </span>
            </div>
          ) : null;
        })}
      </div>
    </div>
  );
}

function lineText(line: LogLineView, zone: string): string {
  return [clockWithSeconds(line.at, zone), line.level.padEnd(5), line.event, fieldsText(line)].join(' ').trimEnd();
}
