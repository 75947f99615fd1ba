/** Files that came with a message: pictures where they stand, everything else as a line with its size. */
import { type ReactNode, useCallback } from 'react';
import type { AttachmentView } from '../../../preload/contract/views.ts';
import { useFile, useFileReading } from '../../bridge/use-file.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { bytes } from '../../format.ts';
import { reasonText, t } from '../../i18n.ts';
import { saveBlob } from '../../save-blob.ts';

/** What every browser draws. SVG is left out: it is a program as much as a picture. */
const drawn: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif']);

export function Attachments({ attachments }: { readonly attachments: readonly AttachmentView[] }): ReactNode {
  return (
    <ul className="attachments">
      {attachments.map((attachment) => (
        <li key={attachment.id}>
          <Attachment attachment={attachment} />
          {attachment.heard !== null && (
            <p className="heard" dir="auto">
              {t('attachment.heard', { text: attachment.heard })}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function Attachment({ attachment }: { readonly attachment: AttachmentView }): ReactNode {
  const { state, file, type } = attachment;
  if (state === 'stored' && file !== null) {
    return drawn.has(type) ? (
      <Picture attachment={attachment} file={file} />
    ) : (
      <Stored attachment={attachment} file={file} />
    );
  }
  return <Missing attachment={attachment} />;
}

interface StoredProps {
  readonly attachment: AttachmentView;
  readonly file: string;
}

/** Its place is there before the picture is, so that nothing jumps when it comes. */
function Picture({ attachment, file }: StoredProps): ReactNode {
  const { value: blob, failure, again } = useFile(file);
  const name = nameOf(attachment);
  return (
    <figure className="attachment-picture">
      {blob ? (
        <BlobImage blob={blob} name={name} />
      ) : failure ? (
        <div className="attachment-waiting">
          <p>{reasonText(failure.reason)}</p>
          <Button size="small" onClick={again}>
            {t('action.retry')}
          </Button>
        </div>
      ) : (
        <div className="attachment-waiting">
          <Spinner label={t('attachment.reading', { name })} />
        </div>
      )}
      {blob && (
        <IconButton
          icon="download"
          label={t('attachment.save', { name })}
          onClick={() => saveBlob(document, blob, name)}
        />
      )}
    </figure>
  );
}

function BlobImage({ blob, name }: { readonly blob: Blob; readonly name: string }): ReactNode {
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(blob);
      image.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [blob],
  );
  return <img ref={show} alt={name} />;
}

function Stored({ attachment, file }: StoredProps): ReactNode {
  const { run, busy, failure } = useFileReading();
  const name = nameOf(attachment);
  const save = async (): Promise<void> => {
    const blob = await run(file);
    if (blob) saveBlob(document, blob, name);
  };
  return (
    <div className="attachment-file">
      <Icon name="file" />
      <FileWords attachment={attachment} trouble={failure ? reasonText(failure.reason) : null} />
      <IconButton
        icon="download"
        label={t('attachment.save', { name })}
        aria-busy={busy}
        disabled={busy}
        onClick={() => void save()}
      />
    </div>
  );
}

function Missing({ attachment }: { readonly attachment: AttachmentView }): ReactNode {
  const { state, reason } = attachment;
  const failed = state === 'failed';
  const name = nameOf(attachment);
  return (
    <div className="attachment-file" data-state={state}>
      {failed ? <Icon name="warning" /> : <Spinner />}
      <FileWords
        attachment={attachment}
        trouble={failed ? reasonText(reason ?? { code: 'media.not-fetched', params: { name } }) : null}
        doing={failed ? null : t('attachment.pending')}
      />
    </div>
  );
}

function FileWords({
  attachment,
  trouble,
  doing = null,
}: {
  readonly attachment: AttachmentView;
  readonly trouble: string | null;
  readonly doing?: string | null;
}): ReactNode {
  const { size } = attachment;
  const about = [size === null ? '' : bytes(size), doing ?? ''].filter(Boolean).join(' · ');
  return (
    <span className="attachment-words">
      <span dir="auto">{nameOf(attachment)}</span>
      {about !== '' && <span className="mark">{about}</span>}
      {trouble !== null && <span className="mark">{trouble}</span>}
    </span>
  );
}

/** Photos and voice messages have no name of their own. */
function nameOf({ name, kind }: AttachmentView): string {
  if (name !== '') return name;
  return t(kind === 'photo' ? 'attachment.photo' : kind === 'voice' ? 'attachment.voice' : 'attachment.file');
}
