/**
 * The log as it is written: what there was, then each new line. Lines come a hundred a second when something is wrong,
 * so they are collected and shown some times a second at most.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LogLineView } from '../../preload/contract/diagnostics-views.ts';
import type { CallFailure } from './failure.ts';
import { useCall, useEvents } from './hooks.ts';
import { keptLines, withLines } from './log-lines.ts';

const shownEvery = 200;

export interface LiveLog {
  readonly lines: readonly LogLineView[];
  /** Why the lines so far could not be read. */
  readonly failure: CallFailure | null;
  readonly again: () => void;
}

export function useLog(): LiveLog {
  // Asked for anew each time, and after a resync: a line that is told meanwhile comes twice and is kept once.
  const { value: before, failure, again } = useCall('host.log', { limit: keptLines }, { fresh: true });
  const [told, setTold] = useState<readonly LogLineView[]>([]);
  const arrived = useRef<LogLineView[]>([]);
  const timer = useRef<number | null>(null);
  const add = useCallback((line: LogLineView) => {
    arrived.current.push(line);
    timer.current ??= window.setTimeout(() => {
      timer.current = null;
      const together = arrived.current;
      arrived.current = [];
      setTold((lines) => withLines(lines, together));
    }, shownEvery);
  }, []);
  useEffect(
    () => () => {
      if (timer.current !== null) window.clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  useEvents((event) => {
    if (event.kind === 'log.line') add(event.line);
  });
  const lines = useMemo(() => withLines(before ?? [], told), [before, told]);
  return { lines, failure, again };
}
