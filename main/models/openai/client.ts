/** The library's client with everything off that is ours: retries, time-outs, logging, settings from the environment. */
import { OpenAI } from 'openai/client';
import type { Transport } from '../transport.ts';

/** `key` null: no `Authorization` goes out (the transport's headers decide); the library insists on having one. */
export function createClient(baseUrl: string, key: string | null, transport: Transport): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey: key ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    // The longest a timer can be: its own default of 10 minutes would end a slow first token before our limits do.
    timeout: 2_147_483_647,
    logLevel: 'off',
    fetch: async (url, init) => {
      const response = await transport.fetch(url, init);
      return init?.method === 'POST' && isJson(response) ? asEventStream(response) : response;
    },
  });
}

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
