import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { FileView } from '../../../preload/contract/views.ts';
import { readDraft, typedSince, writeDraft } from '../../bridge/drafts.ts';
import { useAct, useCall, useRuntime } from '../../bridge/hooks.ts';
import { Icon, Lamp } from '../../components/icons.tsx';
import { modelName } from '../../components/model-picker.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';
import { Composer } from './composer.tsx';

/** A blank page to write on: the conversation begins to exist with its first message. */
export function NewConversation(): ReactNode {
  const create = useAct('conversations.create');
  const choice = useCall('models.choice', {}).value;
  const { outbox } = useRuntime();
  const [, go] = useLocation();
  const practice = choice?.default.startsWith('practice/') ?? false;
  const start = async (text: string, files: readonly FileView[]): Promise<boolean> => {
    const conversation = await create.run({});
    if (!conversation) return false;
    void outbox.add(conversation.id, text, 'send', files);
    // Whoever types on meanwhile goes on in the conversation.
    writeDraft(localStorage, conversation.id, typedSince(text, readDraft(localStorage, 'new')));
    go(`/conversations/${conversation.id}`);
    return true;
  };
  return (
    <div className="thread">
      <header className="thread-head only-narrow">
        <Link href="/" className="icon-button quiet" aria-label={t('action.back')} title={t('action.back')}>
          <Icon name="back" />
        </Link>
        <div className="thread-names">
          <p className="thread-title">{t('conversation.new')}</p>
        </div>
      </header>
      <div className="greeting">
        <Lamp size={72} />
        <h1>{t('new.title')}</h1>
        {choice && (
          <p className="muted">{practice ? t('new.practice') : t('new.model', { model: modelName(choice.default) })}</p>
        )}
        {practice && (
          <Link href="/models" className="button plain small">
            <Icon name="spark" />
            <span>{t('new.connect')}</span>
          </Link>
        )}
        {create.failure && <ReasonNote reason={create.failure.reason} />}
      </div>
      <Composer conversation="new" to={null} running={false} busy={create.busy} onSend={start} />
    </div>
  );
}
