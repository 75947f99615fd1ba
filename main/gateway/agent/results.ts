/** What a model reads in place of a result, and results within their limits. Words for models, not for people. */
import type { Millis, Reason } from '../types.ts';
import type { Guard } from './decide.ts';
import { mostCalls } from './decide.ts';

/** Bytes of a result that are kept. */
const largestResult = 64 * 1024;
const keptHead = 48 * 1024;
const keptTail = 14 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** At most 64 KiB of UTF-8: head and tail, with a line between them that says what is missing. */
export function withinLimit(text: string): string {
  if (text.length * 3 <= largestResult) return text;
  const bytes = encoder.encode(text);
  if (bytes.length <= largestResult) return text;
  const head = whole(decoder.decode(bytes.subarray(0, keptHead)));
  const tail = whole(decoder.decode(bytes.subarray(bytes.length - keptTail)));
  const missing = text.length - head.length - tail.length;
  return `${head}\n[… ${String(missing)} characters are left out here …]\n${tail}`;
}

/** Without the halves of characters that were cut. */
function whole(text: string): string {
  return text.replace(/^\ufffd+|\ufffd+$/g, '');
}

/** A refusal: what the model reads, and what the window says. */
export interface Refusal {
  readonly text: string;
  readonly reason: Reason;
}

export function refusalOf(guard: Guard, tool: string): Refusal {
  switch (guard) {
    case 'not-owner':
    case 'words-of-others':
      return { text: 'Refused: only the owner may use tools, for what he asked himself.', reason: notPermitted(tool) };
    case 'in-group':
      return { text: 'Refused: tools are not used in groups.', reason: notPermitted(tool) };
    case 'over-api':
      return { text: 'Refused: tools are not used here.', reason: notPermitted(tool) };
    case 'forbidden':
      return { text: 'Refused: the owner does not permit this tool.', reason: notPermitted(tool) };
    case 'too-many':
      return {
        text: `Refused: ${String(mostCalls)} calls were made in this turn, which is the limit. Answer with what is known.`,
        reason: { code: 'tool.limit', params: { tool, limit: mostCalls } },
      };
    case 'unknown':
      return { text: 'Refused: there is no tool of this name.', reason: { code: 'tool.unknown', params: { tool } } };
    case 'malformed':
      return {
        text: 'Refused: the arguments are not a JSON object. Write them again, as the parameters of the tool describe.',
        reason: { code: 'tool.malformed', params: { tool } },
      };
  }
}

function notPermitted(tool: string): Reason {
  return { code: 'tool.not-permitted', params: { tool } };
}

export function refusedByOwner(tool: string): Refusal {
  return {
    text: 'Refused: the owner was asked and did not allow this call. Do not try it again in another way.',
    reason: { code: 'tool.refused', params: { tool } },
  };
}

export function unanswered(tool: string): Refusal {
  return {
    text: 'Refused: the owner was asked for permission and nobody answered in time.',
    reason: { code: 'tool.unanswered', params: { tool } },
  };
}

/** It had begun when the program ended, or was cut in the middle. */
export function unsure(tool: string): Refusal {
  return {
    text:
      'Unknown: this call had begun when it was interrupted. Nobody knows whether it took effect. It is not made ' +
      'again; say so, and look before anything is done twice.',
    reason: { code: 'tool.unsure', params: { tool } },
  };
}

export function timedOut(tool: string, limit: Millis, sideEffects: boolean): Refusal {
  const seconds = Math.max(1, Math.round(limit / 1000));
  const unknown = sideEffects ? ' It may have taken effect all the same.' : '';
  return {
    text: `Failed: no answer within ${String(seconds)} seconds, so the call was given up.${unknown}`,
    reason: { code: 'tool.timeout', params: { tool, seconds } },
  };
}

export function brokeDown(tool: string): Refusal {
  return { text: 'Failed: the tool broke down.', reason: { code: 'tool.failed', params: { tool } } };
}

/** The turn ended before the call could be made. */
export function notMade(tool: string): Refusal {
  return { text: 'Not made: the turn ended before.', reason: { code: 'tool.not-made', params: { tool } } };
}
