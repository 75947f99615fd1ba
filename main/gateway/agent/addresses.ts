/** Whether an address stands in a text as a whole, so that whoever asks for it adds nothing to it. */

/** What an address may go on with; a sentence's end behind it is no part of it. */
const inside = /[\p{L}\p{N}\-._~:/?#[\]@!$&'()*+,;=%]/u;
const sentenceEnd = /^[.,;:!?)\]'"]*(?:\s|$|[<>"'`|)\]}])/u;

/** `address` as a whole; its scheme and a slash at the end may be left out in the text. */
export function standsIn(address: string, text: string): boolean {
  const bare = address
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/$/, '');
  if (bare === '') return false;
  for (let at = text.indexOf(bare); at !== -1; at = text.indexOf(bare, at + 1)) {
    if (beginsAt(text, at) && endsAt(text, at + bare.length)) return true;
  }
  return false;
}

function beginsAt(text: string, at: number): boolean {
  if (at === 0) return true;
  if (/https?:\/\/$/i.test(text.slice(Math.max(0, at - 8), at))) return true;
  const before = text.charAt(at - 1);
  return !inside.test(before) || before === '(' || before === '[' || before === "'";
}

function endsAt(text: string, end: number): boolean {
  const rest = text.slice(end, end + 40);
  const after = rest.startsWith('/') ? rest.slice(1) : rest;
  return after === '' || !inside.test(after.charAt(0)) || sentenceEnd.test(after);
}
