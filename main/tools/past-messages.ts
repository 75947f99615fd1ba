/**
 * What `recall` finds of past conversations: messages of the owner's own private conversations alone. What was said in
 * groups, or by and to others, stays where it was said.
 */
import type { Storage } from '../gateway/storage.ts';
import type { ConversationRow, LinkId, MessageRow } from '../gateway/types.ts';
import { oneLine } from '../lib/one-line.ts';
import type { FoundMessage, MemoryToolDeps } from './memory/tools.ts';

export interface PastMessageDeps {
  readonly storage: Pick<Storage, 'read' | 'search'>;
  /** The owner alone speaks there with us. */
  readonly isOwners: (conversation: ConversationRow) => boolean;
}

/** Hits of a link that are looked at, first and at most: those of groups and of others may lie before the owner's. */
const looks = [50, 1000] as const;

export function searchPastMessages({
  storage,
  isOwners,
}: PastMessageDeps): NonNullable<MemoryToolDeps['searchMessages']> {
  const ofLink = async (
    query: string,
    limit: number,
    signal: AbortSignal,
    link: LinkId,
  ): Promise<readonly FoundMessage[]> => {
    for (const look of looks) {
      const hits = await storage.search(query, look, signal, link);
      const found = hits.flatMap(({ message, excerpt, file }) => {
        const row = storage.read.messages.get(message);
        const conversation = row === null ? null : storage.read.conversations.get(row.conversation);
        return row === null || conversation === null || !isTold(row) || !isOwners(conversation)
          ? []
          : [foundMessage(row, conversation, excerpt, file ?? null)];
      });
      if (found.length >= limit || hits.length < look || look === looks.at(-1)) return found.slice(0, limit);
    }
    return [];
  };
  return async (query, limit, signal) => {
    const found: FoundMessage[] = [];
    for (const { id } of storage.read.links.all()) found.push(...(await ofLink(query, limit, signal, id)));
    return found.sort((one, other) => other.at - one.at).slice(0, limit);
  };
}

/** Neither what was taken back, nor sentences of the gateway, nor the very question that is being answered. */
function isTold({ kind, state }: MessageRow): boolean {
  return kind !== 'notice' && !['deleted', 'waiting', 'answering'].includes(state);
}

function foundMessage(
  { at, kind, authorName, link }: MessageRow,
  { title }: ConversationRow,
  excerpt: string,
  file: string | null,
): FoundMessage {
  const sender = kind === 'assistant' ? 'the assistant' : authorName === '' ? 'the owner' : authorName;
  // Who sends a document need not have written it.
  const author = file === null ? sender : `in the file ${oneLine(file, 80)}, from ${sender}`;
  return { at, conversation: title === '' ? link : title, author, excerpt };
}
