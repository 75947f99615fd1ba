/** After a sleep every link proves itself again, whatever it believed before. */
import type { PowerMonitor } from 'electron';

/** Calls `wake` whenever the computer has woken up, until disposed of. */
export function watchPower(power: PowerMonitor, wake: () => void): Disposable {
  const resumed = (): void => wake();
  power.on('resume', resumed);
  return { [Symbol.dispose]: () => void power.off('resume', resumed) };
}
