import type { ReactNode } from 'react';
import type { LinkModeView, LinkView } from '../../../preload/contract/views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { modeWords } from '../../components/mode-choice.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { t } from '../../i18n.ts';

/** Who is answered over a link where every chat of the account comes in, and the button that changes it. */
export function Mode({ link }: { readonly link: LinkView }): ReactNode {
  const { id, mode } = link;
  const set = useAct('links.setMode', ['links.list']);
  const toast = useToast();
  const other: LinkModeView = mode === 'people' ? 'only-me' : 'people';
  const change = async (): Promise<void> => {
    if (!(await set.run({ link: id, mode: other }))) return;
    toast({
      text: t(other === 'people' ? 'mode.nowPeople' : 'mode.nowOnlyMe'),
      step: { label: t('action.undo'), run: () => void set.run({ link: id, mode }) },
    });
  };
  return (
    <section className="link-mode" aria-label={t('mode.title')}>
      <div className="row-words">
        <strong>{t(modeWords[mode].title)}</strong>
        <span className="muted">{t(modeWords[mode].is)}</span>
      </div>
      <Button size="small" busy={set.busy} onClick={() => void change()}>
        {t(other === 'people' ? 'mode.toPeople' : 'mode.toOnlyMe')}
      </Button>
      {set.failure && <ReasonNote reason={set.failure.reason} />}
    </section>
  );
}
