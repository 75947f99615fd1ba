/**
 * What came with a question, before a model is asked: files that are still on their way are waited for, at most half a
 * minute of the turn's work; documents are read and voice messages heard, once, and what they say is kept beside them.
 * Then the question is told in words (words.ts), with its pictures for a model that takes pictures.
 *
 * A file that did not come, or that nobody could read, leaves a mark, and the answer says so. A question of which nothing
 * is left is not asked: its reason is the answer.
 */
import { failed, ok, type Result } from '../../lib/result.ts';
import { abortedFailure } from '../models/attempts.ts';
import { noteTold, toldAlready } from '../budget/told.ts';
import type { Calendar } from '../calendar.ts';
import { pause } from '../clock.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import { fileWait, largestText } from '../limits.ts';
import type { Candidate } from '../models/pool.ts';
import type { ChatContent, ChatMessage, ModelFailure, Provider } from '../model.ts';
import type { ModelRegistry } from '../models/models.ts';
import { noteWhenWell } from '../persist.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { Tables } from '../storage.ts';
import type { AttachmentRow, MessageId, MessageRow, ModelRef, Reason, TurnId } from '../types.ts';
import { hear } from './hear.ts';
import { useOf } from './kinds.ts';
import { mostPictureBytes, mostPictures, pictureContent, pictureType, type Picture } from './pictures.ts';
import { textIn } from './text-bytes.ts';
import { captionOf, filesOf, withEarlier, withFiles } from './words.ts';

export interface Media {
  /** For one candidate. Fails where there is nothing to ask, and as aborted. What takes time happens once in a turn. */
  question(turn: StartedTurn, candidate: Candidate, signal: AbortSignal): Promise<Result<Question, ModelFailure>>;
  /** What the person is told below an answer: the first file that went unread; null when there is none. */
  unread(turn: StartedTurn, model: ModelRef): Reason | null;
}

/** The question of a turn as one model is asked it. */
export interface Question {
  readonly inputs: readonly MessageRow[];
  readonly pictures: readonly ChatContent[];
  /** What the pictures take of the model's window, about. */
  readonly tokens: number;
}

export interface MediaParts {
  readonly ports: GatewayPorts;
  readonly events: Events;
  readonly models: Pick<ModelRegistry, 'pool' | 'budget' | 'timeouts'>;
  readonly calendar: Pick<Calendar, 'startOfDay'>;
}

/** Messages, questions and answers: pictures among the last so many go out with the next question once more. */
const shownAgain = 4;
/** A picture's price depends on its size, which nobody tells. */
const tokensPerPicture = 1_000;
/** Turns whose files are remembered, at most: more than can run at once. */
const mostTurns = 128;
/** Stands in a question in place of pictures that the server has refused. */
export const insteadOfPictures = '[The pictures are left out: you cannot be shown any.]';

/** What is known of a turn's files while it runs. */
interface TurnFiles {
  /** Which messages were looked at: a question may be changed, or fall away. */
  readonly of: string;
  /** Files that had not come when the question went on without them; they may have come since. */
  readonly absent: ReadonlySet<string>;
  /** Why sounds were not heard, by file. */
  readonly unheard: ReadonlyMap<string, Reason>;
  readonly pictures: readonly Picture[];
  /** Those of the questions before, which may be asked about further. */
  readonly earlier: readonly Picture[];
  /** Providers that were asked for an answer. */
  readonly providers: Map<ModelRef, { readonly provider: Provider; readonly model: string; readonly sees: boolean }>;
}

