/** A tool that waits for the owner's word, at the end of the conversation that it belongs to. */
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { CardView } from '../../../preload/contract/views.ts';
import { toolTitle } from '../../components/tool-words.ts';
import { ToolQuestion } from '../../components/tool-question.tsx';
import { t } from '../../i18n.ts';

export function Asking({ card }: { readonly card: CardView }): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  return (
    <div className="asking" ref={place}>
      <ToolQuestion
        card={card}
        here
        onAnswered={() => place.current?.closest<HTMLElement>('.thread-scroll')?.focus()}
      />
    </div>
  );
}

/** Says each question once, and at once: a turn stands still until it is answered. */
export function AskingAlert({ cards }: { readonly cards: readonly CardView[] }): ReactNode {
  const told = useRef(new Set<string>());
  const [said, setSaid] = useState('');
  const tell = useEffectEvent(() => {
    const fresh = cards.filter(({ id }) => !told.current.has(id));
    for (const { id } of fresh) told.current.add(id);
    if (fresh.length > 0) setSaid(fresh.map(({ name }) => t('asking.alert', { tool: toolTitle(name) })).join(' '));
    else if (cards.length === 0) setSaid('');
  });
  const ids = cards.map(({ id }) => id).join(' ');
  useEffect(() => tell(), [ids]);
  return (
    <div className="offscreen" role="alert" data-testid="asking-alert">
      {said}
    </div>
  );
}
