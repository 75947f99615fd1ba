import type { ReactNode } from 'react';
import type { ThinkingView } from '../../../preload/contract/agent-views.ts';
import type { ConversationView } from '../../../preload/contract/views.ts';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { costText, tokensText, unpricedText } from '../../components/cost-words.ts';
import { Dialog } from '../../components/dialog.tsx';
import { SelectField } from '../../components/field.tsx';
import { optionWord } from '../../components/option-word.ts';
import { PersonaChoice } from '../../components/personas.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';

export interface SettingsDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly conversation: ConversationView;
}

/** What is set for this conversation alone, and what it has used so far. */
export function SettingsDialog({ open, onClose, conversation }: SettingsDialogProps): ReactNode {
  return (
    <Dialog open={open} onClose={onClose} title={t('conversation.settingsTitle')}>
      <div className="form">
        <Persona conversation={conversation} />
        <Thinking conversation={conversation} />
        <Used conversation={conversation.id} />
      </div>
    </Dialog>
  );
}

type Own = Pick<SettingsDialogProps, 'conversation'>;

function Persona({ conversation }: Own): ReactNode {
  const { id, persona, link } = conversation;
  const set = useAct('conversations.setPersona', ['conversations.context']);
  const ofLink = useCall('links.list', {}).value?.find((each) => each.id === link)?.persona ?? null;
  const name = useCall('personas.list', {}).value?.find((each) => each.id === ofLink)?.name;
  return (
    <>
      <PersonaChoice
        label={t('personas.ofConversation')}
        help={t('personas.help')}
        chosen={persona}
        standard={name === undefined ? t('personas.fromSettings') : t('personas.fromLink', { name })}
        busy={set.busy}
        onChoose={(next) => void set.run({ conversation: id, persona: next })}
      />
      {set.failure && <ReasonNote reason={set.failure.reason} />}
    </>
  );
}

const levels = ['off', 'low', 'medium', 'high'] as const satisfies readonly ThinkingView[];

function Thinking({ conversation: { id, thinking } }: Own): ReactNode {
  const set = useAct('conversations.setThinking');
  return (
    <>
      <SelectField
        label={t('thinking.label')}
        help={t('thinking.help')}
        value={thinking ?? ''}
        aria-busy={set.busy}
        onChange={(event) => {
          const next = levels.find((level) => level === event.target.value) ?? null;
          void set.run({ conversation: id, thinking: next });
        }}
      >
        <option value="">{t('personas.fromSettings')}</option>
        {levels.map((level) => (
          <option key={level} value={level}>
            {optionWord('models.thinking', level)}
          </option>
        ))}
      </SelectField>
      {set.failure && <ReasonNote reason={set.failure.reason} />}
    </>
  );
}

function Used({ conversation }: { readonly conversation: string }): ReactNode {
  const { value } = useCall('usage.ofConversation', { conversation });
  if (value === undefined) return null;
  const lines = [
    { title: t('budget.today'), use: value.today },
    { title: t('conversation.usedEver'), use: value.all },
  ];
  return (
    <section className="card rows" aria-label={t('conversation.used')}>
      {lines.map(({ title, use }) => (
        <p key={title} className="row">
          <span className="row-words">
            <span>{title}</span>
            <span className="muted">{[tokensText(use), unpricedText(use)].filter(Boolean).join(' · ')}</span>
          </span>
          <strong>{costText(use)}</strong>
        </p>
      ))}
    </section>
  );
}
