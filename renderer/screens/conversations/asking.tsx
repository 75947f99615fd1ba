/** A tool that waits for the owner's word, at the end of the conversation that it belongs to. */
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { CardView } from '../../../preload/contract/views.ts';
import { useCall } from '../../bridge/hooks.ts';
import { toolTitle } from '../../components/tool-words.ts';
import { ToolQuestion } from '../../components/tool-question.tsx';
import { t } from '../../i18n.ts';

export interface AskingProps {
  readonly card: CardView;
  /** Turns that are not finished: it is about a call of one of them. */
  readonly turns: readonly string[];
}

export function Asking({ card, turns }: AskingProps): ReactNode {
  const [turn, ...rest] = turns;
  return turn === undefined ? (
    <Shown card={card} given={null} until={null} />
  ) : (
    <LookedUp card={card} turn={turn} rest={rest} />
  );
}

interface LookedUpProps {
  readonly card: CardView;
  readonly turn: string;
  readonly rest: readonly string[];
}

/** What the call would be given stands with its turn; the card has no more than the beginning. */
function LookedUp({ card, turn, rest }: LookedUpProps): ReactNode {
  const steps = useCall('turns.steps', { turn }).value;
  const call = steps?.flatMap(({ calls }) => calls).find((each) => each.card === card.id);
  if (call) return <Shown card={card} given={call.arguments} until={call.askedUntil} />;
  return steps && rest.length > 0 ? (
    <Asking card={card} turns={rest} />
  ) : (
    <Shown card={card} given={null} until={null} />
  );
}

interface ShownProps {
  readonly card: CardView;
  readonly given: string | null;
  readonly until: number | null;
}

function Shown({ card, given, until }: ShownProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  return (
    <div className="asking" ref={place}>
      <ToolQuestion
        card={card}
        given={given}
        until={until}
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
