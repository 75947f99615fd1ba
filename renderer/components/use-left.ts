import { useEffect, useState } from 'react';
import { nextWords } from './time-left.ts';

/** Milliseconds until then, again whenever the words for it change; 0 once it is over, and then it ticks no more. */
export function useLeft(until: number): number {
  const [left, setLeft] = useState(() => until - Date.now());
  useEffect(() => {
    let timer: number | undefined;
    const look = (): void => {
      const now = until - Date.now();
      setLeft(now);
      if (now > 0) timer = window.setTimeout(look, nextWords(now));
    };
    look();
    return () => window.clearTimeout(timer);
  }, [until]);
  return Math.max(0, left);
}
