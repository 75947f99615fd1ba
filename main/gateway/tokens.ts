/**
 * A cheap estimate of tokens, used before a call and where a server does not count: about four characters of Latin
 * text, or one and a half of others, make a token; each message costs a few more for its frame.
 */
export const tokensPerMessage = 4;

/** Twelfths of a token, so that sums of many characters stay exact. */
const narrowCost = 3;
const wideCost = 8;
const whole = 12;

export function estimateTokens(text: string): number {
  let wide = 0;
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x2ff) wide++;
  }
  return Math.ceil(((text.length - wide) * narrowCost + wide * wideCost) / whole);
}

/** The longest head of `text` that is estimated at no more than `tokens`; never cuts a surrogate pair. */
export function headOfTokens(text: string, tokens: number): string {
  let cost = 0;
  let end = 0;
  while (end < text.length) {
    const width = isPair(text, end) ? 2 : 1;
    cost += text.charCodeAt(end) > 0x2ff ? width * wideCost : narrowCost;
    if (cost > tokens * whole) break;
    end += width;
  }
  return text.slice(0, end);
}

/** The longest tail, by the same measure. */
export function tailOfTokens(text: string, tokens: number): string {
  let cost = 0;
  let start = text.length;
  while (start > 0) {
    const width = start >= 2 && isPair(text, start - 2) ? 2 : 1;
    cost += text.charCodeAt(start - 1) > 0x2ff ? width * wideCost : narrowCost;
    if (cost > tokens * whole) break;
    start -= width;
  }
  return text.slice(start);
}

/** A lone half is a character of its own. */
function isPair(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  const next = text.charCodeAt(index + 1);
  return unit >= 0xd800 && unit <= 0xdbff && next >= 0xdc00 && next <= 0xdfff;
}