export function createMedia(parts: MediaParts): Media {
  const { storage } = parts.ports;
  const turns = new Map<TurnId, TurnFiles>();
  const look = async (turn: StartedTurn, signal: AbortSignal): Promise<TurnFiles> => {
    const of = turn.inputs.map(({ id, revision }) => `${id}/${String(revision)}`).join(' ');
    const known = turns.get(turn.row.id);
    if (known?.of === of) return known;
    await arrived(parts, turn.inputs, signal);
    const absent = new Set(
      turn.inputs
        .flatMap((input) => filesOf(storage.read, input))
        .flatMap(({ id, state }) => (state === 'pending' ? [id] : [])),
    );
    const unheard = await readAll(parts, turn, signal);
    const pictures = await picturesOf(parts, turn.inputs);
    const earlier = await picturesOf(parts, questionsBefore(storage.read, turn), pictures);
    const found = { of, absent, unheard, pictures, earlier, providers: new Map() };
    forgetEnded(storage.read, turns);
    if (!signal.aborted) remember(turns, turn.row.id, found);
    return found;
  };
  return {
    async question(turn, candidate, signal) {
      const { read } = storage;
      const concerned = [...questionsBefore(read, turn), ...turn.inputs];
      if (concerned.every((message) => filesOf(read, message).length === 0)) {
        return ok({ inputs: turn.inputs, pictures: [], tokens: 0 });
      }
      const files = await look(turn, signal);
      if (signal.aborted) return failed(abortedFailure);
      const nothing = nothingToAsk(parts, turn, files);
      if (nothing !== null) return failed(await told(parts, turn, nothing));
      const provider = await candidate.provider.adapter();
      const sees = (await provider.sees?.(candidate.model, signal)) ?? provider.sees !== undefined;
      files.providers.set(candidate.ref, { provider, model: candidate.model, sees });
      const earlier = sees ? files.earlier : [];
      const pictures = sees ? [...earlier, ...files.pictures] : [];
      const shown = new Set(pictures.map(({ attachment }) => attachment.id));
      const inputs = turn.inputs.map((input) => withFiles(read, input, shown));
      return ok({
        inputs: withEarlier(
          inputs,
          earlier.map(({ attachment }) => attachment),
        ),
        pictures: pictures.map(({ content }) => content),
        tokens: pictures.length * tokensPerPicture,
      });
    },
    unread(turn, model) {
      const files = turns.get(turn.row.id);
      return files === undefined ? null : firstUnread(parts, turn, files, model);
    },
  };
}

/** The question's pictures below its words: it is the last message of the person's side. */
export function withPictures(
  messages: readonly ChatMessage[],
  pictures: readonly ChatContent[],
): readonly ChatMessage[] {
  if (pictures.length === 0) return messages;
  const last = messages.findLastIndex(({ role }) => role === 'user');
  return messages.map((message, index) =>
    index === last && message.role === 'user' ? { ...message, content: [...message.content, ...pictures] } : message,
  );
}

/** Pictures take megabytes of each turn: only one that still runs, or waits for the owner, is asked about again. */
function forgetEnded(read: Pick<Tables, 'turns'>, turns: Map<TurnId, TurnFiles>): void {
  for (const id of [...turns.keys()]) if (read.turns.get(id)?.state !== 'running') turns.delete(id);
}

function remember(turns: Map<TurnId, TurnFiles>, turn: TurnId, files: TurnFiles): void {
  turns.delete(turn);
  turns.set(turn, files);
  for (const oldest of turns.keys()) {
    if (turns.size <= mostTurns) break;
    turns.delete(oldest);
  }
}

/** Resolves when every file of the messages is here or given up, at the latest after {@link fileWait}. */
async function arrived({ ports, events }: MediaParts, messages: readonly MessageRow[], signal: AbortSignal) {
  const { storage, clock } = ports;
  const ids: ReadonlySet<MessageId> = new Set(messages.map(({ id }) => id));
  const isHere = (): boolean =>
    messages.every((message) => filesOf(storage.read, message).every(({ state }) => state !== 'pending'));
  if (isHere()) return;
  const over = new AbortController();
  using _watch = events.subscribe((event) => {
    if (event.kind === 'message' && ids.has(event.message.id) && isHere()) over.abort();
  });
  await pause(clock, fileWait, AbortSignal.any([over.signal, signal]));
}

