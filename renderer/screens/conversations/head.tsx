import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { ConversationView } from '../../../preload/contract/views.ts';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { IconButton } from '../../components/button.tsx';
import { costText } from '../../components/cost-words.ts';
import { ExportDialog } from '../../components/export-dialog.tsx';
import { Icon } from '../../components/icons.tsx';
import { LinkIcon, linkWord } from '../../components/link-kind.tsx';
import { Menu } from '../../components/menu.tsx';
import { modelName, ModelPicker } from '../../components/model-picker.tsx';
import { PauseMenu } from '../../components/pause-menu.tsx';
import { useToast } from '../../components/toast.tsx';
import { useNow } from '../../components/use-now.ts';
import { reasonText, t } from '../../i18n.ts';
import { SettingsDialog } from './settings-dialog.tsx';

/** Whose conversation it is, over which link, and which model answers. */
export function Head({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const { id, title, kind, link, linkKind, pausedUntil } = conversation;
  const now = useNow(10_000);
  const paused = pausedUntil !== null && pausedUntil > now;
  const known = useCall('links.list', {}).value?.find((each) => each.id === link);
  return (
    <header className="thread-head">
      <Link href="/" className="icon-button quiet only-narrow" aria-label={t('action.back')} title={t('action.back')}>
        <Icon name="back" />
      </Link>
      <div className="thread-names">
        <h1 dir="auto">{title || t('conversation.untitled')}</h1>
        {linkKind !== 'window' && (
          <p className="thread-link">
            <LinkIcon kind={linkKind} />
            <span>{t('conversation.over', { kind: linkWord(linkKind), link: known?.handle ?? link })}</span>
            {kind === 'group' && <span className="tag">{t('conversation.group')}</span>}
          </p>
        )}
      </div>
      {linkKind !== 'api' && !paused && (
        <PauseMenu scope={{ kind: 'conversation', conversation: id }} label={t('pause.here')} shape="icon" />
      )}
      <ModelChoice conversation={conversation} />
      <More conversation={conversation} />
    </header>
  );
}

function More({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const [open, setOpen] = useState<'export' | 'settings' | null>(null);
  const used = useCall('usage.ofConversation', { conversation: conversation.id }).value?.all;
  const title = conversation.title || t('conversation.untitled');
  return (
    <>
      <Menu
        label={t('conversation.more')}
        items={[
          { label: t('conversation.settings'), run: () => setOpen('settings') },
          { label: t('export.menu'), run: () => setOpen('export') },
          ...(used === undefined || used.calls === 0
            ? []
            : [{ label: t('conversation.usedSoFar', { cost: costText(used) }), run: () => setOpen('settings') }]),
        ]}
        button={(props) => <IconButton icon="more" label={t('conversation.more')} {...props} />}
      />
      <ExportDialog
        open={open === 'export'}
        onClose={() => setOpen(null)}
        conversation={{ id: conversation.id, title }}
      />
      <SettingsDialog open={open === 'settings'} onClose={() => setOpen(null)} conversation={conversation} />
    </>
  );
}

function ModelChoice({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const choice = useCall('models.choice', {}).value;
  const set = useAct('conversations.setModel');
  const toast = useToast();
  const [open, setOpen] = useState(false);
  const { id, model } = conversation;
  const standard = choice?.default ?? '';
  const shown = modelName(model ?? standard);
  const choose = async (ref: string | null): Promise<void> => {
    const changed = await set.run({ conversation: id, model: ref });
    if (!changed) return;
    toast({
      text: t('conversation.modelSet', { model: modelName(ref ?? standard) }),
      step: { label: t('action.undo'), run: () => void set.run({ conversation: id, model }) },
    });
  };
  return (
    <>
      <button
        type="button"
        className="model-button"
        aria-label={t('conversation.model', { model: shown })}
        title={set.failure ? reasonText(set.failure.reason) : t('conversation.modelHelp')}
        aria-busy={set.busy}
        onClick={() => setOpen(true)}
      >
        <Icon name="spark" />
        <span>{shown}</span>
        <Icon name="unfold" />
      </button>
      <ModelPicker
        open={open}
        onClose={() => setOpen(false)}
        title={t('conversation.modelTitle')}
        chosen={model}
        withDefault={standard}
        onChoose={(ref) => void choose(ref)}
      />
    </>
  );
}
