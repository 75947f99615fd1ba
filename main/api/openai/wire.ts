/** The answers of `/v1/chat/completions`: one object, or chunks as server-sent events. */
import type { ServerResponse } from 'node:http';
import type { ModelUsage, ToolCall } from '../../gateway/model.ts';
import type { ModelRef } from '../../gateway/types.ts';
import { securityHeaders } from '../http/exchange.ts';
import { refusalBody, type Refusal } from './errors.ts';

export type FinishReason = 'stop' | 'length' | 'tool_calls';

/** What stays the same in all chunks of an answer. */
export interface AnswerHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: ModelRef;
}

export function completion(
  head: AnswerHead,
  answer: { readonly text: string; readonly toolCalls: readonly ToolCall[] },
  finish: FinishReason,
  usage: ModelUsage | null,
): unknown {
  const calls = answer.toolCalls.map(toolCall);
  const empty = answer.text === '' && calls.length > 0;
  return {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: empty ? null : answer.text,
          refusal: null,
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finish,
      },
    ],
    ...(usage === null ? {} : { usage: usageBody(usage) }),
  };
}

function usageBody(usage: ModelUsage): unknown {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

function toolCall(call: ToolCall): Readonly<Record<string, unknown>> {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
}

/** A streamed answer. Pieces of one tick go out in one write; `text` resolves when the client can take more. */
export interface ChunkWriter {
  /** Whether anything has been sent: from then on a failure can only be told in the stream. */
  readonly begun: boolean;
  text(text: string): Promise<void>;
  toolCall(call: ToolCall): void;
  end(finish: FinishReason, usage: ModelUsage | null): void;
  fail(refusal: Refusal): void;
}

export function createChunkWriter(response: ServerResponse, head: AnswerHead, includeUsage: boolean): ChunkWriter {
  const fixed = `data: {"id":${JSON.stringify(head.id)},"object":"chat.completion.chunk","created":${String(head.created)},"model":${JSON.stringify(head.model)},`;
  const usageField = includeUsage ? ',"usage":null' : '';
  let pending = '';
  let scheduled = false;
  let calls = 0;
  const flush = (): void => {
    scheduled = false;
    if (pending === '' || response.destroyed || response.writableEnded) return;
    response.write(pending);
    pending = '';
  };
  const add = (frame: string): void => {
    if (!response.headersSent) begin(response);
    pending += frame;
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  const choice = (delta: string, finish: string): string =>
    `${fixed}"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]${usageField}}\n\n`;
  const role = (): void => {
    if (!response.headersSent) add(choice('{"role":"assistant","content":"","refusal":null}', 'null'));
  };
  return {
    get begun() {
      return response.headersSent;
    },
    async text(text) {
      role();
      add(choice(`{"content":${JSON.stringify(text)}}`, 'null'));
      if (response.writableNeedDrain) await drained(response);
    },
    toolCall(call) {
      role();
      add(choice(JSON.stringify({ tool_calls: [{ index: calls++, ...toolCall(call) }] }), 'null'));
    },
    end(finish, usage) {
      role();
      add(choice('{}', JSON.stringify(finish)));
      if (includeUsage && usage !== null) add(`${fixed}"choices":[],"usage":${JSON.stringify(usageBody(usage))}}\n\n`);
      response.end(`${pending}data: [DONE]\n\n`);
      pending = '';
    },
    fail(refusal) {
      response.end(`${pending}data: ${JSON.stringify(refusalBody(refusal))}\n\n`);
      pending = '';
    },
  };
}

function begin(response: ServerResponse): void {
  response.writeHead(200, {
    ...securityHeaders,
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
}

/** Resolves when the client has taken what was written, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      response.off('drain', finish);
      response.off('close', finish);
      resolve();
    };
    response.once('drain', finish);
    response.once('close', finish);
    if (response.destroyed) finish();
  });
}
