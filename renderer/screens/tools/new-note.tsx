/** A new note: its name, and then it is there to be written in. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { useAct } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/field.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';
import { beginningOfNote, noteNameOf, notePath } from './notes.ts';

export function NewNote(): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon="plus" onClick={() => setOpen(true)}>
        {t('memory.new')}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t('memory.newTitle')}>
        <NameForm onMade={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function NameForm({ onMade }: { readonly onMade: () => void }): ReactNode {
  const [, go] = useLocation();
  const create = useAct('memory.create', ['memory.get']);
  const [typed, setTyped] = useState('');
  const [isWrong, setWrong] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const name = noteNameOf(typed);
    setWrong(name === null);
    if (name === null || (await create.run({ name, text: beginningOfNote(name) })) === undefined) return;
    onMade();
    go(notePath(name));
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <TextField
        label={t('memory.newName')}
        help={t('memory.newHelp')}
        value={typed}
        maxLength={100}
        data-first
        trouble={
          isWrong ? (
            <p className="field-trouble" role="alert">
              {t('memory.nameWrong')}
            </p>
          ) : (
            create.failure && <ReasonNote reason={create.failure.reason} />
          )
        }
        onChange={({ target }) => {
          setTyped(target.value);
          setWrong(false);
          create.forget();
        }}
      />
      <div className="dialog-foot">
        <Button look="primary" type="submit" busy={create.busy} disabled={typed.trim() === ''}>
          {t('memory.newDo')}
        </Button>
      </div>
    </form>
  );
}
