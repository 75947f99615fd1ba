/** Counts for servers that give none: about four characters a token, and four tokens for the frame of a message. */
import type { ModelRequest, ModelUsage } from '../gateway/model.ts';

/** Tokens of a text of `characters` UTF-16 units. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / 4);
}

/** Characters of a token are a few; so many of each one that was allowed come only from a server that knows no limit. */
const mostPerToken = 256;

/** Whether a call has written more, in UTF-16 units, than the tokens it may write can be: it is to be ended. */
export function isEndless({ maxOutputTokens }: ModelRequest, written: number): boolean {
  return written > maxOutputTokens * mostPerToken;
}

/** The usage of a call for which the server named no counts; `written` is what it wrote, in UTF-16 units. */
export function estimateUsage(request: ModelRequest, written: number): ModelUsage {
  let read = 0;
  for (const message of request.messages) {
    read += 16;
    if (message.role === 'user') {
      // A picture's address says nothing of its price; 1,000 tokens are the order of magnitude everywhere.
      for (const part of message.content) read += part.kind === 'text' ? part.text.length : 4000;
    } else {
      read += message.content.length;
      if (message.role === 'assistant') for (const call of message.toolCalls) read += call.arguments.length;
    }
  }
  if (request.tools !== undefined) read += JSON.stringify(request.tools).length;
  return { inputTokens: estimateTokens(read), outputTokens: estimateTokens(written), estimated: true };
}
