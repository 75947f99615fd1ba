/**
 * Conversations as one long text, Markdown or JSON, made piece by piece so that neither the process nor a window ever holds
 * the whole: each piece says where the next begins, and all of them in order are the text. Nobody has to ask for the next.
 *
 * (beginning) → for each conversation: head → messages → foot → (end). What was said after the first piece was asked for is
 * left out, so that an export of a busy gateway ends.
 */
import type { ExportPiece, ExportPlace, ExportRequest } from '../gateway/storage.ts';
import type { AttachmentRow, ConversationId, ConversationRow, MessageRow } from '../gateway/types.ts';

/** UTF-16 units: a piece fits into one frame of the contract even where each unit takes six bytes there. */
const longestPiece = 150_000;
/** Messages read at once. */
const batch = 50;
/** `seq` of a place behind the last message of its conversation. */
const end = Number.MAX_SAFE_INTEGER;

/** A message with what belongs to it. */
export interface ExportedMessage extends MessageRow {
  readonly attachments: readonly AttachmentRow[];
  readonly earlier: readonly { readonly revision: number; readonly text: string; readonly at: number }[];
}

/** What the text is made of. */
export interface ExportSource {
  get(id: ConversationId): ConversationRow | null;
  /** In the order of their ids, which is that of their beginning; null after the last. */
  after(id: ConversationId): ConversationRow | null;
  messages(conversation: ConversationId, afterSeq: number, limit: number): readonly ExportedMessage[];
  /** Messages up to `until`, of one conversation or all. */
  count(conversation: ConversationId | null, until: number): number;
  newestSeq(): number;
}

/** Where a text begins. */
function beginning(source: ExportSource, { conversation, now }: ExportRequest): ExportPlace {
  const until = source.newestSeq();
  const total = source.count(conversation, until);
  return { conversation: '', seq: end, skip: 0, done: 0, total, until, at: now };
}

/** A stretch of the text that is written as a whole, and the place behind it; null: the end. */
interface Stretch {
  readonly text: string;
  readonly next: ExportPlace | null;
}

/** See {@link Storage.exportPiece}. */
export function exportPiece(source: ExportSource, request: ExportRequest): ExportPiece {
  const begun = request.after ?? beginning(source, request);
  const { total } = begun;
  let place = begun;
  let text = '';
  let skip = begun.skip;
  for (const stretch of stretches(source, request, begun)) {
    const rest = stretch.text.slice(skip);
    const room = longestPiece - text.length;
    if (rest.length > room) {
      const part = text === '' ? whole(rest, room) : '';
      const stays = { ...place, skip: part === '' ? 0 : skip + part.length };
      return { text: text + part, next: stays, done: place.done, total };
    }
    text += rest;
    skip = 0;
    if (stretch.next === null) return { text, next: null, done: total, total };
    place = stretch.next;
  }
  return { text, next: null, done: total, total };
}

/** Not cut within a character. */
function whole(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

function* stretches(source: ExportSource, request: ExportRequest, begun: ExportPlace): Generator<Stretch, void> {
  const form = request.format === 'json' ? json : markdown(request);
  let place = begun;
  const stretch = (text: string, next: Partial<ExportPlace>): Stretch => {
    place = { ...place, skip: 0, ...next };
    return { text, next: place };
  };
  for (;;) {
    if (place.seq === end) {
      const next = following(source, request, place);
      if (next === null) {
        yield { text: form.end(place.conversation === '', place.at), next: null };
        return;
      }
      const opening = form.head(next, place.conversation === '', place.at);
      yield stretch(opening, { conversation: next.id, seq: 0 });
    }
    for (const message of source.messages(place.conversation, place.seq, batch)) {
      if (message.seq > place.until) break;
      yield stretch(form.message(message, place.seq === 0), { seq: message.seq, done: place.done + 1 });
    }
    const [more] = source.messages(place.conversation, place.seq, 1);
    if (more === undefined || more.seq > place.until) yield stretch(form.foot(), { seq: end });
  }
}

/** One that began after the export did is left out. */
function following(source: ExportSource, { conversation }: ExportRequest, place: ExportPlace): ConversationRow | null {
  if (conversation !== null) return place.conversation === '' ? source.get(conversation) : null;
  for (let next = source.after(place.conversation); next !== null; next = source.after(next.id)) {
    if (next.createdAt <= place.at) return next;
  }
  return null;
}

interface Form {
  head(conversation: ConversationRow, first: boolean, at: number): string;
  message(message: ExportedMessage, first: boolean): string;
  foot(): string;
  end(empty: boolean, at: number): string;
}

const opening = (at: number): string =>
  `{"format":"porchlight.conversations","version":1,"exportedAt":${isoTime(at)},"conversations":[`;

const json: Form = {
  head({ id, link, chat, topic, kind, title, model, createdAt }, first, at) {
    const row = { id, link, chat, topic, kind, title, model, createdAt: timeOf(createdAt) };
    return `${first ? opening(at) : ','}\n${JSON.stringify(row).slice(0, -1)},"messages":[`;
  },
  message: (message, first) => `${first ? '' : ','}\n${JSON.stringify(exported(message))}`,
  foot: () => ']}',
  end: (empty, at) => `${empty ? opening(at) : '\n'}]}\n`,
};

function exported(message: ExportedMessage): unknown {
  const { id, at, kind, author, authorName, text, state, reason, contextNo, turn, model, platformId } = message;
  return {
    ...{
      id,
      at: timeOf(at),
      kind,
      author,
      authorName,
      text,
      state,
      reason,
      context: contextNo,
      turn,
      model,
      platformId,
    },
    attachments: message.attachments.map(({ name, type, size, state: held }) => ({ name, type, size, state: held })),
    earlier: message.earlier.map((each) => ({ text: each.text, at: timeOf(each.at) })),
  };
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

function isoTime(at: number): string {
  return JSON.stringify(timeOf(at));
}

/** What persons wrote stands as a quote, so that nothing in it passes for words of somebody else. */
function markdown({ zone, words }: ExportRequest): Form {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const nameOf = ({ kind, authorName, model }: MessageRow): string => {
    if (kind === 'assistant') return model === null ? words.assistant : `${words.assistant} (${model})`;
    return kind === 'notice' ? words.notice : authorName === '' ? words.owner : authorName;
  };
  return {
    head: ({ title, link, createdAt }, first) =>
      `${first ? '' : '\n'}# ${title.replaceAll('\n', ' ') || words.untitled}\n\n${link}, ${format.format(createdAt)}\n`,
    message(message) {
      const about = `**${nameOf(message).replaceAll('\n', ' ')}**, ${format.format(message.at)}`;
      const files = message.attachments.map(({ name, kind, type }) => `[${name || kind}, ${type}]`);
      const text = message.kind === 'person' ? quoted(message.text) : message.text;
      return `\n${[about, text, ...files].filter(Boolean).join('\n\n')}\n`;
    },
    foot: () => '',
    end: () => '',
  };
}

function quoted(text: string): string {
  return text === '' ? '' : text.replaceAll(/^/gm, '> ');
}
