/**
 * Finds sections by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009): words that are rare in
 * the memory count more than frequent ones, and long sections gain nothing by their length. All of it is derived.
 */
import type { Section } from './sections.ts';
import { stemOf, termsOf } from './terms.ts';

/** How soon more of the same word stops counting, and how much length counts; the usual values. */
const saturation = 1.2;
const lengthShare = 0.75;
/** Another form of the word is worth less than the word. */
const stemWeight = 0.4;
const mostQueryTerms = 32;
/** Sections that are gone and still take up space before it is worth to begin anew. */
const bearable = 1000;

export interface Hit {
  readonly section: Section;
  readonly score: number;
}

interface Posting {
  readonly sections: number[];
  readonly counts: number[];
}

export class SearchIndex {
  /** A section that is gone leaves a hole; its postings stay until the index is made anew. */
  readonly #sections: (Section | null)[] = [];
  readonly #lengths: number[] = [];
  readonly #postings = new Map<string, Posting>();
  readonly #files = new Map<string, number[]>();
  #live = 0;
  #words = 0;

  get isWorn(): boolean {
    const gone = this.#sections.length - this.#live;
    return gone > bearable && gone > this.#live;
  }

  /** Every section that can be found, to make a new index of. */
  *sections(): Iterable<Section> {
    for (const section of this.#sections) if (section !== null) yield section;
  }

  remove(file: string): void {
    for (const number of this.#files.get(file) ?? []) {
      this.#sections[number] = null;
      this.#words -= this.#lengths[number] ?? 0;
      this.#live -= 1;
    }
    this.#files.delete(file);
  }

  add(section: Section): void {
    const number = this.#sections.push(section) - 1;
    const terms = termsOf(`${section.path.join(' ')} ${section.text}`);
    this.#lengths.push(terms.length);
    const ofFile = this.#files.get(section.file);
    if (ofFile === undefined) this.#files.set(section.file, [number]);
    else ofFile.push(number);
    this.#live += 1;
    this.#words += terms.length;
    const counts = new Map<string, number>();
    for (const term of terms) {
      counts.set(term, (counts.get(term) ?? 0) + 1);
      const stem = stemOf(term);
      if (stem !== null) counts.set(stem, (counts.get(stem) ?? 0) + 1);
    }
    for (const [term, count] of counts) this.#post(term, number, count);
  }

  /** The best first; of equals the one that was added last. */
  search(query: string, limit: number): readonly Hit[] {
    const scores = new Float64Array(this.#sections.length);
    const terms = [...new Set(termsOf(query))].slice(0, mostQueryTerms);
    const stems = new Set(terms.map(stemOf).filter((stem) => stem !== null));
    for (const term of terms) this.#count(term, 1, scores);
    for (const stem of stems) this.#count(stem, stemWeight, scores);
    return best(scores, limit).flatMap((number) => {
      const section = this.#sections[number] ?? null;
      return section === null ? [] : [{ section, score: scores[number] ?? 0 }];
    });
  }

  #post(term: string, number: number, count: number): void {
    const posting = this.#postings.get(term);
    if (posting === undefined) this.#postings.set(term, { sections: [number], counts: [count] });
    else {
      posting.sections.push(number);
      posting.counts.push(count);
    }
  }

  #count(term: string, weight: number, scores: Float64Array): void {
    const posting = this.#postings.get(term);
    if (posting === undefined) return;
    const { sections, counts } = posting;
    let found = 0;
    for (const number of sections) if (this.#sections[number] !== null) found += 1;
    const rarity = weight * Math.log(1 + (this.#live - found + 0.5) / (found + 0.5));
    const perWord = lengthShare / (this.#words / Math.max(1, this.#live));
    for (let index = 0; index < sections.length; index++) {
      const number = sections[index] ?? 0;
      if (this.#sections[number] === null) continue;
      const count = counts[index] ?? 0;
      const length = 1 - lengthShare + perWord * (this.#lengths[number] ?? 0);
      scores[number] = (scores[number] ?? 0) + (rarity * count * (saturation + 1)) / (count + saturation * length);
    }
  }
}

/** The places of the highest scores above 0, highest first; sorting all of them would take longer than scoring. */
function best(scores: Float64Array, limit: number): readonly number[] {
  const found: number[] = [];
  const scoreOf = (number: number | undefined): number => scores[number ?? -1] ?? 0;
  for (let number = scores.length - 1; number >= 0; number--) {
    if (scoreOf(number) <= (found.length < limit ? 0 : scoreOf(found.at(-1)))) continue;
    if (found.length === limit) found.pop();
    let at = found.length;
    while (at > 0 && scoreOf(found[at - 1]) < scoreOf(number)) at -= 1;
    found.splice(at, 0, number);
  }
  return found;
}
