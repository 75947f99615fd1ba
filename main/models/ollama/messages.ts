/** The gateway's request in the words of `POST /api/chat` (Ollama's API documentation). */
import type { ChatRequest, Message, Tool } from 'ollama';
import type { ChatContent, ChatMessage, ModelRequest } from '../../gateway/model.ts';
import { asRecord, parseJson } from '../json.ts';
import type { Shown } from './models.ts';

/** `window`: `num_ctx`, null leaves it to the server. Tools and thinking stay at home where the model knows none. */
export function chatRequest(
  request: ModelRequest,
  window: number | null,
  model: Pick<Shown, 'tools' | 'thinks' | 'thinksInLevels'>,
): ChatRequest & { stream: true } {
  const format = formatOf(request.responseFormat);
  const think = thinkOf(request.thinking, model);
  const offered = model.tools !== false && request.toolChoice !== 'none' ? (request.tools ?? []) : [];
  return {
    model: request.model,
    messages: request.messages.map((message) => messageOf(message, request.messages)),
    stream: true,
    ...(format === null ? {} : { format }),
    ...(think === null ? {} : { think }),
    ...(offered.length === 0 ? {} : { tools: offered.map(toolOf) }),
    options: {
      num_predict: request.maxOutputTokens,
      ...(window === null ? {} : { num_ctx: window }),
      ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
      ...(request.topP === undefined ? {} : { top_p: request.topP }),
      ...(request.stop === undefined ? {} : { stop: [...request.stop] }),
    },
  };
}

/** The server refuses `think` for a model without it, and a level for one that only knows yes and no. */
function thinkOf(
  thinking: ModelRequest['thinking'],
  { thinks, thinksInLevels }: Pick<Shown, 'thinks' | 'thinksInLevels'>,
): NonNullable<ChatRequest['think']> | null {
  if (thinking === undefined || thinks !== true) return null;
  if (!thinksInLevels) return thinking !== 'off';
  return thinking === 'off' ? 'low' : thinking;
}

/** The pictures of a request that have no bytes in them: the server fetches nothing from the net. */
export function hasRemotePicture(request: ModelRequest): boolean {
  return request.messages.some(
    (message) =>
      message.role === 'user' &&
      message.content.some((part) => part.kind === 'image' && pictureBytes(part.url) === null),
  );
}

function messageOf(message: ChatMessage, all: readonly ChatMessage[]): Message {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content };
    case 'user':
      return userMessage(message.content);
    case 'tool':
      return { role: 'tool', content: message.content, tool_name: nameOfCall(message.callId, all) };
    case 'assistant': {
      if (message.toolCalls.length === 0) return { role: 'assistant', content: message.content };
      const calls = message.toolCalls.map(({ name, arguments: written }) => ({
        function: { name, arguments: { ...asRecord(parseJson(written)) } },
      }));
      return { role: 'assistant', content: message.content, tool_calls: calls };
    }
  }
}

function userMessage(content: readonly ChatContent[]): Message {
  const texts = content.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  // As bytes, never as text: the library takes a text for a path and would send the file that lies there.
  const images = content.flatMap((part) => (part.kind === 'image' ? (pictureBytes(part.url) ?? []) : []));
  const message = { role: 'user', content: texts.join('\n') };
  return images.length === 0 ? message : { ...message, images };
}

/** The bytes of a `data:` address (RFC 2397, base64 only); null for anything else. */
function pictureBytes(url: string): Uint8Array | null {
  const data = /^data:[^,]*;base64,(.+)$/s.exec(url)?.[1];
  return data === undefined ? null : new Uint8Array(Buffer.from(data, 'base64'));
}

/** Results carry the tool's name here, not the call's id. */
function nameOfCall(id: string, all: readonly ChatMessage[]): string {
  for (const message of all) {
    const call = message.role === 'assistant' ? message.toolCalls.find((one) => one.id === id) : undefined;
    if (call !== undefined) return call.name;
  }
  return id;
}

function toolOf(tool: NonNullable<ModelRequest['tools']>[number]): Tool {
  return { type: 'function', function: { ...tool } };
}

/** `json_object` → `"json"`, `json_schema` → the schema itself. */
function formatOf(format: ModelRequest['responseFormat']): string | object | null {
  if (format?.['type'] === 'json_object') return 'json';
  if (format?.['type'] !== 'json_schema') return null;
  return asRecord(asRecord(format['json_schema'])?.['schema']) ?? 'json';
}