/** Reads documents and hears voices that nobody has read or heard yet; answers why some were not heard. */
async function readAll(
  parts: MediaParts,
  turn: StartedTurn,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Reason>> {
  const { storage } = parts.ports;
  const unheard = new Map<string, Reason>();
  for (const input of turn.inputs) {
    for (const file of filesOf(storage.read, input)) {
      if (signal.aborted) return unheard;
      if (file.state !== 'stored' || storage.read.attachments.words(file.id, 1) !== null) continue;
      const use = useOf(file);
      if (use === 'document') await readDocument(parts, file, signal);
      if (use !== 'sound') continue;
      const reason = await hearSound(parts, turn, input, file, signal);
      if (reason !== null) unheard.set(file.id, reason);
    }
  }
  return unheard;
}

async function readDocument({ ports }: MediaParts, { id, file }: AttachmentRow, signal: AbortSignal): Promise<void> {
  const bytes = file === null ? null : await ports.files.read(file, largestText);
  const text = bytes === null ? null : textIn(bytes);
  if (text === null) return;
  await noteWhenWell(ports.storage, signal, (tables) => tables.attachments.putWords(id, text));
}

/** Null when it was heard. */
async function hearSound(
  { ports, events, models }: MediaParts,
  { row }: StartedTurn,
  message: MessageRow,
  sound: AttachmentRow,
  signal: AbortSignal,
): Promise<Reason | null> {
  if (ports.settings.get('media.transcription') === '') return { code: 'media.no-transcription' };
  const owner = { link: row.link, conversation: row.conversation, turn: row.id };
  const heard = await hear({ ports, models }, sound, owner, signal);
  if (!heard.ok) return heard.failure;
  const changed = ports.storage.read.messages.get(message.id);
  if (changed !== null) events.publish({ kind: 'message', message: changed, added: false });
  events.publish({ kind: 'usage' });
  return null;
}

/** The newest ones that fit beside `others`, in the order in which they came. */
async function picturesOf(
  { ports }: MediaParts,
  messages: readonly MessageRow[],
  others: readonly Picture[] = [],
): Promise<readonly Picture[]> {
  const files = messages.flatMap((message) => filesOf(ports.storage.read, message)).filter(isPicture);
  const pictures: Picture[] = [];
  let left = mostPictureBytes - others.reduce((sum, { size }) => sum + size, 0);
  for (const attachment of files.toReversed()) {
    if (others.length + pictures.length === mostPictures) break;
    const bytes = attachment.file === null ? null : await ports.files.read(attachment.file, left);
    const type = bytes === null ? null : pictureType(bytes);
    if (bytes === null || type === null) continue;
    left -= bytes.length;
    pictures.unshift({ attachment, size: bytes.length, content: pictureContent(type, bytes) });
  }
  return pictures;
}

/** What was asked and answered right before: its pictures are often what is asked about next. */
function questionsBefore(
  read: Pick<Tables, 'messages'>,
  { row, inputs, conversation }: StartedTurn,
): readonly MessageRow[] {
  const own = new Set(inputs.map(({ id }) => id));
  const [first = 0] = inputs.map(({ seq }) => seq);
  return read.messages
    .ofContext(conversation.id, row.contextNo, shownAgain + inputs.length)
    .filter(({ id, seq, kind, state }) => !own.has(id) && seq < first && kind === 'person' && state === 'answered');
}

/** Null when there is a word, or a picture, to be answered. */
function nothingToAsk({ ports }: MediaParts, { inputs }: StartedTurn, found: TurnFiles): Reason | null {
  const { read } = ports.storage;
  const files = inputs.map((input) => ({ input, files: filesOf(read, input) }));
  const asks = files.some(
    ({ input, files: own }) =>
      own.length === 0 ||
      captionOf(input).trim() !== '' ||
      own.some((file) => isPicture(file) || read.attachments.words(file.id, 1) !== null),
  );
  if (asks) return null;
  const reasons = files.flatMap(({ files: own }) => own.map((file) => whyUnread(file, found)));
  return reasons.find((reason) => reason !== null) ?? null;
}

function isPicture(file: AttachmentRow): boolean {
  return file.state === 'stored' && useOf(file) === 'picture';
}

/** Of one that has no words. */
function whyUnread(file: AttachmentRow, { absent, unheard }: Pick<TurnFiles, 'absent' | 'unheard'>): Reason | null {
  const params = { name: file.name };
  if (file.state === 'pending' || (file.state === 'stored' && absent.has(file.id)))
    return { code: 'media.not-here', params };
  if (file.state === 'failed') return file.reason ?? { code: 'media.not-fetched', params };
  return unheard.get(file.id) ?? { code: 'media.unread', params };
}

function firstUnread({ ports }: MediaParts, { inputs }: StartedTurn, found: TurnFiles, model: ModelRef): Reason | null {
  const { read } = ports.storage;
  const asked = found.providers.get(model);
  const blind = asked !== undefined && (!asked.sees || asked.provider.refusesPictures?.(asked.model) === true);
  const shown = new Set(found.pictures.map(({ attachment }) => attachment.id));
  for (const file of inputs.flatMap((input) => filesOf(read, input))) {
    if (!isPicture(file)) {
      if (read.attachments.words(file.id, 1) === null) return whyUnread(file, found);
      continue;
    }
    if (blind) return { code: 'media.unseen', params: { model } };
    if (!shown.has(file.id)) return { code: 'media.left-out', params: { name: file.name } };
  }
  return null;
}

/** How hearing is set up is said to the owner once a day in each chat. */
async function told({ ports, calendar }: MediaParts, turn: StartedTurn, reason: Reason): Promise<ModelFailure> {
  const { storage, clock } = ports;
  const { id } = turn.conversation;
  const day = calendar.startOfDay(clock.now());
  const hint: Reason = { code: 'media.set-transcription' };
  const hints =
    reason.code === 'media.no-transcription' && turn.role === 'owner' && !toldAlready(storage.read, id, hint, day);
  if (hints) await storage.note((tables) => noteTold(tables, id, hint, day));
  return { class: 'invalid-request', reason: hints ? hint : reason, detail: 'nothing of the question can be read' };
}
