/** Personas: the choice of one, and the dialog in which they are written. */
import { type ReactNode, useState } from 'react';
import type { PersonaView } from '../../preload/contract/agent-views.ts';
import { useAct, useCall } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';
import { Button, IconButton } from './button.tsx';
import { Confirm, Dialog } from './dialog.tsx';
import { Field, SelectField, TextField } from './field.tsx';
import { Fixed } from './fixed.tsx';
import { ReasonNote } from './reason-note.tsx';

export interface PersonaChoiceProps {
  readonly label: string;
  readonly help?: string;
  /** Null: none of its own. */
  readonly chosen: string | null;
  /** What holds where none is chosen, in words. */
  readonly standard: string;
  readonly onChoose: (persona: string | null) => void;
  readonly busy: boolean;
  /** A provision file has chosen. */
  readonly fixed?: boolean;
}

/** Chooses a persona; beside it the way to write one. */
export function PersonaChoice({
  label,
  help,
  chosen,
  standard,
  onChoose,
  busy,
  fixed = false,
}: PersonaChoiceProps): ReactNode {
  const personas = useCall('personas.list', {}).value ?? [];
  const [open, setOpen] = useState(false);
  const known = personas.some(({ id }) => id === chosen);
  return (
    <div className="persona-choice">
      <SelectField
        label={label}
        help={help}
        value={known ? (chosen ?? '') : ''}
        aria-busy={busy}
        disabled={fixed}
        trouble={fixed ? <Fixed /> : undefined}
        onChange={(event) => onChoose(event.target.value === '' ? null : event.target.value)}
      >
        <option value="">{standard}</option>
        {personas.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <Button size="small" icon="edit" onClick={() => setOpen(true)}>
        {t('personas.edit')}
      </Button>
      {open && <PersonasDialog onClose={() => setOpen(false)} />}
    </div>
  );
}

type Shown = { readonly kind: 'list' } | { readonly kind: 'one'; readonly persona: PersonaView | null };

/** All personas: written, changed and taken away. */
export function PersonasDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [shown, setShown] = useState<Shown>({ kind: 'list' });
  const title =
    shown.kind === 'list' ? t('personas.title') : t(shown.persona === null ? 'personas.newTitle' : 'personas.oneTitle');
  return (
    <Dialog open onClose={onClose} title={title}>
      {shown.kind === 'list' ? (
        <PersonaList onOpen={(persona) => setShown({ kind: 'one', persona })} />
      ) : (
        <PersonaForm persona={shown.persona} onDone={() => setShown({ kind: 'list' })} />
      )}
    </Dialog>
  );
}

function PersonaList({ onOpen }: { readonly onOpen: (persona: PersonaView | null) => void }): ReactNode {
  const { value, failure, again } = useCall('personas.list', {});
  const remove = useAct('personas.remove', ['personas.list', 'links.list']);
  const [asked, setAsked] = useState<PersonaView | null>(null);
  const takeOut = async (persona: PersonaView): Promise<void> => {
    if ((await remove.run({ persona: persona.id })) !== undefined) setAsked(null);
  };
  return (
    <div className="form">
      <p className="dialog-text">{t('personas.lead')}</p>
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {value?.length === 0 && <p className="empty">{t('personas.none')}</p>}
      {value !== undefined && value.length > 0 && (
        <ul className="card rows persona-list">
          {value.map((persona) => (
            <li key={persona.id} className="row">
              <div className="row-words">
                <strong dir="auto">{persona.name}</strong>
                <span className="muted persona-text" dir="auto">
                  {persona.text}
                </span>
                {persona.fixedByFile && <Fixed />}
              </div>
              {!persona.fixedByFile && (
                <span className="row-steps">
                  <IconButton
                    icon="edit"
                    label={t('personas.change', { name: persona.name })}
                    onClick={() => onOpen(persona)}
                  />
                  <IconButton
                    icon="trash"
                    label={t('personas.remove', { name: persona.name })}
                    onClick={() => setAsked(persona)}
                  />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {remove.failure && <ReasonNote reason={remove.failure.reason} />}
      <div className="form-foot">
        <Button look="primary" icon="plus" onClick={() => onOpen(null)}>
          {t('personas.add')}
        </Button>
      </div>
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={t('personas.remove', { name: asked?.name ?? '' })}
        text={t('personas.removeText')}
        doIt={t('personas.removeIt')}
        busy={remove.busy}
        onDoIt={() => asked !== null && void takeOut(asked)}
      />
    </div>
  );
}

interface PersonaFormProps {
  /** Null: a new one. */
  readonly persona: PersonaView | null;
  readonly onDone: () => void;
}

/** As many characters as the gateway takes. */
const longest = { name: 80, text: 6000 };

function PersonaForm({ persona, onDone }: PersonaFormProps): ReactNode {
  const [name, setName] = useState(persona?.name ?? '');
  const [text, setText] = useState(persona?.text ?? '');
  const save = useAct('personas.save', ['personas.list', 'conversations.context']);
  const submit = async (): Promise<void> => {
    const id = persona === null ? {} : { id: persona.id };
    if ((await save.run({ ...id, name, text })) !== undefined) onDone();
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField
        label={t('personas.name')}
        value={name}
        maxLength={longest.name}
        data-first
        onChange={(event) => setName(event.target.value)}
      />
      <Field label={t('personas.text')} help={t('personas.textHelp')}>
        {({ id, describedBy }) => (
          <textarea
            id={id}
            className="input"
            rows={8}
            value={text}
            maxLength={longest.text}
            aria-describedby={describedBy}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {save.failure && <ReasonNote reason={save.failure.reason} />}
      <div className="form-foot">
        <Button onClick={onDone}>{t('action.back')}</Button>
        <Button type="submit" look="primary" busy={save.busy} disabled={name.trim() === ''}>
          {t('action.save')}
        </Button>
      </div>
    </form>
  );
}
