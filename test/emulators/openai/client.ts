/* What the tests of the OpenAI-compatible emulator share. */
import OpenAI from 'openai';
import { isRecord, parseJson } from '../lib/json.ts';
import type { OpenAiEmulator } from './server.ts';

/** Posts a chat request with the default key; a string goes out as it is. */
export async function post(emulator: OpenAiEmulator, body: unknown) {
  const response = await fetch(`${emulator.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** The status and the `error` object of a refused chat request. */
export async function refusalOf(emulator: OpenAiEmulator, body: unknown) {
  const { status, text } = await post(emulator, body);
  const value = parseJson(text);
  const error = isRecord(value) && isRecord(value['error']) ? value['error'] : {};
  return { status, message: error['message'], param: error['param'], code: error['code'] };
}

/** The real client, without its own retries and without its log. */
export function clientOf(emulator: OpenAiEmulator, apiKey = 'sk-test'): OpenAI {
  return new OpenAI({ baseURL: emulator.url, apiKey, maxRetries: 0, logLevel: 'off' });
}

/** A request that is accepted. */
export const base = { model: 'gpt-test', messages: [{ role: 'user', content: 'hi' }] };
