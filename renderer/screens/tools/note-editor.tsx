/**
 * One note, to be read and written in. What is typed is kept in this browser until it is saved. Whoever else changed the
 * note meanwhile loses nothing: where both changed other places the gateway puts them together, else the owner chooses.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { MemoryHitView } from '../../../preload/contract/agent-views.ts';
import { callKey } from '../../bridge/cache.ts';
import { useAct, useCall, useRuntime } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { Loading } from '../../components/loading.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { t } from '../../i18n.ts';
import { afterSaving, curated, edited, keepNoteDraft, type NoteDraft, placeOfHit, readNoteDraft } from './notes.ts';

/** As the contract allows. */
const longest = 2_000_000;

export interface NoteEditorProps {
  readonly name: string;
  /** What was looked for and found in it, to be shown; null for its beginning. */
  readonly hit: MemoryHitView | null;
}

export function NoteEditor({ name, hit }: NoteEditorProps): ReactNode {
  const { value, failure, again } = useCall('memory.read', { name });
  return (
    <section className="note-pane" aria-label={name}>
      <header className="note-head">
        <Link href="/tools/memory" className="icon-button quiet note-back" aria-label={t('memory.back')}>
          <Icon name="back" />
        </Link>
        <h3 dir="auto">{name}</h3>
      </header>
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {value === undefined && failure === null && <Loading />}
      {value && <Writing name={name} there={value.text} hit={hit} again={again} />}
    </section>
  );
}

interface WritingProps extends NoteEditorProps {
  /** What is stored; null: there is no such note. */
  readonly there: string | null;
  readonly again: () => void;
}

function Writing({ name, there: stored, hit, again }: WritingProps): ReactNode {
  const there = stored ?? '';
  const area = useRef<HTMLTextAreaElement>(null);
  const { draft, save, setDraft } = useNote(name, there, again);
  const text = draft?.text ?? there;
  const show = useEffectEvent((found: MemoryHitView) => {
    const place = placeOfHit(text, found);
    const box = area.current;
    if (!box || place === null) return;
    box.setSelectionRange(...place);
    // Taking the focus brings what is selected into view.
    box.blur();
    box.focus();
  });
  useEffect(() => {
    if (hit) show(hit);
  }, [hit]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    // Nobody saves this page as a file by accident.
    event.preventDefault();
    void save.run();
  };
  return (
    <div className="note-writing" onKeyDown={onKeyDown}>
      <textarea
        ref={area}
        className="input note-text"
        dir="auto"
        value={text}
        maxLength={longest}
        aria-label={t('memory.textOf', { name })}
        placeholder={t(name === curated ? 'memory.curatedHint' : 'memory.hint')}
        onChange={({ target }) => setDraft(edited(draft, there, target.value))}
      />
      {draft !== null && draft.base !== there && (
        <Elsewhere there={there} failed={save.failed} keep={() => void save.run(there)} take={save.takeTheirs} />
      )}
      {save.reason !== undefined && <ReasonNote reason={save.reason} retry={() => void save.run()} />}
      <footer className="note-foot">
        <p className="muted small" role="status">
          {t(draft !== null ? 'memory.unsaved' : stored === null ? 'memory.unwritten' : 'memory.allSaved')}
        </p>
        <Button
          look="primary"
          busy={save.busy}
          disabled={draft === null}
          aria-keyshortcuts="Control+S Meta+S"
          title={t('memory.saveKey')}
          onClick={() => void save.run()}
        >
          {t('action.save')}
        </Button>
      </footer>
    </div>
  );
}

function useNote(name: string, there: string, again: () => void) {
  const { client } = useRuntime();
  const toast = useToast();
  const act = useAct('memory.save', ['memory.get', 'memory.search']);
  const [draft, put] = useState<NoteDraft | null>(() => readNoteDraft(localStorage, name));
  const latest = useRef(draft);
  const setDraft = (next: NoteDraft | null): void => {
    latest.current = next;
    put(next);
    keepNoteDraft(localStorage, name, next);
  };
  const run = async (base?: string): Promise<void> => {
    const sent = latest.current;
    if (sent === null || act.busy) return;
    // What is there now may be why.
    const saved = await act.run({ name, text: sent.text, base: base ?? sent.base }, again);
    if (saved === undefined) return;
    client.setQueryData(callKey('memory.read', { name }), { text: saved.text });
    setDraft(afterSaving(latest.current, sent.text));
  };
  const takeTheirs = (): void => {
    const mine = latest.current;
    act.forget();
    setDraft(null);
    toast({ text: t('memory.taken'), step: { label: t('action.undo'), run: () => setDraft(mine) } });
  };
  const bothChanged = draft !== null && draft.base !== there;
  return {
    draft,
    setDraft,
    save: {
      run,
      takeTheirs,
      busy: act.busy,
      /** Both changed the same place. */
      failed: act.failure !== null && act.failure.reason !== null && bothChanged,
      /** Why it was not saved, where that is not said otherwise; undefined: it was. */
      reason: act.failure !== null && (act.failure.reason === null || !bothChanged) ? act.failure.reason : undefined,
    },
  };
}

interface ElsewhereProps {
  readonly there: string;
  readonly failed: boolean;
  readonly keep: () => void;
  readonly take: () => void;
}

/** Somebody else wrote in the note meanwhile: whether that is a matter at all, and the two ways out when it is. */
function Elsewhere({ there, failed, keep, take }: ElsewhereProps): ReactNode {
  return (
    <div className={failed ? 'note warning' : 'note quiet'} role={failed ? 'alert' : 'note'}>
      <Icon name={failed ? 'warning' : 'info'} />
      <div className="note-words">
        <p>{t(failed ? 'memory.conflict' : 'memory.elsewhere')}</p>
        {failed && (
          <details className="more">
            <summary>{t('memory.theirs')}</summary>
            <pre className="note-theirs" tabIndex={0} dir="auto">
              {there}
            </pre>
          </details>
        )}
      </div>
      {failed && (
        <span className="note-steps">
          <Button size="small" onClick={keep}>
            {t('memory.keepMine')}
          </Button>
          <Button size="small" onClick={take}>
            {t('memory.takeTheirs')}
          </Button>
        </span>
      )}
    </div>
  );
}
