/** A parser of the HTML that parts may consist of: anything else, badly nested or unknown, is a failure. */

export interface Marked {
  readonly text: string;
  /** For each UTF-16 unit of `text`, the marks over it, outermost first. */
  readonly marks: readonly string[];
}

const SIMPLE = new Set(['b', 'i', 's', 'code', 'pre', 'blockquote']);
const REFERENCES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' };
const TOKEN = /<\/([a-z]+)>|<([a-z]+)(?: ([a-z]+)="([^"<>]*)")?>|(&[a-z]+;)|([^<>&])/gsuy;

/** Throws with the place and the cause when `html` is not in the subset. */
export function parseStrict(html: string): Marked {
  const open: string[] = [];
  const marks: string[] = [];
  let text = '';
  let at = 0;
  for (const match of html.matchAll(TOKEN)) {
    const [whole, end, start, attribute, value, reference, character] = match;
    if (match.index !== at) break;
    at += whole.length;
    if (end !== undefined && open.pop() !== end) throw new Error(`</${end}> at ${match.index} closes nothing`);
    if (start !== undefined) open.push(checkTag(start, attribute, value, open));
    const characters = reference === undefined ? (character ?? '') : REFERENCES[reference];
    if (characters === undefined) throw new Error(`${reference} at ${match.index} is unknown`);
    for (let unit = 0; unit < characters.length; unit += 1) marks.push(open.join(' '));
    text += characters;
  }
  if (at !== html.length) throw new Error(`unreadable at ${at}: ${html.slice(at, at + 20)}`);
  if (open.length > 0) throw new Error(`${open.join(', ')} left open`);
  return { text, marks };
}

function checkTag(name: string, attribute: string | undefined, value: string | undefined, open: string[]): string {
  if (open.includes(name)) throw new Error(`<${name}> inside itself`);
  const inner = open.at(-1);
  if (inner === 'code' || (inner === 'pre' && name !== 'code')) throw new Error(`<${name}> inside <${inner}>`);
  if (name === 'a') {
    if (attribute !== 'href' || !/^(?:https?:\/\/|mailto:|tg:\/\/)\S/i.test(value ?? '')) throw new Error('bad <a>');
    return name;
  }
  if (!SIMPLE.has(name)) throw new Error(`<${name}> is unknown`);
  if (attribute === undefined) return name;
  const isLanguage = name === 'code' && inner === 'pre' && attribute === 'class' && /^language-\S+$/.test(value ?? '');
  if (!isLanguage) throw new Error(`<${name} ${attribute}> is unknown`);
  return name;
}
