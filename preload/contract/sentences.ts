/**
 * From a template of `resources/i18n` to a sentence: a pure function that the gateway and the window share.
 *
 * `{name}` is replaced by a parameter (numbers in the language's own digits and grouping); a parameter that is missing
 * stays visible as `{name}`. `{cost, money}` is a sum in US dollars, as the language writes it. `{count, plural, one {# message} other {# messages}}` chooses by the language's plural
 * rules, `#` standing for the number; `other` is used for every form that is not named. Branches hold `{name}` but no
 * further plural. `[ at {path}]` is left out as a whole when a parameter in it is missing; brackets without a parameter
 * in them are ordinary text.
 */
export type SentenceParams = Readonly<Record<string, string | number>>;

const placeholder = /\{(\w+)(?:, (money)|, plural,((?:\s*\w+ \{(?:[^{}]|\{\w+\})*\})+)\s*)?\}/g;
const branch = /(\w+) \{((?:[^{}]|\{\w+\})*)\}/g;
const optional = /\[([^[\]]*\{\w+(?:, money)?\}[^[\]]*)\]/g;

/** The sentence in `language` (a BCP 47 tag). Total: an odd template comes out as it is. */
export function formatSentence(template: string, params: SentenceParams, language: string): string {
  const needed = template.replace(optional, (_whole, clause: string) => {
    const names = [...clause.matchAll(placeholder)].map(([, name = '']) => name);
    return names.every((name) => Object.hasOwn(params, name)) ? clause : '';
  });
  return filled(needed, params, language);
}

/** Every parameter a template names, those of optional parts and plural branches included. */
export function parametersOf(template: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, name = '', , branches = ''] of template.matchAll(placeholder)) {
    names.add(name);
    for (const inner of parametersOf(branches.replace(branch, '$2'))) names.add(inner);
  }
  return names;
}

function filled(template: string, params: SentenceParams, language: string): string {
  return template.replace(placeholder, (whole: string, name: string, sum?: string, branches?: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined) return whole;
    if (sum !== undefined) return money(value, language);
    if (branches === undefined) return shown(value, language);
    const count = Number(value);
    const forms = new Map([...branches.matchAll(branch)].map(([, form = '', text = '']) => [form, text]));
    const text = forms.get(new Intl.PluralRules(language).select(count)) ?? forms.get('other') ?? '';
    return filled(text.replaceAll('#', shown(count, language)), params, language);
  });
}

function shown(value: string | number, language: string): string {
  return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
}

/** At least cents, and as many places as the sum has. Sums that were kept as text are read as they were written. */
function money(value: string | number, language: string): string {
  const dollars = Number(typeof value === 'number' ? value : value.replace(/^\$/, ''));
  if (Number.isNaN(dollars)) return String(value);
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  }).format(dollars);
}
