/**
 * What a turn has done so far, as servers take it: each answer that called tools, followed by one result for each of its
 * calls. Servers refuse the whole prompt over one that is missing, doubled, misnamed or malformed, so whatever the model
 * wrote and wherever the turn was cut, what stands here is in order.
 */
import type { StepWithCalls, ToolCallRow } from '../agent/types.ts';
import { markUntrusted } from '../agent/untrusted.ts';
import type { ChatMessage, ToolCall } from '../model.ts';
import { estimateTokens } from '../tokens.ts';
import { clip } from './clip.ts';
import { costOf } from './turns.ts';

export interface StepRoom {
  /** Tokens for all of it. */
  readonly room: number;
  /** Tokens that one result may take. */
  readonly largest: number;
  readonly readMore: boolean;
}

export interface StepMessages {
  readonly messages: readonly ChatMessage[];
  readonly tokens: number;
}

/** A result that is cut to less than this says nothing any more. */
const fewestTokens = 64;
const longestName = 64;
const noResult = 'There is no result: the call was not carried out.';

/** What `read_more` knows a result by. */
function resultId({ id }: Pick<ToolCallRow, 'id'>): string {
  return `t:${id}`;
}

/**
 * Results are cut further and further until all steps fit; when even that is not enough, the oldest steps are left out
 * whole. The last one stays whatever it takes: without it the model would only do the same again.
 */
export function stepMessages(steps: readonly StepWithCalls[], { room, largest, readMore }: StepRoom): StepMessages {
  const called = steps.filter(({ calls }) => calls.length > 0);
  for (let cap = largest; cap > fewestTokens; cap = Math.floor(cap / 2)) {
    const told = called.map((step) => tell(step, cap, readMore));
    if (sumOf(told) <= room) return joined(told);
  }
  const told = called.map((step) => tell(step, fewestTokens, readMore));
  while (told.length > 1 && sumOf(told) > room) told.shift();
  return joined(told);
}

function joined(steps: readonly StepMessages[]): StepMessages {
  return {
    messages: steps.flatMap(({ messages }) => messages),
    tokens: sumOf(steps),
  };
}

function sumOf(steps: readonly StepMessages[]): number {
  return steps.reduce((sum, { tokens }) => sum + tokens, 0);
}

function tell({ row, calls }: StepWithCalls, cap: number, readMore: boolean): StepMessages {
  const ordered = calls.toSorted((left, right) => left.position - right.position);
  const ids = distinctIds(ordered);
  const toolCalls = ordered.map((call, index): ToolCall => {
    return { id: ids[index] ?? '', name: wellNamed(call.name), arguments: wellFormed(call.arguments, cap) };
  });
  const results = ordered.map((call, index): ChatMessage => {
    const text = call.result === null || call.result === '' ? noResult : call.result;
    const clipped = clip(text, cap, readMore ? resultId(call) : null);
    const content = call.outside ? markUntrusted(call.id, wellNamed(call.name), clipped) : clipped;
    return { role: 'tool', callId: ids[index] ?? '', content };
  });
  const content = clip(row.text, cap, null);
  const messages: readonly ChatMessage[] = [{ role: 'assistant', content, toolCalls }, ...results];
  return { messages, tokens: messages.reduce((sum, message) => sum + costOfMessage(message), 0) };
}

function costOfMessage(message: ChatMessage): number {
  if (message.role === 'user') return 0;
  const calls = message.role === 'assistant' ? message.toolCalls : [];
  return calls.reduce(
    (sum, call) => sum + estimateTokens(call.name) + estimateTokens(call.arguments),
    costOf(message.content),
  );
}

/** An id names one call: the second of the same name, or one without any, gets one of its own. */
function distinctIds(calls: readonly ToolCallRow[]): readonly string[] {
  const taken = new Set<string>();
  return calls.map(({ callId, position }) => {
    let id = callId.trim() === '' ? `call_${String(position)}` : callId;
    while (taken.has(id)) id = `${id}_${String(position)}`;
    taken.add(id);
    return id;
  });
}

/** OpenAI's rule for names of functions, which a model that makes one up does not know. */
function wellNamed(name: string): string {
  const clean = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, longestName);
  return clean === '' ? 'unknown' : clean;
}

/** Templates of local servers read the arguments; what is no object of JSON makes them fail. The result tells of it. */
function wellFormed(written: string, cap: number): string {
  if (estimateTokens(written) > cap) return '{}';
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? written : '{}';
  } catch {
    // The model wrote it: its own call has failed for that, and says so.
    return '{}';
  }
}
