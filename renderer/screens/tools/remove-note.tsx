/** Deletes a note, or empties the one that is never deleted; both are taken back with one press. */
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { useAct } from '../../bridge/hooks.ts';
import { IconButton } from '../../components/button.tsx';
import { Confirm } from '../../components/dialog.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { reasonText, t, type Words } from '../../i18n.ts';
import { curated } from './notes.ts';

export interface RemoveNoteProps {
  readonly name: string;
  /** What stands in it, as it is shown. */
  readonly text: string;
  /** It is done: what was typed into it is void. */
  readonly onRemoved: () => void;
}

interface Said {
  readonly label: Words;
  readonly title: Words;
  readonly text: Words;
  readonly doIt: Words;
  readonly done: Words;
}

const emptying: Said = {
  label: 'memory.clear',
  title: 'memory.clearTitle',
  text: 'memory.clearText',
  doIt: 'memory.clearDo',
  done: 'memory.cleared',
};
const deleting: Said = {
  label: 'memory.remove',
  title: 'memory.removeTitle',
  text: 'memory.removeText',
  doIt: 'memory.removeDo',
  done: 'memory.removed',
};

export function RemoveNote({ name, text, onRemoved }: RemoveNoteProps): ReactNode {
  const [, go] = useLocation();
  const [open, setOpen] = useState(false);
  const remove = useAct('memory.remove', ['memory.get', 'memory.read', 'memory.search']);
  const save = useAct('memory.save', ['memory.get', 'memory.read', 'memory.search']);
  const toast = useToast();
  const isCurated = name === curated;
  const said = isCurated ? emptying : deleting;
  const failure = isCurated ? save.failure : remove.failure;
  const doIt = async (): Promise<void> => {
    const done = isCurated ? await save.run({ name, text: '', base: text }) : await remove.run({ name, base: text });
    if (done === undefined) return;
    setOpen(false);
    onRemoved();
    // Whatever stands there by now stays too; and this is the only place that still has the text.
    const back = (): void =>
      void save.run({ name, text, base: '' }, ({ reason }) =>
        toast({ text: reasonText(reason), step: { label: t('action.retry'), run: back } }),
      );
    toast({ text: t(said.done, { name }), step: { label: t('action.undo'), run: back } });
    if (!isCurated) go('/tools/memory');
  };
  return (
    <>
      <IconButton icon="trash" label={t(said.label, { name })} onClick={() => setOpen(true)} />
      <Confirm
        open={open}
        onClose={() => setOpen(false)}
        title={t(said.title, { name })}
        text={t(said.text)}
        doIt={t(said.doIt)}
        busy={remove.busy || save.busy}
        onDoIt={() => void doIt()}
      >
        {failure && <ReasonNote reason={failure.reason} />}
      </Confirm>
    </>
  );
}
