/** One part of a prompt within so many tokens: its head, its tail, and where the rest can be read. */
import { estimateTokens, headOfTokens, tailOfTokens } from '../tokens.ts';

/** Of the room; the rest of it is for the words between them. */
const headShare = 0.6;
const tailShare = 0.3;

/** `id` is what `read_more` knows the part by; null where nobody may ask. What fits stays as it is. */
export function clip(text: string, tokens: number, id: string | null): string {
  if (fits(text, tokens)) return text;
  const head = headOfTokens(text, Math.floor(tokens * headShare));
  const tail = tailOfTokens(text, Math.floor(tokens * tailShare));
  const count = `${String(text.length - head.length - tail.length)} characters left out`;
  const where = id === null ? '' : `: read_more with id "${id}" and from ${String(head.length)} gives them`;
  return `${head}\n[… ${count}${where} …]\n${tail}`;
}

/** No text takes more than two thirds of a token a character: most need not be counted. */
function fits(text: string, tokens: number): boolean {
  return text.length * (2 / 3) <= tokens || estimateTokens(text) <= tokens;
}
