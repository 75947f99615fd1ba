/* The text of a message to be sent or edited: parsed, trimmed and measured as the service does it. */
import { isRecord } from '../lib/json.ts';
import { parseHtml } from './html.ts';
import type { Params } from './params.ts';
import type { Entity, User } from './types.ts';

export type PreparedText =
  | { readonly ok: true; readonly text: string; readonly entities: readonly Entity[] }
  | { readonly ok: false; readonly description: string };

/** UTF-16 units of text after entities have been parsed. */
const longestText = 4096;
/** Bytes of the text as it comes in. */
const longestSource = 32_768;

/** Reads `text`, `parse_mode` and `entities`. The Markdown modes are not spoken here and are refused like unknown ones. */
export function prepareText(params: Params, userOf: (id: number) => User | undefined): PreparedText {
  const source = params.text('text');
  if (source === '') return no('message text is empty');
  if (Buffer.byteLength(source) > longestSource) return no('text is too long');
  const mode = params.text('parse_mode').toLowerCase();
  if (mode === 'html') {
    const parsed = parseHtml(source, userOf);
    return parsed.ok ? fit(parsed.text, parsed.entities) : no(`can't parse entities: ${parsed.description}`);
  }
  if (mode !== '' && mode !== 'none') return no('unsupported parse_mode');
  const given = params.json('entities');
  const entities: Entity[] = [];
  for (const raw of Array.isArray(given) ? given : []) {
    const entity = entityOf(raw);
    if (entity === undefined) return no("can't parse MessageEntity: expected an Object");
    entities.push(entity);
  }
  return fit(source, entities);
}

function no(description: string): PreparedText {
  return { ok: false, description: `Bad Request: ${description}` };
}

function entityOf(raw: unknown): Entity | undefined {
  if (!isRecord(raw)) return undefined;
  const { type, offset, length, url, language } = raw;
  if (typeof type !== 'string' || typeof offset !== 'number' || typeof length !== 'number') return undefined;
  const link = typeof url === 'string' ? { url } : {};
  return { type, offset, length, ...link, ...(typeof language === 'string' ? { language } : {}) };
}

/** White space around the text goes, entities are cut to what remains, and then it is measured. */
function fit(text: string, entities: readonly Entity[]): PreparedText {
  const end = text.trimEnd().length;
  const firstEntity = entities[0]?.offset ?? text.length;
  const begin = Math.min(text.length - text.trimStart().length, firstEntity, end);
  const kept = text.slice(begin, end);
  if (kept.trim() === '') return no('text must be non-empty');
  if (kept.length > longestText) return no('message is too long');
  const fitted = entities
    .map((entity) => ({
      ...entity,
      offset: entity.offset - begin,
      length: Math.min(entity.offset + entity.length, end) - entity.offset,
    }))
    .filter((entity) => entity.length > 0 && entity.offset >= 0);
  return { ok: true, text: kept, entities: fitted };
}
