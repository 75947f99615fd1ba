/**
 * A cheap estimate of tokens, used before a call and where a server does not count: about four characters of Latin
 * text, or one and a half of others, make a token; each message costs a few more for its frame.
 */
export const tokensPerMessage = 4;

export function estimateTokens(text: string): number {
  let wide = 0;
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x2ff) wide++;
  }
  return Math.ceil((text.length - wide) / 4 + wide / 1.5);
}

/** The longest head of `text` that is estimated at no more than `tokens`; never cuts a surrogate pair. */
export function headOfTokens(text: string, tokens: number): string {
  let cost = 0;
  let end = 0;
  while (end < text.length) {
    const width = isHighSurrogate(text, end) ? 2 : 1;
    cost += text.charCodeAt(end) > 0x2ff ? width / 1.5 : width / 4;
    if (cost > tokens) break;
    end += width;
  }
  return text.slice(0, end);
}

/** The longest tail, by the same measure. */
export function tailOfTokens(text: string, tokens: number): string {
  let cost = 0;
  let start = text.length;
  while (start > 0) {
    const width = start >= 2 && isHighSurrogate(text, start - 2) ? 2 : 1;
    cost += text.charCodeAt(start - 1) > 0x2ff ? width / 1.5 : width / 4;
    if (cost > tokens) break;
    start -= width;
  }
  return text.slice(start);
}

function isHighSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xd800 && unit <= 0xdbff && index + 1 < text.length;
}
