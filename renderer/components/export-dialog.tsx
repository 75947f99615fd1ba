/** Conversations as a file: what and as what is chosen, then it is made with progress, until it is done or stopped. */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Exporting, exportName, type ExportWish } from '../bridge/exporting.ts';
import { asCallFailure, type CallFailure } from '../bridge/failure.ts';
import { useHost, useRuntime } from '../bridge/hooks.ts';
import { dayOf } from '../formatters.ts';
import { t, type Words } from '../i18n.ts';
import { saveBlob } from '../save-blob.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ReasonNote } from './reason-note.tsx';
import { useToast } from './toast.tsx';

export interface ExportDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** The one that is looked at; null: all is what there is to choose. */
  readonly conversation: { readonly id: string; readonly title: string } | null;
}

export function ExportDialog({ open, onClose, conversation }: ExportDialogProps): ReactNode {
  return (
    <Dialog open={open} onClose={onClose} title={t('export.title')}>
      <Choosing conversation={conversation} onClose={onClose} />
    </Dialog>
  );
}

interface Progress {
  readonly done: number;
  readonly total: number;
}

function Choosing({ conversation, onClose }: Omit<ExportDialogProps, 'open'>): ReactNode {
  const [scope, setScope] = useState<'here' | 'all'>(conversation ? 'here' : 'all');
  const [format, setFormat] = useState<ExportWish['format']>('markdown');
  const here = scope === 'here' ? conversation : null;
  const wish = { conversation: here?.id ?? null, format };
  const work = useExport(wish, here?.title ?? '', onClose);
  return (
    <div className="export">
      {conversation && (
        <Choice
          title={t('export.what')}
          value={scope}
          options={{ here: 'export.here', all: 'export.all' }}
          disabled={work.begun}
          onChoose={setScope}
        />
      )}
      <Choice
        title={t('export.how')}
        value={format}
        options={{ markdown: 'export.markdown', json: 'export.json' }}
        disabled={work.begun}
        onChoose={setFormat}
      />
      {work.progress && <ProgressLine {...work.progress} />}
      {work.failure && <ReasonNote reason={work.failure.reason} />}
      <div className="dialog-foot">
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button look="primary" busy={work.busy} onClick={() => void work.start()}>
          {t(work.failure ? 'action.retry' : 'export.begin')}
        </Button>
      </div>
    </div>
  );
}

interface Work {
  readonly begun: boolean;
  readonly busy: boolean;
  readonly progress: Progress | null;
  readonly failure: CallFailure | null;
  readonly start: () => Promise<void>;
}

/** Stops when the dialog closes; after a failure it goes on where it was. */
function useExport(wish: ExportWish, title: string, onDone: () => void): Work {
  const { connection } = useRuntime();
  const zone = useHost()?.timeZone ?? 'UTC';
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const exporting = useRef<Exporting>(null);
  const stop = useRef<AbortController>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const start = async (): Promise<void> => {
    exporting.current ??= new Exporting(connection.bridge, wish);
    stop.current = new AbortController();
    setBusy(true);
    setFailure(null);
    try {
      const file = await exporting.current.run(setProgress, stop.current.signal);
      if (file === null) return;
      const name = exportName(title, wish.format, dayOf(Date.now(), zone));
      saveBlob(document, file, name);
      toast({ text: t('export.saved', { name }) });
      onDone();
    } catch (caught) {
      setFailure(asCallFailure(caught));
    } finally {
      setBusy(false);
    }
  };
  return { begun: busy || progress !== null, busy, progress, failure, start };
}

function ProgressLine({ done, total }: Progress): ReactNode {
  return (
    <div className="export-progress">
      <progress aria-label={t('export.progress')} max={Math.max(1, total)} value={done} />
      <p className="muted">{t('export.done', { count: done, total })}</p>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly title: string;
  readonly value: Value;
  readonly options: Readonly<Record<Value, Words>>;
  readonly disabled: boolean;
  readonly onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ title, value, options, disabled, onChoose }: ChoiceProps<Value>): ReactNode {
  const name = useId();
  return (
    <fieldset className="choices" disabled={disabled}>
      <legend>{title}</legend>
      {keysOf(options).map((each) => (
        <label key={each} className="choice">
          <input type="radio" name={name} checked={each === value} onChange={() => onChoose(each)} />
          <span>{t(options[each])}</span>
        </label>
      ))}
    </fieldset>
  );
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  const known = (key: string): key is Key => Object.hasOwn(record, key);
  return Object.keys(record).filter(known);
}
