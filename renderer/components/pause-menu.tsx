/** Pauses the replies of a conversation, a link or everything: one hour, until tomorrow, or until somebody resumes. */
import type { ReactNode } from 'react';
import type { PauseScope } from '../../preload/contract/commands.ts';
import { useAct, useHost } from '../bridge/hooks.ts';
import { startOfDay } from '../calendar.ts';
import { reasonText, t, type Words } from '../i18n.ts';
import { untilText } from '../format.ts';
import { Button, IconButton } from './button.tsx';
import { Menu, type MenuItem } from './menu.tsx';
import { useToast } from './toast.tsx';

const hour = 3_600_000;

export interface PauseMenuProps {
  readonly scope: PauseScope;
  /** What stands on its button, or names it where there is only its sign. */
  readonly label: string;
  readonly shape?: 'button' | 'icon';
}

export interface Pause {
  /** Null resumes; `Number.MAX_SAFE_INTEGER` pauses until resumed. */
  readonly set: (until: number | null) => Promise<boolean>;
  readonly busy: boolean;
}

/** Pauses and resumes, and says in a toast what could not be done. */
export function usePause(scope: PauseScope): Pause {
  const act = useAct('pause.set', ['host.get', 'links.list', 'cards.list']);
  const toast = useToast();
  return {
    set: async (until) =>
      (await act.run({ scope, until }, (failure) => toast({ text: reasonText(failure.reason) }))) !== undefined,
    busy: act.busy,
  };
}

type UntilOf = (now: number, zone: string) => number;

const choices: readonly (readonly [Words, UntilOf])[] = [
  ['pause.hour', (now) => now + hour],
  ['pause.tomorrow', (now, zone) => startOfDay(now, zone, 1)],
  ['pause.open', () => Number.MAX_SAFE_INTEGER],
];

/** Reckoned when it is chosen, not when the menu was drawn. */
function fromNow(untilOf: UntilOf, zone: string): { readonly now: number; readonly until: number } {
  const now = Date.now();
  return { now, until: untilOf(now, zone) };
}

export interface PauseChoices {
  /** Each pauses, says so, and offers the way back. */
  readonly items: readonly MenuItem[];
  readonly busy: boolean;
}

export function usePauseChoices(scope: PauseScope): PauseChoices {
  const pause = usePause(scope);
  const toast = useToast();
  const zone = useHost()?.timeZone ?? 'UTC';
  const choose = async (untilOf: UntilOf): Promise<void> => {
    const { now, until } = fromNow(untilOf, zone);
    if (!(await pause.set(until))) return;
    toast({
      text: t('pause.done', { until: untilText(until, now, zone) }),
      step: { label: t('action.undo'), run: () => void pause.set(null) },
    });
  };
  return {
    items: choices.map(([word, untilOf]) => ({ label: t(word), run: () => void choose(untilOf) })),
    busy: pause.busy,
  };
}

export function PauseMenu({ scope, label, shape = 'button' }: PauseMenuProps): ReactNode {
  const { items, busy } = usePauseChoices(scope);
  return (
    <Menu
      label={label}
      items={items}
      button={(props) =>
        shape === 'icon' ? (
          <IconButton icon="pause" label={label} aria-busy={busy} {...props} />
        ) : (
          <Button look="quiet" size="small" icon="pause" busy={busy} {...props}>
            {label}
          </Button>
        )
      }
    />
  );
}
