/** Settings of the virtual lists in one place. */
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback } from 'react';

export type Rows = Virtualizer<HTMLDivElement, HTMLDivElement>;

export interface RowsOptions {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly keys: readonly string[];
  readonly estimate: number;
  /** A thread is held by its end: it follows what is added there, and older rows put in front move nothing. */
  readonly from: 'start' | 'end';
  readonly overscan: number;
}

export function useRows({ frame, keys, estimate, from, overscan }: RowsOptions): Rows {
  // Another function would have every row measured anew, at each step of the wheel.
  const getItemKey = useCallback((index: number) => keys[index] ?? index, [keys]);
  return useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: keys.length,
    getScrollElement: () => frame.current,
    estimateSize: () => estimate,
    getItemKey,
    overscan,
    // The last row does not stick to what stands below the list.
    paddingEnd: from === 'end' ? 16 : 0,
    anchorTo: from,
    followOnAppend: from === 'end',
    scrollEndThreshold: 80,
  });
}
