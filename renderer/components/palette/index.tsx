/** The command palette with what it opens: the picker of models. Loaded when it is first opened. */
import { type ReactNode, useState } from 'react';
import type { ConversationView } from '../../../preload/contract/views.ts';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { t } from '../../i18n.ts';
import { modelName, ModelPicker } from '../model-picker.tsx';
import { useToast } from '../toast.tsx';
import { Palette } from './palette.tsx';

export interface CommandPaletteProps {
  readonly opener: () => HTMLElement | null;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly showKeys: () => void;
  readonly search: () => void;
}

type Choosing = { readonly kind: 'default' } | { readonly kind: 'here'; readonly conversation: ConversationView };

export function CommandPalette(props: CommandPaletteProps): ReactNode {
  const choice = useCall('models.choice', {}).value;
  const [choosing, setChoosing] = useState<Choosing>({ kind: 'default' });
  const [picking, setPicking] = useState(false);
  const choose = useChoose(choosing);
  const standard = choice?.default ?? '';
  const here = choosing.kind === 'here' ? choosing.conversation : null;
  return (
    <>
      <Palette
        {...props}
        chooseModel={(where) => {
          setChoosing(where === 'default' ? { kind: 'default' } : { kind: 'here', ...where });
          setPicking(true);
        }}
      />
      <ModelPicker
        open={picking}
        onClose={() => setPicking(false)}
        title={t(here ? 'conversation.modelTitle' : 'models.chooseDefault')}
        chosen={here ? here.model : standard}
        {...(here ? { withDefault: standard } : {})}
        onChoose={(ref) => void choose(ref)}
      />
    </>
  );
}

/** Sets the default model or that of a conversation, and says so, with a way back. */
function useChoose(choosing: Choosing): (ref: string | null) => Promise<void> {
  const standard = useAct('models.choose', ['models.choice', 'host.health']);
  const own = useAct('conversations.setModel');
  const choice = useCall('models.choice', {}).value;
  const toast = useToast();
  return async (ref) => {
    if (choosing.kind === 'here') {
      const { id, model } = choosing.conversation;
      if (!(await own.run({ conversation: id, model: ref }))) return;
      toast({
        text: t('conversation.modelSet', { model: modelName(ref ?? choice?.default ?? '') }),
        step: { label: t('action.undo'), run: () => void own.run({ conversation: id, model }) },
      });
      return;
    }
    if (ref === null || !choice || !(await standard.run({ default: ref }))) return;
    toast({
      text: t('models.defaultSet', { model: modelName(ref) }),
      step: { label: t('action.undo'), run: () => void standard.run({ default: choice.default }) },
    });
  };
}
