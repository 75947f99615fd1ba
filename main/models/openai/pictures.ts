/** Servers that take no pictures for a model say so in their own words; a request can do without them. */
import type { ModelRequest } from '../../gateway/model.ts';
import { readServerError, type Answer } from '../refusals.ts';

/**
 * OpenAI ("image_url is only supported by certain models"), OpenRouter ("No endpoints found that support image input"),
 * llama.cpp ("image input is not supported", status 500), vLLM ("is not a multimodal model", "At most 0 image(s)"),
 * LM Studio ("does not support images"), Mistral ("Image input is not enabled"), and servers whose reader of requests
 * knows texts only ("unknown variant `image_url`", "content must be a string").
 */
const blindWords =
  /(?:image|vision|multi-?modal)[^.]{0,60}(?:not (?:supported|enabled)|unsupported|only supported by)|(?:not support|no endpoints found that support)[^.]{0,30}(?:image|vision|multi-?modal)|not a multi-?modal|at most 0 image|unknown variant\W+image_url|content\W+must be a string/i;

const statuses: ReadonlySet<number> = new Set([400, 404, 415, 422, 500, 501]);

export function refusesPictures({ status, body }: Answer): boolean {
  return statuses.has(status) && blindWords.test(readServerError(body).message);
}

export function hasPictures(request: ModelRequest): boolean {
  return request.messages.some(
    (message) => message.role === 'user' && message.content.some(({ kind }) => kind === 'image'),
  );
}

/** The same request with `words` in place of the pictures of each message. */
export function withoutPictures(request: ModelRequest, words: string): ModelRequest {
  const messages = request.messages.map((message) => {
    if (message.role !== 'user' || message.content.every(({ kind }) => kind === 'text')) return message;
    const texts = message.content.filter(({ kind }) => kind === 'text');
    return { ...message, content: [...texts, { kind: 'text', text: words } as const] };
  });
  return { ...request, messages };
}
