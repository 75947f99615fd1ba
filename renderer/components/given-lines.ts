/** What a tool would be given, as names and values that read as they are. Pure. */
import { beginningOf } from './beginning.ts';
import { visible } from './visible.ts';

export interface GivenLine {
  readonly name: string;
  readonly value: string;
}

export interface ShortGiven {
  readonly lines: readonly GivenLine[];
  /** Names that are left out. */
  readonly more: number;
  /** Something is left out, of a value or altogether. */
  readonly cut: boolean;
}

/** Read as the gateway reads it: of a name that stands there twice the last counts. Null: it is no whole JSON object. */
export function givenLines(json: string): readonly GivenLine[] | null {
  const value = json.trim() === '' ? {} : parsed(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.entries(value).map(([name, given]) => ({ name: visible(name), value: valueText(given) }));
}

/** An empty text would look like nothing at all. */
function valueText(value: unknown): string {
  return visible(typeof value === 'string' && value !== '' ? value : JSON.stringify(value, null, 2));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (failure) {
    if (failure instanceof SyntaxError) return null;
    throw failure;
  }
}

const mostNames = 12;
const nameUnits = 80;
/** Of each value, however many there are. */
const valueLines = 4;
const valueUnits = 160;
/** Of all values together, where there are few of them. */
const allLines = 30;
const allUnits = 700;

/** The beginning of each value rather than all of the first: what it is sent to may stand behind what is sent. */
export function shortGiven(lines: readonly GivenLine[]): ShortGiven {
  const values = Math.max(1, lines.length);
  const units = Math.max(valueUnits, Math.floor(allUnits / values));
  const most = Math.max(valueLines, Math.floor(allLines / values));
  const short = lines.slice(0, mostNames).map(({ name, value }) => ({
    name: shortened(name, 1, nameUnits),
    value: shortened(value, most, units),
  }));
  const more = lines.length - short.length;
  const isCut = short.some(({ name, value }, index) => name !== lines[index]?.name || value !== lines[index]?.value);
  return { lines: short, more, cut: more > 0 || isCut };
}

function shortened(text: string, lines: number, units: number): string {
  const beginning = beginningOf(text, lines, units);
  return beginning.length < text.length ? `${beginning}…` : text;
}
