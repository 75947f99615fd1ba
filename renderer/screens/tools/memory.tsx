import { type ReactNode, useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import type { MemoryHitView, MemoryNoteView, MemoryView } from '../../../preload/contract/agent-views.ts';
import { useCall } from '../../bridge/hooks.ts';
import { copyText } from '../../clipboard.ts';
import { IconButton } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { useNow } from '../../components/use-now.ts';
import { bytes, dateOfText, span } from '../../format.ts';
import { t } from '../../i18n.ts';
import { NewNote } from './new-note.tsx';
import { NoteEditor } from './note-editor.tsx';
import { curated, dayOfLog, notePath, orderNotes } from './notes.ts';

const mostHits = 30;
const minute = 60_000;

/** What is remembered: the notes, a search over them, and the open one to be written in. */
export function Memory({ note }: { readonly note: string | null }): ReactNode {
  const { value: memory, failure, again } = useCall('memory.get', {});
  const [query, setQuery] = useState('');
  const asked = useDeferredValue(query.trim());
  const [hit, setHit] = useState<MemoryHitView | null>(null);
  const shown = note ?? curated;
  return (
    <Section
      title={t('memory.title')}
      lead={t('memory.lead')}
      loading={memory === undefined && failure === null}
      step={memory && <NewNote />}
    >
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {memory && (
        <div className="stack">
          {memory.notes.length === 0 && <p className="empty">{t('memory.empty')}</p>}
          {memory.unread.map((reason, index) => (
            <ReasonNote key={`${String(index)} ${reason.code}`} reason={reason} tone="warning" />
          ))}
          <div className="notes" data-open={note !== null}>
            <div className="notes-side">
              <input
                className="input"
                type="search"
                value={query}
                aria-label={t('memory.search')}
                placeholder={t('memory.search')}
                autoComplete="off"
                spellCheck={false}
                maxLength={500}
                onChange={({ target }) => setQuery(target.value)}
              />
              {asked === '' ? <NoteList notes={memory.notes} shown={shown} /> : <Hits query={asked} onOpen={setHit} />}
            </div>
            <NoteEditor
              key={shown}
              name={shown}
              from={memory.notes.find(({ name }) => name === shown)?.from ?? null}
              hit={hit?.name === shown ? hit : null}
            />
          </div>
          <Folder memory={memory} />
        </div>
      )}
    </Section>
  );
}

interface NoteListProps {
  readonly notes: readonly MemoryNoteView[];
  readonly shown: string;
}

function NoteList({ notes, shown }: NoteListProps): ReactNode {
  const now = useNow(minute);
  const unwritten = notes.every(({ name }) => name !== curated);
  return (
    <ul className="note-list" aria-label={t('memory.notes')}>
      {unwritten && (
        <li>
          <Link href={notePath(curated)} className="note-link" aria-current={shown === curated ? 'true' : undefined}>
            <strong>{t('memory.curated')}</strong>
            <span className="muted small">{t('memory.unwritten')}</span>
          </Link>
        </li>
      )}
      {orderNotes(notes).map((each) => (
        <li key={each.name}>
          <Link
            href={notePath(each.name)}
            className="note-link"
            aria-current={shown === each.name ? 'true' : undefined}
            data-kind={each.kind}
            title={each.name}
          >
            <strong dir="auto">{noteTitle(each)}</strong>
            <span className="muted small">
              {bytes(each.bytes)} · {changedText(now - each.changedAt)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function changedText(age: number): string {
  return age < minute ? t('time.now') : t('memory.changed', { age: span(age) });
}

function noteTitle(note: MemoryNoteView): string {
  if (note.kind === 'curated') return t('memory.curated');
  if (note.from !== null) return t('memory.asideOf', { name: note.from });
  const day = dayOfLog(note);
  return day === null ? note.name : dateOfText(day);
}

interface HitsProps {
  readonly query: string;
  readonly onOpen: (hit: MemoryHitView) => void;
}

function Hits({ query, onOpen }: HitsProps): ReactNode {
  const { value: hits, failure, again } = useCall('memory.search', { query, limit: mostHits }, { keep: true });
  return (
    <>
      <p className="muted small" role="status">
        {hits ? t('memory.found', { count: hits.length }) : ''}
      </p>
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      <ul className="note-list" aria-label={t('memory.hits')}>
        {hits?.map((hit, index) => (
          <li key={`${hit.name} ${String(index)}`}>
            <Link href={notePath(hit.name)} className="note-link" onClick={() => onOpen({ ...hit })}>
              <strong dir="auto">{hit.heading === '' ? hit.name : hit.heading}</strong>
              <span className="note-hit" dir="auto">
                {hit.text}
              </span>
              <span className="muted small">{hit.name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Where the notes lie, for whoever would rather write in an editor of their own. */
function Folder({ memory: { folder } }: { readonly memory: MemoryView }): ReactNode {
  const toast = useToast();
  const copy = async (): Promise<void> => {
    await copyText(document, folder);
    toast({ text: t('action.copied') });
  };
  return (
    <div className="row folder">
      <p className="muted small break">
        {t('memory.folder')} <code dir="ltr">{folder}</code>
      </p>
      <IconButton icon="copy" label={t('memory.copyFolder')} onClick={() => void copy()} />
    </div>
  );
}
