/**
 * One note, to be read and written in. What is typed is kept in this browser until it is saved. Whoever else changed the
 * note meanwhile loses nothing: where both changed other places the gateway puts them together, else the owner chooses.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { MemoryHitView } from '../../../preload/contract/agent-views.ts';
import type { Reason } from '../../../preload/contract/reasons.ts';
import { callKey } from '../../bridge/cache.ts';
import { useAct, useCall, useRuntime } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { Loading } from '../../components/loading.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { reasonText, t } from '../../i18n.ts';
import { AsideNote } from './aside-note.tsx';
import {
  afterSaving,
  curated,
  edited,
  keepNoteDraft,
  type NoteDraft,
  placeOfHit,
  readNoteDraft,
  wasPutAway,
} from './notes.ts';
import { RemoveNote } from './remove-note.tsx';

/** As the contract allows. */
const longest = 2_000_000;

export interface NoteEditorProps {
  readonly name: string;
  /** The note that this one was kept aside from; null for every other note. */
  readonly from: string | null;
  /** What was looked for and found in it, to be shown; null for its beginning. */
  readonly hit: MemoryHitView | null;
}

export function NoteEditor({ name, from, hit }: NoteEditorProps): ReactNode {
  const { value, failure, again } = useCall('memory.read', { name });
  // Written in from the beginning again, once it is not there any more.
  const [removals, setRemovals] = useState(0);
  const removed = (): void => {
    keepNoteDraft(localStorage, name, null);
    setRemovals((before) => before + 1);
  };
  const text = value?.text ?? null;
  return (
    <section className="note-pane" aria-label={name}>
      <header className="note-head">
        <Link href="/tools/memory" className="icon-button quiet note-back" aria-label={t('memory.back')}>
          <Icon name="back" />
        </Link>
        <h3 dir="auto" title={name}>
          {from === null ? name : t('memory.asideOf', { name: from })}
        </h3>
        {from === null && text !== null && (text !== '' || name !== curated) && (
          <RemoveNote name={name} text={text} onRemoved={removed} />
        )}
      </header>
      {from !== null && <AsideNote name={name} from={from} />}
      {from === null && failure && <ReasonNote reason={failure.reason} retry={again} />}
      {from === null && value === undefined && failure === null && <Loading />}
      {from === null && value && <Writing key={removals} name={name} there={value.text} hit={hit} again={again} />}
    </section>
  );
}

interface WritingProps extends Omit<NoteEditorProps, 'from'> {
  /** What is stored; null: there is no such note. */
  readonly there: string | null;
  readonly again: () => void;
}

function Writing({ name, there: stored, hit, again }: WritingProps): ReactNode {
  const there = stored ?? '';
  const area = useRef<HTMLTextAreaElement>(null);
  const { draft, save, setDraft } = useNote(name, again);
  const text = draft?.text ?? there;
  // While it is saved the note changes because of that.
  const elsewhere = save.conflict !== null || (!save.busy && draft?.base !== there && text !== there);
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
    // Once more would fail once more: first it has to be chosen which text stays.
    if (save.conflict === null) void save.run();
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
      {draft !== null && elsewhere && (
        <Elsewhere there={there} conflict={save.conflict} keep={() => void save.run(there)} take={save.takeTheirs} />
      )}
      {save.reason !== undefined && <ReasonNote reason={save.reason} retry={() => void save.run()} />}
      <footer className="note-foot">
        <p className="muted small" role="status">
          {t(draft !== null ? 'memory.unsaved' : stored === null ? 'memory.unwritten' : 'memory.allSaved')}
        </p>
        <Button
          look="primary"
          busy={save.busy}
          disabled={draft === null || save.conflict !== null}
          aria-keyshortcuts="Control+S Meta+S"
          title={t('keys.save')}
          onClick={() => void save.run()}
        >
          {t('action.save')}
        </Button>
      </footer>
    </div>
  );
}

function useNote(name: string, again: () => void) {
  const { client } = useRuntime();
  const toast = useToast();
  const act = useAct('memory.save', ['memory.get', 'memory.search']);
  const aside = useAct('memory.remove', ['memory.get']);
  /** What a conflict has left beside the note: it goes once it was chosen which text stays. */
  const left = useRef<{ readonly name: string; readonly base: string } | null>(null);
  const tidy = (): void => {
    const copy = left.current;
    left.current = null;
    if (copy !== null) void aside.run(copy);
  };
  const [draft, put] = useState<NoteDraft | null>(() => readNoteDraft(localStorage, name));
  const latest = useRef(draft);
  const setDraft = (next: NoteDraft | null): void => {
    latest.current = next;
    // Nothing to be saved: why it was not is over.
    if (next === null) act.forget();
    put(next);
    keepNoteDraft(localStorage, name, next);
  };
  const keepAgain = useEffectEvent((event: StorageEvent) => {
    if (wasPutAway(name, event)) keepNoteDraft(localStorage, name, latest.current);
  });
  useEffect(() => {
    const listener = (event: StorageEvent): void => keepAgain(event);
    window.addEventListener('storage', listener);
    return () => window.removeEventListener('storage', listener);
  }, []);
  const run = async (base?: string): Promise<void> => {
    const sent = latest.current;
    if (sent === null || act.busy) return;
    // What is there now may be why.
    const saved = await act.run({ name, text: sent.text, base: base ?? sent.base }, (failure) => {
      const copy = failure.reason?.code === 'memory.conflict' ? failure.reason.params?.['aside'] : undefined;
      if (typeof copy === 'string') left.current = { name: copy, base: sent.text };
      again();
    });
    if (saved === undefined) return;
    tidy();
    client.setQueryData(callKey('memory.read', { name }), { text: saved.text });
    setDraft(afterSaving(latest.current, sent.text));
  };
  const takeTheirs = (): void => {
    const mine = latest.current;
    setDraft(null);
    tidy();
    toast({ text: t('memory.taken'), step: { label: t('action.undo'), run: () => setDraft(mine) } });
  };
  const reason = act.failure === null ? undefined : act.failure.reason;
  const conflict = reason?.code === 'memory.conflict' ? reason : null;
  return {
    draft,
    setDraft,
    save: {
      run,
      takeTheirs,
      busy: act.busy,
      /** Both changed the same place. */
      conflict,
      /** Why it was not saved, where that is not said otherwise; undefined: it was. */
      reason: conflict === null ? reason : undefined,
    },
  };
}

interface ElsewhereProps {
  readonly there: string;
  /** Both changed the same place; null: what is saved is put together. */
  readonly conflict: Reason | null;
  readonly keep: () => void;
  readonly take: () => void;
}

/** Somebody else wrote in the note meanwhile: whether that is a matter at all, and the two ways out when it is. */
function Elsewhere({ there, conflict, keep, take }: ElsewhereProps): ReactNode {
  if (conflict === null) return <p className="note quiet">{t('memory.elsewhere')}</p>;
  return (
    <div className="note warning" role="alert">
      <Icon name="warning" />
      <div className="note-words">
        <p>
          {reasonText(conflict)} {t('memory.choose')}
        </p>
        <details className="more">
          <summary>{t('memory.theirs')}</summary>
          <pre className="note-theirs" tabIndex={0} dir="auto">
            {there}
          </pre>
        </details>
      </div>
      <span className="note-steps">
        <Button size="small" onClick={keep}>
          {t('memory.keepMine')}
        </Button>
        <Button size="small" onClick={take}>
          {t('memory.takeTheirs')}
        </Button>
      </span>
    </div>
  );
}
