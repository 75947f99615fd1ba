/** What is written into notes: one point of a list for each thing that is remembered. */

/** Characters of one entry. */
export const longestEntry = 4000;

/** The text of an entry on the lines of one list point, so that it cannot begin a heading or another entry. Null: no text. */
export function entryOf(text: string, time: string | null): string | null {
  const plain = text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    // Not by a pattern for blanks at a line's end: it tries each blank of a long row of them anew.
    .map((line) => line.trimEnd())
    .join('\n')
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

/** Whether the note has this entry, whatever the times of the two. */
export function isLogged(now: string | null, entry: string): boolean {
  const timeless = (text: string): string => text.replace(/\r\n/g, '\n').replace(/^- \d\d:\d\d /gm, '- ');
  return `\n${timeless(now ?? '')}\n`.includes(`\n${timeless(entry)}\n`);
}

/**
 * What somebody made of `base` while it became `now`: both changes where one of them only added lines at the end, else
 * null.
 */
export function merged(base: string, now: string, theirs: string): string | null {
  if (now === base || now === theirs) return theirs;
  if (theirs === base) return now;
  if (now.startsWith(base)) return withAdded(base, theirs, now.slice(base.length));
  if (theirs.startsWith(base)) return withAdded(base, now, theirs.slice(base.length));
  return null;
}

/** `text`, then the lines that were added behind `base`; null when it was the last line itself that went on. */
function withAdded(base: string, text: string, added: string): string | null {
  const isWhole = base === '' || base.endsWith('\n');
  if (!isWhole && !/^\r?\n/.test(added)) return null;
  return `${text}${isWhole && text !== '' && !text.endsWith('\n') ? '\n' : ''}${added}`;
}
