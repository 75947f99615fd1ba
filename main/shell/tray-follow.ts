/**
 * From what changes in the gateway to what the tray shows: at most ten times a second, and "working" only once a turn
 * has run for 400 ms, so that quick replies do not make the lamp flicker.
 */
import type { Clock } from '../gateway/clock.ts';
import type { Millis } from '../gateway/types.ts';
import type { DesktopGateway } from './ports.ts';
import type { TrayStatus } from './tray.ts';

const grace: Millis = 400;
const atMostEvery: Millis = 100;

/** Calls `render` at once, then after changes, until disposed of. */
export function followGateway(
  gateway: Pick<DesktopGateway, 'facts' | 'watch'>,
  clock: Clock,
  render: (status: TrayStatus) => void,
): Disposable {
  let workingSince: Millis | null = null;
  let next: Disposable | null = null;
  let disposed = false;
  const look = (): void => {
    next = null;
    const facts = gateway.facts();
    workingSince = facts.runningTurns === 0 ? null : (workingSince ?? clock.monotonic());
    const worked = workingSince === null ? 0 : clock.monotonic() - workingSince;
    render({ kind: 'running', facts, working: workingSince !== null && worked >= grace });
    if (workingSince !== null && worked < grace) schedule(grace - worked);
  };
  const schedule = (delay: Millis): void => {
    if (!disposed) next ??= clock.after(delay, look);
  };
  const watching = gateway.watch(() => schedule(atMostEvery));
  look();
  return {
    [Symbol.dispose]() {
      disposed = true;
      watching[Symbol.dispose]();
      next?.[Symbol.dispose]();
    },
  };
}
