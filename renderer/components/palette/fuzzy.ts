/** How well a few typed letters fit a text. Pure. */

export interface Fit {
  /** Higher is better. */
  readonly score: number;
  /** Where in the text the letters were found, rising. */
  readonly at: readonly number[];
}

const wordStart = 8;
const following = 5;
const plain = 1;
/** What each letter that is passed over within the text costs, up to a few. */
const gap = 0.2;
const mostGap = 10;

/** Letters without their marks, in lower case, one for each UTF-16 unit of `text`. */
function folded(text: string): string {
  return [...Array(text.length).keys()]
    .map((index) => (text[index] ?? '').normalize('NFD').slice(0, 1).toLowerCase().slice(0, 1))
    .join('');
}

/**
 * All letters of `query` must stand in `text` in their order (spaces between words may be anything); case and accents do
 * not count. Null when they do not. Words that stand together, and beginnings of words, fit best.
 */
export function fuzzy(query: string, text: string): Fit | null {
  const wanted = folded(query.replace(/\s+/g, ''));
  const within = folded(text);
  if (wanted === '') return { score: 0, at: [] };
  const whole = wholeFit(folded(query.trim()), within);
  return whole ?? scattered(wanted, within);
}

/** The query as it stands, somewhere in the text: better than any letters that are scattered. */
function wholeFit(query: string, text: string): Fit | null {
  const starts = [...text.matchAll(new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'g'))].map(
    ({ index }) => index,
  );
  const at = starts.find((index) => isStart(text, index)) ?? starts[0];
  if (at === undefined) return null;
  const score = query.length * (wordStart + following) + (isStart(text, at) ? wordStart : 0) - at * gap;
  return { score, at: Array.from(query, (_, index) => at + index) };
}

function scattered(wanted: string, text: string): Fit | null {
  const at: number[] = [];
  let score = 0;
  for (const letter of wanted) {
    const last = at.at(-1) ?? -1;
    const next = nearest(text, letter, last + 1);
    if (next === null) return null;
    const passed = next - last - 1;
    score += isStart(text, next) ? wordStart : passed === 0 && last >= 0 ? following : plain;
    score -= Math.min(mostGap, passed) * gap;
    at.push(next);
  }
  return { score, at };
}

/** The letter right here, else at the beginning of a word, else anywhere. */
function nearest(text: string, letter: string, from: number): number | null {
  if (text[from] === letter) return from;
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === letter && isStart(text, index)) return index;
  }
  const index = text.indexOf(letter, from);
  return index < 0 ? null : index;
}

function isStart(text: string, index: number): boolean {
  return index === 0 || /[\s\-_/:.,(]/.test(text[index - 1] ?? '');
}
