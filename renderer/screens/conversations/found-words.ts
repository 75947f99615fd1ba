/** The words of a search, marked in the message that it led to: painted by the browser, the message stays as it is drawn. */

/** The query that led here; null for every other way. */
export function queryOf(state: unknown): string | null {
  if (typeof state !== 'object' || state === null || !('found' in state)) return null;
  return typeof state.found === 'string' ? state.found : null;
}

const word = /[\p{L}\p{N}\p{M}]+/gu;
const marks = /\p{M}/gu;

/** Where words of `text` begin like words of `query`, whatever their case and accents. Rising, apart from each other. */
export function placesOf(text: string, query: string): readonly { readonly from: number; readonly to: number }[] {
  const wanted = [...query.matchAll(word)].map(([found]) => folded(found));
  return [...text.matchAll(word)].flatMap(({ 0: found, index }) => {
    const begin = wanted.filter((each) => each !== '' && folded(found).startsWith(each));
    if (begin.length === 0) return [];
    const longest = Math.max(...begin.map((each) => each.length));
    return { from: index, to: index + unfoldedLength(found, longest) };
  });
}

function folded(text: string): string {
  return text.normalize('NFD').replace(marks, '').toLowerCase();
}

/** So many UTF-16 units of `found` say what the first `length` of it say without accents. */
function unfoldedLength(found: string, length: number): number {
  let at = 0;
  for (const character of found) {
    at += character.length;
    if (folded(found.slice(0, at)).length >= length && !marksFollow(found.slice(at))) break;
  }
  return at;
}

function marksFollow(rest: string): boolean {
  return /^\p{M}/u.test(rest);
}

const name = 'found-words';

/** Marks the words below `root` and nowhere else. Browsers that cannot paint like this show the message alone. */
export function markWords(root: Element, query: string): void {
  if (!('highlights' in CSS)) return;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const ranges: Range[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    for (const { from, to } of placesOf(node.textContent ?? '', query)) {
      const range = new Range();
      range.setStart(node, from);
      range.setEnd(node, to);
      ranges.push(range);
    }
  }
  CSS.highlights.set(name, new Highlight(...ranges));
}

export function unmarkWords(): void {
  if ('highlights' in CSS) CSS.highlights.delete(name);
}
