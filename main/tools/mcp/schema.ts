/**
 * The schema of a tool's parameters as a model may get it. Everything in it is the server's own text, so only words of
 * JSON Schema are kept, each description is short, and the whole has a size.
 */
import { isRecord, visible } from './clean.ts';

/** Characters of it as JSON; what is larger goes without descriptions, and then not at all. */
const largest = 16 * 1024;
/** Of one description inside. */
const longestDescription = 300;
/** Of a value such as a default or a choice; longer ones are left out. */
const longestValue = 200;
/** Of a parameter's name, which has to be sent back as it is. */
const longestName = 128;
const deepest = 12;

const schemas: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'not', 'contains', 'propertyNames']);
const lists: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const maps: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions']);
const texts: ReadonlySet<string> = new Set(['description', 'title']);
const values: ReadonlySet<string> = new Set([
  'type',
  'required',
  'enum',
  'const',
  'default',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
]);

/** Thrown and caught in this file alone: the walk is deep. */
class Unfit extends Error {}

/** Null when it is no schema of an object, or cannot be made small enough to be used. */
export function cleanSchema(schema: unknown): Readonly<Record<string, unknown>> | null {
  if (!isRecord(schema) || schema['type'] !== 'object') return null;
  for (const described of [true, false]) {
    const cleaned = attempt(schema, described);
    if (cleaned === null) return null;
    if (JSON.stringify(cleaned).length <= largest) return cleaned;
  }
  return null;
}

function attempt(schema: Readonly<Record<string, unknown>>, described: boolean): Record<string, unknown> | null {
  try {
    return { ...cleanRecord(schema, described, 0), type: 'object' };
  } catch (error) {
    if (error instanceof Unfit) return null;
    throw error;
  }
}

function cleanNode(node: unknown, described: boolean, depth: number): unknown {
  if (typeof node === 'boolean') return node;
  if (!isRecord(node) || depth > deepest) throw new Unfit();
  return cleanRecord(node, described, depth);
}

function cleanRecord(
  node: Readonly<Record<string, unknown>>,
  described: boolean,
  depth: number,
): Record<string, unknown> {
  const cleaned: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (schemas.has(key)) cleaned[key] = cleanNode(value, described, depth + 1);
    else if (lists.has(key)) cleaned[key] = cleanList(value, described, depth);
    else if (maps.has(key)) cleaned[key] = cleanMap(value, described, depth);
    else if (values.has(key)) Object.assign(cleaned, cleanValue(key, value));
    // A reference to somewhere else would be fetched by nobody.
    else if (key === '$ref' && typeof value === 'string' && /^#[\w/$%.~-]{0,200}$/.test(value)) cleaned[key] = value;
    else if (described && texts.has(key) && typeof value === 'string')
      cleaned[key] = visible(value, longestDescription);
  }
  return cleaned;
}

function cleanList(value: unknown, described: boolean, depth: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unfit();
  return value.map((item) => cleanNode(item, described, depth + 1));
}

function cleanMap(value: unknown, described: boolean, depth: number): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new Unfit();
  const entries = Object.entries(value).map(([name, node]): [string, unknown] => {
    if (name.length > longestName || visible(name, longestName) !== name) throw new Unfit();
    return [name, cleanNode(node, described, depth + 1)];
  });
  return Object.fromEntries(entries);
}

/** What does not fit is left out: the server looks at what it gets anyway. Without these two nothing could be called. */
function cleanValue(key: string, value: unknown): Readonly<Record<string, unknown>> {
  if (fits(value, 0)) return { [key]: value };
  if (key === 'type' || key === 'required') throw new Unfit();
  return {};
}

/** Numbers, short words, and a few levels of lists and records of them. */
function fits(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return true;
  if (typeof value === 'string') return value.length <= longestValue && visible(value, longestValue) === value.trim();
  if (depth > 3) return false;
  if (Array.isArray(value)) return value.every((item) => fits(item, depth + 1));
  return isRecord(value) && Object.entries(value).every((entry) => fits(entry, depth + 1));
}
