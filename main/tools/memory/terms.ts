/** The words of a text, as they are looked for: without case and accents, in every script. */

const longestTerm = 40;
/** From so many letters on the beginning of a word finds its other forms. */
const longWord = 6;
const beginning = 5;

/** Scripts that put no spaces between words: two characters in a row stand for a word. */
const words =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]+|[[\p{L}\p{N}]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]]+/gv;
const spaceless = /^[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;

export function termsOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFC')
    .toLowerCase();
  const terms: string[] = [];
  for (const [word] of plain.matchAll(words)) {
    if (spaceless.test(word)) terms.push(...pairsOf(word));
    else terms.push(word.slice(0, longestTerm));
  }
  return terms;
}

function pairsOf(word: string): readonly string[] {
  const characters = [...word];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
}

/** What the forms of a long word have in common (`birthday`, `birthdays`); null for a short one. */
export function stemOf(term: string): string | null {
  return term.length < longWord ? null : `${term.slice(0, beginning)}…`;
}
