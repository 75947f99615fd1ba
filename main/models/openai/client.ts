/**
 * The two requests of the adapter. Bodies are the library's types and its stream reader takes the answers apart; the
 * requests themselves are our transport's. The library's client class is left out on purpose: it brings every resource
 * of the service with it, 950 kB of code and 35 MiB of memory, and all it would add (retries, time-outs, logging,
 * settings from the environment) is ours and would have to be switched off.
 */
import type { OpenAI } from 'openai/client';
import { Stream } from 'openai/core/streaming';
import type { ChatCompletionChunk, ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import type { Transport } from '../transport.ts';

export interface Client {
  /** `POST /chat/completions`; resolves when headers came. Rejects as `fetch`, or with the transport's own refusal. */
  chat(body: ChatCompletionCreateParamsStreaming): Promise<AsyncIterable<ChatCompletionChunk>>;
  /** `GET /models`, parsed. */
  models(): Promise<unknown>;
}

/** `baseUrl` with or without a slash at its end. What is sent beside the body is the transport's. */
export function createClient(baseUrl: string, transport: Transport): Client {
  const address = (path: string): string => `${baseUrl.replace(/\/+$/, '')}${path}`;
  return {
    async chat(body) {
      const response = await transport.fetch(address('/chat/completions'), {
        method: 'POST',
        body: JSON.stringify(body),
      });
      const events = isJson(response) ? await asEventStream(response) : response;
      return Stream.fromSSEResponse<ChatCompletionChunk>(events, new AbortController(), silent);
    },
    async models() {
      return (await transport.fetch(address('/models'))).json();
    },
  };
}

/** Of a client the reader uses the logger alone; without one it would write to the console. */
const silent = { logLevel: 'off' } as OpenAI;

function isJson(response: Response): boolean {
  return /^\s*application\/json/i.test(response.headers.get('content-type') ?? '');
}

/** A server that does not stream answers with one JSON body: it becomes the one event of a stream. */
async function asEventStream(response: Response): Promise<Response> {
  const body = await response.text();
  // Line breaks in JSON stand between values only; in an event they would end the line.
  return new Response(`data: ${body.replace(/[\r\n]+/g, ' ')}\n\n`, {
    status: response.status,
    headers: { 'content-type': 'text/event-stream' },
  });
}
