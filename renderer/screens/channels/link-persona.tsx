import type { ReactNode } from 'react';
import type { LinkView } from '../../../preload/contract/views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { PersonaChoice } from '../../components/personas.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { t } from '../../i18n.ts';

/** Who the model is in the chats of a link. */
export function LinkPersona({ link }: { readonly link: LinkView }): ReactNode {
  const { id, persona, personaByFile } = link;
  const set = useAct('links.setPersona', ['links.list']);
  const toast = useToast();
  const choose = async (next: string | null): Promise<void> => {
    if (!(await set.run({ link: id, persona: next }))) return;
    toast({
      text: t('personas.set'),
      step: { label: t('action.undo'), run: () => void set.run({ link: id, persona }) },
    });
  };
  return (
    <>
      <PersonaChoice
        label={t('personas.ofLink')}
        chosen={persona}
        standard={t('personas.fromSettings')}
        busy={set.busy}
        fixed={personaByFile}
        onChoose={(next) => void choose(next)}
      />
      {set.failure && <ReasonNote reason={set.failure.reason} />}
    </>
  );
}
