import { type ReactNode, useState } from 'react';
import type { ScheduleView } from '../../../preload/contract/agent-views.ts';
import type { ConversationView } from '../../../preload/contract/views.ts';
import { useAct, useConversations, useHost } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field, SelectField, TextField } from '../../components/field.tsx';
import { linkWord } from '../../components/link-kind.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { t } from '../../i18n.ts';
import {
  longestName,
  longestPrompt,
  newSchedule,
  scheduleDraftOf,
  type ScheduleForm,
  scheduleFormOf,
} from './schedule-form.ts';
import { keepNewSchedule, readNewSchedule } from './schedule-draft.ts';
import { SchedulePreview, usePreview } from './schedule-preview.tsx';
import { ScheduleWhen } from './schedule-when.tsx';

export interface ScheduleDialogProps {
  readonly stored?: ScheduleView;
  readonly onClose: () => void;
}

/** The owner's own conversations, in which nobody else reads. */
function isPrivate({ linkKind, kind, withOwner }: ConversationView): boolean {
  return linkKind === 'window' || (kind === 'private' && withOwner);
}

/** Makes a schedule or changes a stored one; says while one writes when it would run. */
export function ScheduleDialog({ stored, onClose }: ScheduleDialogProps): ReactNode {
  const { form, change, forget } = useForm(stored);
  const { save, create, submit } = useSaving(form, change, stored, () => {
    forget();
    onClose();
  });
  // Whether a conversation is chosen or made for it, the rest has to be there.
  const ready = scheduleDraftOf(form, stored?.id ?? null, 'new') !== null;
  const preview = usePreview(form);
  // What is said at its field is not said twice.
  const failure = preview.expression === null ? (create.failure ?? save.failure) : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={stored ? t('schedules.editTitle', { name: stored.name }) : t('schedules.addTitle')}
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void submit();
        }}
      >
        <TextField
          label={t('schedules.name')}
          maxLength={longestName}
          spellCheck
          data-first
          value={form.name}
          onChange={({ target }) => change({ name: target.value })}
        />
        <Field label={t('schedules.prompt')} help={t('schedules.promptHelp')}>
          {({ id, describedBy }) => (
            <textarea
              className="input"
              id={id}
              aria-describedby={describedBy}
              rows={4}
              dir="auto"
              maxLength={longestPrompt}
              value={form.prompt}
              onChange={({ target }) => change({ prompt: target.value })}
            />
          )}
        </Field>
        <Conversation form={form} stored={stored} onChange={(conversation) => change({ conversation })} />
        <ScheduleWhen form={form} change={change} wrong={preview.expression} />
        <SchedulePreview preview={preview} />
        {failure && <ReasonNote reason={failure.reason} />}
        <div className="dialog-foot">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" busy={save.busy || create.busy} disabled={!ready}>
            {t('action.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type Change = (change: Partial<ScheduleForm>) => void;

/** What is typed for a new one stays in this browser until it is saved, however the dialog goes. */
function useForm(stored: ScheduleView | undefined) {
  const timeZone = useHost()?.timeZone ?? 'UTC';
  const [form, setForm] = useState<ScheduleForm>(() => {
    const start = { now: Date.now(), timeZone, conversation: '' };
    return stored ? scheduleFormOf(stored, start) : readNewSchedule(localStorage, newSchedule(start));
  });
  const change: Change = (part) => {
    const next = { ...form, ...part };
    setForm(next);
    if (!stored) keepNewSchedule(localStorage, next);
  };
  const forget = (): void => {
    if (!stored) keepNewSchedule(localStorage, null);
  };
  return { form, change, forget };
}

function useSaving(form: ScheduleForm, change: Change, stored: ScheduleView | undefined, onSaved: () => void) {
  const save = useAct('schedules.save', ['schedules.list']);
  const create = useAct('conversations.create', ['conversations.page']);
  const toast = useToast();
  const submit = async (): Promise<void> => {
    let { conversation } = form;
    if (conversation === '') {
      const made = await create.run({});
      if (!made) return;
      conversation = made.id;
      // Should it not be saved now, the next try takes the same one.
      change({ conversation });
    }
    const schedule = scheduleDraftOf(form, stored?.id ?? null, conversation);
    const saved = schedule === null ? undefined : await save.run({ schedule });
    if (!saved) return;
    toast({ text: t('schedules.saved', { name: saved.name }) });
    onSaved();
  };
  return { save, create, submit };
}

interface ConversationProps {
  readonly form: ScheduleForm;
  readonly stored: ScheduleView | undefined;
  readonly onChange: (conversation: string) => void;
}

function Conversation({ form, stored, onChange }: ConversationProps): ReactNode {
  const conversations = useConversations();
  const own = (conversations.value?.items ?? []).filter(isPrivate);
  const titleOf = ({ title, linkKind }: ConversationView): string => {
    const words = title === '' ? t('conversation.untitled') : title;
    return linkKind === 'window' ? words : `${words} · ${linkWord(linkKind)}`;
  };
  const absent = form.conversation !== '' && own.every(({ id }) => id !== form.conversation);
  return (
    <SelectField
      label={t('schedules.conversation')}
      help={t('schedules.conversationHelp')}
      value={form.conversation}
      onChange={({ target }) => onChange(target.value)}
    >
      <option value="">{t('schedules.newConversation')}</option>
      {absent && (
        <option value={form.conversation}>
          {stored?.conversation === form.conversation && stored.title !== ''
            ? stored.title
            : t('conversation.untitled')}
        </option>
      )}
      {own.map((each) => (
        <option key={each.id} value={each.id}>
          {titleOf(each)}
        </option>
      ))}
    </SelectField>
  );
}
