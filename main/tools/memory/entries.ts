/** What is written into notes: one point of a list for each thing that is remembered. */

/** Characters of one entry. */
export const longestEntry = 4000;

/** The text of an entry on the lines of one list point, so that it cannot begin a heading or another entry. Null: no text. */
export function entryOf(text: string, time: string | null): string | null {
  const plain = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\S\n]+$/gm, '')
    // Signs that steer a terminal or turn the direction of writing belong to no note.
    .replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, (sign) => (sign === '\n' || sign === '\t' ? sign : ''))
    .trim();
  if (plain === '' || plain.length > longestEntry) return null;
  return `- ${time === null ? '' : `${time} `}${plain.replace(/\n+/g, '\n  ')}`;
}

/** The note with the entry at its end, its line ends kept; null when just this entry is in it. */
export function withEntry(now: string | null, title: string, entry: string): string | null {
  if (now === null || now.trim() === '') return `# ${title}\n\n${entry}\n`;
  const end = now.includes('\r\n') ? '\r\n' : '\n';
  const lines = entry.replaceAll('\n', end);
  if (`${end}${now}${end}`.includes(`${end}${lines}${end}`)) return null;
  return `${now}${now.endsWith('\n') ? '' : end}${lines}${end}`;
}

/**
 * What somebody made of `base` while it became `now`: both changes where one of them only added at the end, else null.
 */
export function merged(base: string, now: string, theirs: string): string | null {
  if (now === base || now === theirs) return theirs;
  if (theirs === base) return now;
  if (now.startsWith(base)) return `${endedAs(base, theirs)}${now.slice(base.length)}`;
  if (theirs.startsWith(base)) return `${endedAs(base, now)}${theirs.slice(base.length)}`;
  return null;
}

/** What is added behind a line's end needs one before it. */
function endedAs(base: string, text: string): string {
  return base.endsWith('\n') && text !== '' && !text.endsWith('\n') ? `${text}\n` : text;
}
