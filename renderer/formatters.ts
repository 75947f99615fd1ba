/**
 * The formatters of `Intl`, each made once: making one takes a thousand times as long as using it, and what it holds
 * outside of the page's heap is let go of late.
 */
const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();
const days = new Map<string, Map<number, string>>();
/** Nobody has more days before his eyes. */
const mostQuarters = 20_000;
/** The clocks of all zones differ by whole quarters of an hour, so that within one the day is the same everywhere. */
const quarter = 15 * 60_000;

function kept<Kind>(all: Map<string, Kind>, key: string, make: () => Kind): Kind {
  const there = all.get(key);
  if (there !== undefined) return there;
  const made = make();
  all.set(key, made);
  return made;
}

export function dateFormat(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(dates, language + JSON.stringify(options), () => new Intl.DateTimeFormat(language, options));
}

export function numberFormat(language: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return kept(numbers, language + JSON.stringify(options), () => new Intl.NumberFormat(language, options));
}

/** The calendar day in a zone, as `2026-11-22`. */
export function dayOf(at: number, zone: string): string {
  const ofZone = kept(days, zone, () => new Map<number, string>());
  const place = Math.floor(at / quarter);
  const known = ofZone.get(place);
  if (known !== undefined) return known;
  if (ofZone.size > mostQuarters) ofZone.clear();
  const day = dateFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(at);
  ofZone.set(place, day);
  return day;
}
