import { type ReactNode, useState } from 'react';
import type { McpServerView } from '../../../preload/contract/agent-views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field, TextField } from '../../components/field.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { t, type Words } from '../../i18n.ts';
import { serverIn } from './server-configuration.ts';
import { addressTrouble, serverDraftOf, type ServerForm, serverFormOf, splitCommand } from './server-form.ts';
import { ValueLines } from './value-lines.tsx';

const kinds: readonly (readonly [ServerForm['kind'], Words])[] = [
  ['stdio', 'mcp.kindProgram'],
  ['http', 'mcp.kindAddress'],
];

export interface ServerDialogProps {
  readonly stored?: McpServerView;
  readonly onClose: () => void;
}

type Change = (change: Partial<ServerForm>) => void;
interface Part {
  readonly form: ServerForm;
  readonly change: Change;
}

/** Adds a server or changes a stored one. Whether it works is told by its state afterwards. */
export function ServerDialog({ stored, onClose }: ServerDialogProps): ReactNode {
  const save = useAct('mcp.save', ['mcp.list', 'tools.list']);
  const toast = useToast();
  const [form, setForm] = useState(() => serverFormOf(stored ?? null));
  const change: Change = (part) => setForm((before) => ({ ...before, ...part }));
  const draft = serverDraftOf(form, stored?.id ?? null);
  const submit = async (): Promise<void> => {
    if (draft === null) return;
    const saved = await save.run({ server: draft });
    if (!saved) return;
    toast({ text: t('mcp.saved', { server: saved.name }) });
    onClose();
  };
  const paste = (text: string): boolean => {
    const found = serverIn(text);
    if (found === null) return false;
    change(found.form);
    const server = found.form.name ?? form.name;
    toast({ text: found.more === 0 ? t('mcp.pasted') : t('mcp.pastedFirst', { server, count: found.more }) });
    return true;
  };
  return (
    <Dialog open onClose={onClose} title={stored ? t('mcp.editTitle', { server: stored.name }) : t('mcp.addTitle')}>
      <form
        className="form"
        onPaste={(event) => {
          if (paste(event.clipboardData.getData('text/plain'))) event.preventDefault();
        }}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t('mcp.name')}
          help={t('mcp.nameHelp')}
          maxLength={64}
          data-first
          value={form.name}
          onChange={({ target }) => change({ name: target.value })}
        />
        <div className="segments whole" role="group" aria-label={t('mcp.kind')}>
          {kinds.map(([kind, word]) => (
            <button key={kind} type="button" aria-pressed={form.kind === kind} onClick={() => change({ kind })}>
              {t(word)}
            </button>
          ))}
        </div>
        {form.kind === 'stdio' ? (
          <ProgramFields form={form} change={change} />
        ) : (
          <AddressFields form={form} change={change} />
        )}
        {save.failure && <ReasonNote reason={save.failure.reason} />}
        <div className="dialog-foot">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" busy={save.busy} disabled={draft === null}>
            {t('action.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function ProgramFields({ form, change }: Part): ReactNode {
  const split = splitCommand(form);
  return (
    <>
      <TextField
        label={t('mcp.command')}
        help={t('mcp.commandHelp')}
        maxLength={1024}
        dir="ltr"
        value={form.command}
        onChange={({ target }) => change({ command: target.value })}
        {...(split
          ? {
              trouble: (
                <span className="between">
                  <span className="field-help">{t('mcp.splitIs')}</span>
                  <Button size="small" onClick={() => change(split)}>
                    {t('mcp.split')}
                  </Button>
                </span>
              ),
            }
          : {})}
      />
      <Field label={t('mcp.args')} help={t('mcp.argsHelp')}>
        {({ id, describedBy }) => (
          <textarea
            className="input mono"
            id={id}
            aria-describedby={describedBy}
            rows={4}
            dir="ltr"
            spellCheck={false}
            value={form.args}
            onChange={({ target }) => change({ args: target.value })}
          />
        )}
      </Field>
      <ValueLines kind="stdio" lines={form.env} onChange={(env) => change({ env })} />
      <p className="note quiet">{t('mcp.trust')}</p>
    </>
  );
}

function AddressFields({ form, change }: Part): ReactNode {
  const trouble = addressTrouble(form);
  return (
    <>
      <TextField
        label={t('mcp.url')}
        help={t('mcp.urlHelp')}
        placeholder="https://example.com/mcp"
        inputMode="url"
        maxLength={2048}
        dir="ltr"
        value={form.url}
        onChange={({ target }) => change({ url: target.value })}
        {...(trouble === null ? {} : { trouble: <p className="field-trouble">{t(trouble)}</p> })}
      />
      <ValueLines kind="http" lines={form.headers} onChange={(headers) => change({ headers })} />
      <p className="note quiet">{t('mcp.trustAddress')}</p>
    </>
  );
}
