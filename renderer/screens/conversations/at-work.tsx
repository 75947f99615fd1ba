/** Below a reply that is being written: what is done for it right now, and what was left out. */
import type { ReactNode } from 'react';
import type { TurnView } from '../../../preload/contract/views.ts';
import { useCall } from '../../bridge/hooks.ts';
import { toolAtWork, toolReason } from '../../components/tool-words.ts';
import { useNow } from '../../components/use-now.ts';
import { span } from '../../format.ts';
import { t } from '../../i18n.ts';
import { lastRefusal } from './steps-line.ts';

export interface AtWorkProps {
  readonly turn: TurnView;
  /** Something of the reply is written already. */
  readonly begun: boolean;
}

export function AtWork({ turn, begun }: AtWorkProps): ReactNode {
  const steps = useCall('turns.steps', { turn: turn.id }).value;
  const refusal = steps ? lastRefusal(steps) : null;
  if (turn.asking) return <p className="mark">{t('doing.asking')}</p>;
  if (turn.doing) {
    return (
      <p className="typing">
        <Dots />
        <Doing {...turn.doing} />
      </p>
    );
  }
  const said = turn.waitingFor ?? refusal;
  if (begun) return said && <p className="mark">{toolReason(said)}</p>;
  return (
    <p className="typing">
      <Dots />
      <span className={said ? 'muted' : 'offscreen'}>{said ? toolReason(said) : t('thread.writing')}</span>
    </p>
  );
}

function Dots(): ReactNode {
  return (
    <span className="typing-dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

/** Shorter ones come and go without a number. */
const worthTelling = 3000;

function Doing({ tool, since }: { readonly tool: string; readonly since: number }): ReactNode {
  const took = useNow(1000) - since;
  return (
    <span className="muted">
      {toolAtWork(tool)}
      {took >= worthTelling && <span className="seconds">{` ${span(took)}`}</span>}
    </span>
  );
}
