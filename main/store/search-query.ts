/**
 * From what a person typed to an expression of FTS5. Only runs of letters, digits and marks get through, each quoted,
 * so that no operator, column name or stray quote of the query means anything. All words must be there; what stands in
 * "double quotes" must be there as a phrase; the last word may be only begun.
 */

/** A longer query is cut: each word costs a look into the index. */
const mostWords = 16;

interface Piece {
  readonly words: readonly string[];
  /** Closed by a quote: nothing is still being typed. */
  readonly closed: boolean;
}

function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

function pieces(typed: string): readonly Piece[] {
  const found: Piece[] = [];
  for (const [index, stretch] of typed.split('"').entries()) {
    const words = wordsOf(stretch);
    if (index % 2 === 1) found.push({ words, closed: true });
    else found.push(...words.map((word) => ({ words: [word], closed: false })));
  }
  return found.filter((piece) => piece.words.length > 0);
}

/** Null when there is no word to look for. An odd quote is read as if it were closed at the end. */
export function searchExpression(typed: string): string | null {
  const parts: string[] = [];
  let words = 0;
  let closed = true;
  for (const piece of pieces(typed)) {
    words += piece.words.length;
    if (words > mostWords) break;
    parts.push(`"${piece.words.join(' ')}"`);
    closed = piece.closed;
  }
  if (parts.length === 0) return null;
  return parts.join(' AND ') + (closed ? '' : ' *');
}
