import { type ReactNode, useState } from 'react';
import type { CapView } from '../../../preload/contract/money-views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Fixed } from '../../components/fixed.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { compact, money } from '../../format.ts';
import { t } from '../../i18n.ts';
import { CapDialog } from './cap-dialog.tsx';
import { capName } from './cap-name.ts';
import { MeterBar } from './meter-bar.tsx';

/** Limits of single providers and conversations: how far each is used up, and all that can be done with them. */
export function Caps({ caps }: { readonly caps: readonly CapView[] }): ReactNode {
  const [edited, setEdited] = useState<CapView | 'new' | null>(null);
  const set = useAct('caps.set', ['caps.list', 'budget.get']);
  const toast = useToast();
  const takeOut = async (cap: CapView): Promise<void> => {
    const { scope, id, dayCost, dayTokens, monthCost, monthTokens } = cap;
    if ((await set.run({ scope, id, caps: null })) === undefined) return;
    const again = { dayCost, dayTokens, monthCost, monthTokens };
    toast({
      text: t('caps.removed', { name: capName(cap) }),
      step: { label: t('action.undo'), run: () => void set.run({ scope, id, caps: again }) },
    });
  };
  return (
    <Section
      title={t('caps.title')}
      lead={t('caps.lead')}
      step={
        <Button icon="plus" onClick={() => setEdited('new')}>
          {t('caps.add')}
        </Button>
      }
    >
      {set.failure && <ReasonNote reason={set.failure.reason} />}
      {caps.length === 0 ? (
        <p className="empty">{t('caps.none')}</p>
      ) : (
        <div className="budget">
          {caps.map((cap) => (
            <Cap
              key={`${cap.scope}:${cap.id}`}
              cap={cap}
              onEdit={() => setEdited(cap)}
              onRemove={() => void takeOut(cap)}
            />
          ))}
        </div>
      )}
      {edited !== null && (
        <CapDialog caps={caps} cap={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
    </Section>
  );
}

interface CapProps {
  readonly cap: CapView;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function Cap({ cap, onEdit, onRemove }: CapProps): ReactNode {
  const { scope, used, reserved } = cap;
  const name = capName(cap);
  const bars = [
    { name: t('caps.dayCost'), settled: used.dayCost, reserved: reserved.dayCost, cap: cap.dayCost, shown: money },
    {
      name: t('caps.dayTokens'),
      settled: used.dayTokens,
      reserved: reserved.dayTokens,
      cap: cap.dayTokens,
      shown: compact,
    },
    {
      name: t('caps.monthCost'),
      settled: used.monthCost,
      reserved: reserved.monthCost,
      cap: cap.monthCost,
      shown: money,
    },
    {
      name: t('caps.monthTokens'),
      settled: used.monthTokens,
      reserved: reserved.monthTokens,
      cap: cap.monthTokens,
      shown: compact,
    },
  ];
  return (
    <article className="card" aria-label={name}>
      <header className="row">
        <div className="row-words">
          <h3 dir="auto">{name}</h3>
          <span className="muted">{t(scope === 'provider' ? 'caps.ofProvider' : 'caps.ofConversation')}</span>
          {cap.fixedByFile && <Fixed />}
        </div>
        {!cap.fixedByFile && (
          <span className="row-steps">
            <IconButton icon="edit" label={t('caps.edit', { name })} onClick={onEdit} />
            <IconButton icon="trash" label={t('caps.remove', { name })} onClick={onRemove} />
          </span>
        )}
      </header>
      {bars
        .filter((bar) => bar.cap !== null)
        .map((bar) => (
          <MeterBar key={bar.name} {...bar} />
        ))}
    </article>
  );
}
