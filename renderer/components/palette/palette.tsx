/**
 * Everything by its name, from anywhere: typing filters, arrows and Page keys move, Enter does it, Escape closes. What
 * leads elsewhere gives the focus to where it leads.
 */
import { Dialog as Base } from '@base-ui/react/dialog';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { t, type Words } from '../../i18n.ts';
import { Icon } from '../icons.tsx';
import { type EntryGroup, type EntryKind, type RankedEntry, rankEntries } from './entries.ts';
import { type PaletteSteps, useEntries } from './use-entries.ts';

export interface PaletteProps extends PaletteSteps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** What had the focus when it was opened; null when that is gone. */
  readonly opener: () => HTMLElement | null;
}

const headings: Readonly<Record<EntryKind, Words>> = {
  do: 'palette.do',
  place: 'palette.go',
  conversation: 'nav.conversations',
  setting: 'nav.settings',
  message: 'palette.messages',
};
const page = 8;

export function Palette({ open, onClose, opener, ...steps }: PaletteProps): ReactNode {
  const chosen = useRef<(() => void) | null>(null);
  /** What was chosen puts the focus where it belongs; one that was only closed gives it back. */
  const leads = useRef(false);
  return (
    <Base.Root
      open={open}
      onOpenChange={(now) => {
        if (!now) onClose();
      }}
      onOpenChangeComplete={(now) => {
        // Not before it is gone: as long as it is there, nothing behind it can take the focus.
        const run = chosen.current;
        chosen.current = null;
        if (now) leads.current = false;
        if (now || run === null) return;
        run();
        focusPane();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup
          className="dialog palette"
          initialFocus={false}
          finalFocus={() => !leads.current && (opener() ?? true)}
          aria-label={t('palette.title')}
        >
          <Entries
            {...steps}
            onChoose={(run) => {
              chosen.current = run;
              leads.current = true;
              onClose();
            }}
          />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The screen itself, unless something on it took the focus: what is read or pressed next is there. */
function focusPane(): void {
  requestAnimationFrame(() => {
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body) {
      document.querySelector<HTMLElement>('main.pane')?.focus({ preventScroll: true });
    }
  });
}

interface EntriesProps extends PaletteSteps {
  readonly onChoose: (run: () => void) => void;
}

function Entries({ onChoose, ...steps }: EntriesProps): ReactNode {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const entries = useEntries(query, steps);
  const groups = useMemo(() => rankEntries(entries, query), [entries, query]);
  const shown = useMemo(() => groups.flatMap((group) => group.entries), [groups]);
  const active = Math.min(at, shown.length - 1);
  useEffect(() => {
    box.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
    const chosen = shown[active];
    if (by !== undefined) {
      event.preventDefault();
      // One step beyond an end leads to the other one, a page does not.
      const next =
        Math.abs(by) === 1 ? active + by + shown.length : Math.max(0, Math.min(shown.length - 1, active + by));
      setAt(shown.length === 0 ? 0 : next % shown.length);
    } else if (event.key === 'Enter' && chosen && !event.nativeEvent.isComposing) {
      event.preventDefault();
      onChoose(chosen.entry.run);
    }
  };
  return (
    <>
      <div className="search">
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={`${id}-box`}
          aria-activedescendant={active >= 0 ? `${id}-${String(active)}` : undefined}
          aria-label={t('palette.title')}
          placeholder={t('palette.placeholder')}
          autoComplete="off"
          spellCheck={false}
          // At once: what is typed next belongs to it. `opener` knows where the focus goes back to.
          autoFocus
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div id={`${id}-box`} className="options" role="listbox" aria-label={t('palette.title')} ref={box}>
        {groups.map((group) => (
          <Group
            key={group.kind}
            group={group}
            row={(ranked) => {
              const number = shown.indexOf(ranked);
              return {
                id: `${id}-${String(number)}`,
                active: number === active,
                onChoose: () => onChoose(ranked.entry.run),
              };
            }}
          />
        ))}
      </div>
      {shown.length === 0 && <p className="muted options-none">{t('palette.nothing')}</p>}
      <div className="offscreen" role="status">
        {query === '' ? '' : t('palette.found', { count: shown.length })}
      </div>
    </>
  );
}

interface RowProps {
  readonly id: string;
  readonly active: boolean;
  readonly onChoose: () => void;
}

interface GroupProps {
  readonly group: EntryGroup;
  readonly row: (ranked: RankedEntry) => RowProps;
}

function Group({ group, row }: GroupProps): ReactNode {
  const heading = t(headings[group.kind]);
  return (
    <div role="group" aria-label={heading}>
      <p className="options-group" aria-hidden="true">
        {heading}
      </p>
      {group.entries.map((ranked) => (
        <Row key={ranked.entry.id} ranked={ranked} {...row(ranked)} />
      ))}
    </div>
  );
}

function Row({ ranked: { entry, at }, id, active, onChoose }: RowProps & { readonly ranked: RankedEntry }): ReactNode {
  const { title, about, icon } = entry;
  return (
    <div
      id={id}
      role="option"
      aria-selected={active}
      data-active={active}
      className="option palette-option"
      onClick={onChoose}
    >
      <Icon name={icon} />
      <span className="palette-title" dir="auto">
        <Marked text={title} at={at} />
      </span>
      {about !== undefined && <span className="option-about">{about}</span>}
    </div>
  );
}

/** The letters that were typed stand out. */
function Marked({ text, at }: { readonly text: string; readonly at: readonly number[] }): ReactNode {
  if (at.length === 0) return text;
  const marked = new Set(at);
  const pieces: { readonly text: string; readonly hit: boolean }[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const hit = marked.has(index);
    const last = pieces.at(-1);
    if (last?.hit === hit) pieces[pieces.length - 1] = { text: last.text + (text[index] ?? ''), hit };
    else pieces.push({ text: text[index] ?? '', hit });
  }
  return pieces.map((piece, index) =>
    piece.hit ? <b key={index}>{piece.text}</b> : <span key={index}>{piece.text}</span>,
  );
}
