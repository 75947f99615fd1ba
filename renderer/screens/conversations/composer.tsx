/**
 * Where one writes: grows with the text, keeps drafts, sends with Enter. In a chat of a platform the words go out as the
 * owner's own, and it says by whom; what a program holds over the API is read here only.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ConversationView, FileView } from '../../../preload/contract/views.ts';
import { readDraft, writeDraft } from '../../bridge/drafts.ts';
import { useCall } from '../../bridge/hooks.ts';
import { IconButton } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { t } from '../../i18n.ts';
import { type ChosenFile, useChosenFiles } from './chosen-files.ts';
import { ComposerFiles, useDrop } from './composer-files.tsx';
import { ContextMeter } from './context-meter.tsx';

export interface ComposerProps {
  /** The conversation, or `new`. */
  readonly conversation: string;
  /** Null: one that does not exist yet. */
  readonly to: ConversationView | null;
  readonly running: boolean;
  readonly stopping?: boolean;
  readonly busy?: boolean;
  readonly onStop?: () => void;
  /** Whether text and files were taken over; otherwise they stay where they are. */
  readonly onSend: (text: string, files: readonly FileView[]) => Promise<boolean>;
}

export function Composer(props: ComposerProps): ReactNode {
  const { to } = props;
  const kind = to?.linkKind ?? 'window';
  const links = useCall('links.list', {}, { enabled: kind !== 'window' }).value;
  const gone = links !== undefined && !links.some(({ id }) => id === to?.link);
  return kind === 'api' || (kind !== 'window' && gone) ? (
    <footer className="composer-off">
      <Icon name="info" />
      <p>{t(kind === 'api' ? 'composer.offApi' : 'composer.off')}</p>
      {props.running && props.onStop && <StopButton onStop={props.onStop} stopping={props.stopping ?? false} />}
    </footer>
  ) : (
    <Writing {...props} />
  );
}

/** Whether there is something to send, and nothing of it still on its way here. */
function isWhole(text: string, files: readonly ChosenFile[]): boolean {
  return (text !== '' || files.length > 0) && files.every(({ stored }) => stored !== null);
}

/** By whom the words go out, and what Porchlight does then. */
function Way({ to }: { readonly to: ConversationView }): ReactNode {
  const link = useCall('links.list', {}).value?.find(({ id }) => id === to.link);
  const minutes = useCall('settings.list', {}).value?.find(({ key }) => key === 'conversations.ownPauseMinutes')?.value;
  const by = to.linkKind === 'whatsapp' ? t('composer.byYou') : t('composer.byBot', { bot: link?.handle ?? to.link });
  const quiet = !to.withOwner && typeof minutes === 'number' && minutes > 0;
  return <p className="composer-way">{quiet ? `${by} ${t('composer.quiet', { count: minutes })}` : by}</p>;
}

function Writing({
  conversation,
  to,
  running,
  stopping = false,
  busy = false,
  onStop,
  onSend,
}: ComposerProps): ReactNode {
  const [text, setText] = useState(() => readDraft(localStorage, conversation));
  const area = useRef<HTMLTextAreaElement>(null);
  const files = useChosenFiles(conversation);
  // What goes out by a platform is words alone.
  const takesFiles = to === null || to.linkKind === 'window';
  const add = (chosen: readonly File[]): void => {
    if (!takesFiles) return;
    files.add(chosen);
    area.current?.focus();
  };
  const over = useDrop(area, add) && takesFiles;
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    // Measured with no height of its own, so that it shrinks as well.
    element.style.height = '0';
    element.style.height = `${String(Math.min(element.scrollHeight, 200))}px`;
  }, [text]);
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) area.current?.focus();
  }, []);
  const change = (next: string): void => {
    setText(next);
    writeDraft(localStorage, conversation, next);
  };
  const send = async (): Promise<void> => {
    const sent = text.trim();
    if (!isWhole(sent, files.list) || busy) return;
    if (
      !(await onSend(
        sent,
        files.list.flatMap(({ stored }) => stored ?? []),
      ))
    )
      return;
    change('');
    files.clear();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter that ends the composition of a character is not ours.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <footer className="composer">
      <ComposerFiles files={files} />
      <div className="composer-box" data-over={over}>
        {takesFiles && <FileButton onChosen={add} />}
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          value={text}
          aria-label={t('composer.label')}
          placeholder={t(over ? 'composer.dropHere' : 'composer.placeholder')}
          maxLength={200_000}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = [...event.clipboardData.files];
            // A page's text may carry a picture of itself: then the text is meant.
            if (!takesFiles || pasted.length === 0 || event.clipboardData.getData('text/plain') !== '') return;
            event.preventDefault();
            add(pasted);
          }}
        />
        {running && onStop && <StopButton onStop={onStop} stopping={stopping} />}
        <IconButton
          icon="send"
          look="primary"
          label={t('composer.send')}
          disabled={!isWhole(text.trim(), files.list) || busy}
          aria-busy={busy}
          onClick={() => void send()}
        />
      </div>
      <div className="composer-below">
        {to && to.linkKind !== 'window' ? <Way to={to} /> : <p className="composer-hint">{t('composer.hint')}</p>}
        {to && <ContextMeter conversation={to.id} />}
      </div>
    </footer>
  );
}

function FileButton({ onChosen }: { readonly onChosen: (files: readonly File[]) => void }): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="plus" label={t('composer.attach')} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t('composer.attach')}
        onChange={({ target }) => {
          onChosen([...(target.files ?? [])]);
          // The same file may be chosen again after it was taken out.
          target.value = '';
        }}
      />
    </>
  );
}

function StopButton({ onStop, stopping }: { readonly onStop: () => void; readonly stopping: boolean }): ReactNode {
  return (
    <IconButton icon="stop" label={t('composer.stop')} disabled={stopping} aria-busy={stopping} onClick={onStop} />
  );
}
