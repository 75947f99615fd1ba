const mostLines = 12;
const mostUnits = 700;

/** The beginning of a text that is shown at first, at most so many lines and UTF-16 units; never ends within a character. */
export function beginningOf(text: string, lines = mostLines, units = mostUnits): string {
  const first = text.split('\n', lines).join('\n');
  if (first.length <= units) return first;
  const last = first.charCodeAt(units - 1);
  return first.slice(0, last >= 0xd800 && last < 0xdc00 ? units - 1 : units);
}
