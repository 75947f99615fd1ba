/**
 * Whether a text says nothing but what the owner has just said himself, so that nobody else's words can be in it: its
 * words are his, all of them, in his order and without a gap, within one message of his; only a few words that mean
 * nothing by themselves ("the", "my", "the user's") may come and go. Words are compared as a whole, whatever stands in
 * them: addresses, numbers, signs that are not seen. Accents, case and the marks at the ends of a word do not count.
 *
 * A "not" must not get lost on the way: as many as the message has stand in the text. What is long is asked about: nobody
 * dictates a page, but many paste one.
 */

/** Characters of a text that may be taken for the owner's words, and of a message that they are looked for in. */
const longestText = 300;
const longestMessage = 1_000;
/** So many words without meaning a text may have at most; more of them could be a writing of their own. */
const mostFillers = 8;

/** "I have a boat" becomes "The user has a boat", and nothing is added by that. */
const fillers: ReadonlySet<string> = new Set(
  (
    "i i'm i've me my mine myself am is are was have has a an the that this user user's users owner owner's he she they " +
    'his her their him them to of ' +
    'ich mir mich mein meine meinen meinem meiner meines bin ist sind habe hat der die das den dem des dass ein eine ' +
    'einen nutzer nutzers besitzer besitzers er sie sein seine seinen seinem ihr ihre'
  ).split(' '),
);

/** In languages in which people are likely to say them. */
const denials: ReadonlySet<string> = new Set(
  (
    'not no never none nobody nothing without cannot dont doesnt nicht nie niemals nichts niemand ohne ne pas jamais ' +
    'sans non nunca jamas sin mai senza nao nem niet geen nooit zonder bez inte ikke ei'
  ).split(' '),
);

/** `known`: the owner's own messages. False for a text without any word that carries meaning. */
export function saysOnly(text: string, known: readonly string[]): boolean {
  if (text.length > longestText) return false;
  const said = wordsOf(text);
  const telling = said.filter((word) => !fillers.has(word));
  if (telling.length === 0 || said.length - telling.length > mostFillers) return false;
  return known.some((message) => {
    if (message.length > longestMessage) return false;
    const own = wordsOf(message).filter((word) => !fillers.has(word));
    return countDenials(own) === countDenials(telling) && standsTogether(telling, own);
  });
}

function standsTogether(words: readonly string[], own: readonly string[]): boolean {
  return own.some((_, start) => words.every((word, index) => own[start + index] === word));
}

function countDenials(words: readonly string[]): number {
  return words.filter((word) => denials.has(word) || /n't$|^kein/.test(word)).length;
}

/** Whatever stands between blanks is a word, but for the marks of a sentence round it. */
function wordsOf(text: string): readonly string[] {
  const folded = text
    .normalize('NFKD')
    // Only accents: in many scripts a mark makes another word, and some marks are letters.
    .replace(/[\u0300-\u035f]/g, '')
    .replace(/[\u2018\u2019]/g, "'")
    .toLowerCase()
    .replaceAll('ß', 'ss');
  return folded
    .split(/\s+/)
    .map((word) =>
      word.replace(/^[.,;:!?'"()\u201c-\u201f\u00ab\u00bb\u2026]+|[.,;:!?'"()\u201c-\u201f\u00ab\u00bb\u2026]+$/g, ''),
    )
    .filter((word) => word !== '');
}
