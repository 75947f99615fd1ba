/**
 * What a server answered to a call, as text for a model (specification: server/tools, "Tool Result"). Nothing of it is
 * trusted: the shapes are looked at here, and the core marks the whole as written by others.
 */
import type { ToolResult } from '../../gateway/tool.ts';
import { isRecord, visibleLine } from './clean.ts';
import type { Redact } from './log.ts';

/** Bytes (UTF-8) of a result, as the store keeps them. */
export const largestResult = 64 * 1024;
/** Of what is too long the last so many bytes are kept: errors and sums stand at the end. */
const tail = 16 * 1024;
/** Bytes of the line that says what is missing. */
const longestNote = 80;

/** The result of `tools/call`, what `redact` knows taken out before anything is cut; null when it is none. */
export function textOfResult(result: unknown, redact: Redact): ToolResult | null {
  if (!isRecord(result)) return null;
  const content = result['content'] ?? [];
  if (!Array.isArray(content)) return null;
  const texts = content.map(textOfBlock);
  const structured = structuredText(result['structuredContent'], texts);
  const all = [...texts, ...structured].filter((text) => text !== '').join('\n\n');
  const failed = result['isError'] === true;
  const empty = failed ? 'The tool failed without saying why.' : '(The tool answered without any text.)';
  return { ok: !failed, text: all === '' ? empty : withinLimit(redact(all), largestResult) };
}

function textOfBlock(block: unknown): string {
  if (!isRecord(block)) return '(A part of the answer that is not of the protocol was left out.)';
  const text = (name: string): string => (typeof block[name] === 'string' ? block[name] : '');
  switch (block['type']) {
    case 'text':
      return text('text');
    case 'image':
      return `(An image of ${sizeOf(text('data'))}, ${visibleLine(text('mimeType'), 80)}, which is not shown here.)`;
    case 'audio':
      return `(A sound of ${sizeOf(text('data'))}, ${visibleLine(text('mimeType'), 80)}, which is not played here.)`;
    case 'resource_link':
      return `(A link to a resource: ${visibleLine(text('name'), 200)}, ${visibleLine(text('uri'), 500)})`;
    case 'resource':
      return textOfResource(block['resource']);
    default:
      return `(A part of the kind ${visibleLine(text('type'), 80) || 'unknown'} was left out.)`;
  }
}

function textOfResource(resource: unknown): string {
  if (!isRecord(resource)) return '(A resource without contents was left out.)';
  const { uri, text, blob } = resource;
  const name = typeof uri === 'string' ? visibleLine(uri, 500) : 'without an address';
  if (typeof text === 'string') return `(The resource ${name}:)\n${text}`;
  return `(The resource ${name}, ${sizeOf(typeof blob === 'string' ? blob : '')}, which is no text.)`;
}

/** Of what base64 stands for. */
function sizeOf(base64: string): string {
  const bytes = Math.floor((base64.length * 3) / 4);
  return bytes < 1024 ? `${String(bytes)} bytes` : `${String(Math.round(bytes / 1024))} KB`;
}

/** Servers are asked to say the same as text too (specification: "Structured Content"); it is not said twice. */
function structuredText(structured: unknown, texts: readonly string[]): readonly string[] {
  if (structured === undefined || structured === null) return [];
  const compact = JSON.stringify(structured);
  return texts.some((text) => compactOf(text) === compact) ? [] : [JSON.stringify(structured, null, 1)];
}

function compactOf(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return null; // text that begins like JSON and is none
  }
}

/** `text` in at most `limit` bytes of UTF-8: beginning and end, and between them a line that says what is missing. */
export function withinLimit(text: string, limit: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= limit) return text;
  const head = limit - tail - longestNote;
  const missing = bytes.length - head - tail;
  const note = `\n\n(… ${String(missing)} of ${String(bytes.length)} bytes are left out here …)\n\n`;
  return `${wholeHead(bytes.subarray(0, head))}${note}${wholeTail(bytes.subarray(bytes.length - tail))}`;
}

/** Without the beginning of a character that was cut. */
function wholeHead(bytes: Buffer): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
}

function wholeTail(bytes: Buffer): string {
  const start = bytes.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
  return bytes.toString('utf8', Math.max(0, start));
}
