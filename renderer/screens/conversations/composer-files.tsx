/** The files that go with the next message, above the place to write: name, size, how far each is, and a way to drop it. */
import { type ReactNode, type RefObject, useEffect, useEffectEvent, useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { bytes } from '../../format.ts';
import { reasonText, t } from '../../i18n.ts';
import { type ChosenFile, type ChosenFiles } from './chosen-files.ts';

export function ComposerFiles({ files }: { readonly files: ChosenFiles }): ReactNode {
  return (
    <>
      {files.list.length > 0 && (
        <ul className="composer-files" aria-label={t('composer.files')}>
          {files.list.map((chosen) => (
            <li key={chosen.key} data-state={chosen.failure ? 'failed' : chosen.stored ? 'ready' : 'sending'}>
              <Chip chosen={chosen} files={files} />
            </li>
          ))}
        </ul>
      )}
      {files.tooMany && (
        <p className="mark composer-refused" role="alert">
          {t('composer.tooMany')}
        </p>
      )}
    </>
  );
}

function Chip({ chosen, files }: { readonly chosen: ChosenFile; readonly files: ChosenFiles }): ReactNode {
  const { name, size, progress, stored, failure, file, key } = chosen;
  return (
    <>
      <Icon name={failure ? 'warning' : 'file'} />
      <span className="attachment-words">
        <span dir="auto">{name}</span>
        <span className="mark">{bytes(size)}</span>
        {failure && (
          <span className="mark" role="alert">
            {reasonText(failure.reason)}
          </span>
        )}
        {!stored && !failure && <progress value={progress} aria-label={t('composer.sendingFile', { name })} />}
      </span>
      {failure && file && (
        <Button size="small" onClick={() => files.again(chosen)}>
          {t('action.retry')}
        </Button>
      )}
      <IconButton icon="close" label={t('composer.removeFile', { name })} onClick={() => files.remove(key)} />
    </>
  );
}

/** Files that are dropped anywhere on the thread. True while some are held over it. */
export function useDrop(inside: RefObject<HTMLElement | null>, add: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useEffectEvent((event: DragEvent) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    setOver(false);
    if (files.length > 0) add(files);
  });
  useEffect(() => {
    const place = inside.current?.closest('.thread');
    if (!(place instanceof HTMLElement)) return undefined;
    const hold = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (!(event.relatedTarget instanceof Node) || !place.contains(event.relatedTarget)) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      take(event);
    };
    place.addEventListener('dragover', hold);
    place.addEventListener('dragleave', leave);
    place.addEventListener('drop', drop);
    return () => {
      place.removeEventListener('dragover', hold);
      place.removeEventListener('dragleave', leave);
      place.removeEventListener('drop', drop);
    };
  }, [inside]);
  return over;
}
