/**
 * The tool that gives what was cut out of a prompt, piece by piece: of a message, of a tool's result, of a document. It
 * reads nothing but the conversation it is called in; of an id from elsewhere it says the same as of one that is not.
 */
import { readMoreName } from './context.ts';
import { useOf } from '../media/kinds.ts';
import { readsOutside, withFiles } from '../media/words.ts';
import type { Tables } from '../storage.ts';
import { headOfTokens } from '../tokens.ts';
import type { Tool, ToolResult } from '../tool.ts';
import type { ConversationId, MessageRow } from '../types.ts';

type Read = Pick<Tables, 'messages' | 'toolCalls' | 'attachments'>;

/** Tokens of one piece: it must stand whole in the next prompt, also of a small model. */
const pieceTokens = 1_800;

interface Source {
  readonly text: string;
  /** Others wrote it. */
  readonly outside: boolean;
}

export function createReadMoreTool(read: Read): Tool {
  return {
    description: {
      name: readMoreName,
      description:
        'Gives the next piece of a message, a result or a document of this conversation that was too long to be shown ' +
        'whole. Where something was left out stands the id to ask for.',
      parameters: {
        type: 'object',
        properties: {
          id: { type: 'string', description: 'The id that stands where something was left out.' },
          from: { type: 'integer', minimum: 0, description: 'The character to begin with. Left out: the beginning.' },
        },
        required: ['id'],
        additionalProperties: false,
      },
    },
    sideEffects: false,
    // Of each piece the result says it; whoever does not look takes the careful answer.
    outside: true,
    permission: 'always',
    run: (input, { conversation }) => Promise.resolve(next(read, conversation, input)),
  };
}

function next(read: Read, conversation: ConversationId, input: unknown): ToolResult {
  const asked = askedFor(input);
  if (asked === null) return { ok: false, text: 'Needed are "id" (text) and, if wanted, "from" (a whole number).' };
  const source = sourceOf(read, conversation, asked.id);
  if (source === null) return { ok: false, text: `There is nothing with the id "${asked.id.slice(0, 80)}" here.` };
  const { text, outside } = source;
  const from = startOf(text, Math.min(asked.from, text.length));
  const piece = headOfTokens(text.slice(from), pieceTokens);
  const to = from + piece.length;
  const place =
    to < text.length
      ? `[characters ${String(from)} to ${String(to)} of ${String(text.length)}; go on with from ${String(to)}]`
      : `[to the end, which is at ${String(text.length)} characters]`;
  return { ok: true, text: `${piece}\n${place}`, outside };
}

function askedFor(input: unknown): { readonly id: string; readonly from: number } | null {
  if (typeof input !== 'object' || input === null || !('id' in input) || typeof input.id !== 'string') return null;
  const from = 'from' in input ? Number(input.from) : 0;
  return Number.isSafeInteger(from) && from >= 0 ? { id: input.id, from } : null;
}

function sourceOf(read: Read, conversation: ConversationId, id: string): Source | null {
  const [kind, rest] = [id.slice(0, 2), id.slice(2)];
  if (kind === 'm:') {
    const message = read.messages.get(rest);
    if (message === null || !isTold(message, conversation)) return null;
    return { text: withFiles(read, message).text, outside: readsOutside(read, [message]) };
  }
  if (kind === 't:') {
    const call = read.toolCalls.get(rest);
    if (call === null || call.conversation !== conversation || call.result === null) return null;
    return { text: call.result, outside: call.outside };
  }
  const file = read.attachments.get(id);
  const message = file === null ? null : read.messages.get(file.message);
  const words = file === null ? null : read.attachments.words(file.id);
  if (file === null || message === null || words === null || !isTold(message, conversation)) return null;
  return { text: words.text, outside: message.forwarded || useOf(file) !== 'sound' };
}

/** It is, or was, part of a prompt of this conversation: what was taken back or never allowed is not. */
function isTold({ conversation, kind, state }: MessageRow, asked: ConversationId): boolean {
  if (conversation !== asked || kind === 'notice') return false;
  return state === 'answered' || state === 'answering' || (kind === 'person' && state === 'overheard');
}

/** Not in the middle of a pair. */
function startOf(text: string, from: number): number {
  const unit = text.charCodeAt(from);
  return from > 0 && unit >= 0xdc00 && unit <= 0xdfff ? from - 1 : from;
}
