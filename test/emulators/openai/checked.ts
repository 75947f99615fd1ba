/* What the checks of a request share: a checked value or its refusal, and how values are named in sentences. */
import { jsonTypeName } from '../lib/json.ts';
import type { Refusal } from './errors.ts';

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** A refusal as a checked value. */
export function no(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal };
}

/** The type of a JSON value as the service's sentences have it: `a string`, `an array`, `null`. */
export function withArticle(value: unknown): string {
  const name = jsonTypeName(value);
  if (name === 'null') return name;
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}

/** A value of unknown type inside a sentence. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
