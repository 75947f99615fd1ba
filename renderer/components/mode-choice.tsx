/** Who is answered over a WhatsApp link: two plain choices, applied at once. */
import { type ReactNode, useId } from 'react';
import type { LinkModeView, LinkView } from '../../preload/contract/views.ts';
import { useAct } from '../bridge/hooks.ts';
import { t, type Words } from '../i18n.ts';
import { ReasonNote } from './reason-note.tsx';

const modes: readonly LinkModeView[] = ['only-me', 'people'];

export const modeWords: Readonly<Record<LinkModeView, { readonly title: Words; readonly is: Words }>> = {
  'only-me': { title: 'mode.onlyMe', is: 'mode.onlyMeIs' },
  people: { title: 'mode.people', is: 'mode.peopleIs' },
};

export function ModeChoice({ link }: { readonly link: LinkView }): ReactNode {
  const set = useAct('links.setMode', ['links.list']);
  const name = useId();
  return (
    <fieldset className="choices" disabled={set.busy}>
      <legend>{t('mode.title')}</legend>
      {modes.map((mode) => {
        const { title, is } = modeWords[mode];
        return (
          <label key={mode} className="choice">
            <input
              type="radio"
              name={name}
              checked={link.mode === mode}
              aria-labelledby={`${name}-${mode}`}
              aria-describedby={`${name}-${mode}-is`}
              onChange={() => void set.run({ link: link.id, mode })}
            />
            <span className="choice-words">
              <strong id={`${name}-${mode}`}>{t(title)}</strong>
              <span className="muted" id={`${name}-${mode}-is`}>
                {t(is)}
              </span>
            </span>
          </label>
        );
      })}
      {set.failure && <ReasonNote reason={set.failure.reason} />}
    </fieldset>
  );
}
