import { type ReactNode, useState } from 'react';
import { span } from '../../format.ts';
import { useNow } from '../use-now.ts';

/** No code is good for longer: more than this is two clocks that differ. */
const longest = 10 * 60_000;
/** The gateway says so first, when it can; after this it is taken to be out of reach. */
const grace = 3000;

export interface TimeLeft {
  /** How much of what was left when it was first looked at; from 1 to 0. */
  readonly share: number;
  /** What is left, in words. */
  readonly wait: string;
  /** The time is over, and the gateway has not said what comes next. */
  readonly over: boolean;
}

/**
 * How long a code is still good. Null where the clocks of the window and of the gateway do not agree: then only the
 * gateway's word counts. Mount anew for each code.
 */
export function useTimeLeft(until: number): TimeLeft | null {
  const now = useNow(1000);
  const [whole] = useState(() => until - Date.now());
  if (whole <= 0 || whole > longest) return null;
  const left = Math.max(0, until - now);
  return { share: Math.min(1, left / whole), wait: span(left + 999), over: now > until + grace };
}

export interface CountdownProps {
  readonly share: number;
  readonly words: string;
}

/** A bar that runs out, and the same in words. Never spoken by itself: it would interrupt every second. */
export function Countdown({ share, words }: CountdownProps): ReactNode {
  return (
    <div className="countdown">
      <span className="countdown-bar" aria-hidden="true">
        <span style={{ transform: `scaleX(${String(share)})` }} />
      </span>
      <p className="muted small">{words}</p>
    </div>
  );
}
