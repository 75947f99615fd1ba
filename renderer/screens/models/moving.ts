/** Moving one thing of a list: where it comes to lie. Pure. */

/** `items` with the one at `from` taken to `to`. */
export function movedTo<Item>(items: readonly Item[], from: number, to: number): readonly Item[] {
  const item = items[from];
  if (item === undefined || to < 0 || to >= items.length) return items;
  return items.toSpliced(from, 1).toSpliced(to, 0, item);
}

export interface Box {
  readonly top: number;
  readonly height: number;
}

/** Where the row `from` comes to lie when it is drawn `by` pixels down: past each row whose middle it has passed. */
export function placeAfter(rows: readonly Box[], from: number, by: number): number {
  const own = rows[from];
  if (own === undefined) return from;
  const middle = ({ top, height }: Box): number => top + height / 2;
  if (by < 0) {
    const first = rows.findIndex((row) => own.top + by < middle(row));
    return first < 0 ? from : Math.min(first, from);
  }
  const last = rows.findLastIndex((row) => own.top + own.height + by > middle(row));
  return Math.max(last, from);
}

/** How far the row at `index` makes room while the one at `from` hangs over `to`. */
export function yielding(rows: readonly Box[], index: number, from: number, to: number): number {
  const height = rows[from]?.height ?? 0;
  if (index > from && index <= to) return -height;
  return index < from && index >= to ? height : 0;
}
