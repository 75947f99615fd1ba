/** Which models were used of late, for menus and lists. */
import type { Storage } from '../gateway/storage.ts';
import type { Millis } from '../gateway/types.ts';

const days = 30;
const day: Millis = 86_400_000;
/** Adding up a month of usage takes a moment, and the order of models changes slowly. */
const goodFor: Millis = 60_000;

/** The models that were used in the last month, those of the last days first; read at most once a minute. */
export function createRecentModels(usage: Storage['read']['usage']): (now: Millis) => readonly string[] {
  let known: { readonly at: Millis; readonly models: readonly string[] } | null = null;
  return (now) => {
    if (known !== null && Math.abs(now - known.at) < goodFor) return known.models;
    const bounds = Array.from({ length: days + 1 }, (_, index) => now - (days - index) * day);
    const slices = usage.series([...bounds.slice(0, -1), now + 1]);
    const byDay = slices.toSorted((one, other) => other.from - one.from || other.calls - one.calls);
    known = { at: now, models: [...new Set(byDay.map(({ model }) => model))] };
    return known.models;
  };
}
