/** The gateway's request in the words of `POST /chat/completions`. */
import type {
  ChatCompletionContentPart,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ChatContent, ChatMessage, ModelRequest } from '../../gateway/model.ts';
import type { Compatibility, Effort } from './compatibility.ts';

/** `effort`: how much the model is told to think; null tells it nothing. */
export function chatBody(
  request: ModelRequest,
  server: Compatibility,
  effort: Effort | null,
): ChatCompletionCreateParamsStreaming {
  const tools = server.supportsTools && request.tools !== undefined && request.tools.length > 0 ? request.tools : null;
  const body: ChatCompletionCreateParamsStreaming = {
    model: request.model,
    messages: request.messages.map((message) => messageOf(message, server)),
    stream: true,
    ...(server.supportsUsageInStream ? { stream_options: { include_usage: true } } : {}),
    [server.maxTokensField]: request.maxOutputTokens,
    ...(effort === null ? {} : { reasoning_effort: effort }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.topP === undefined ? {} : { top_p: request.topP }),
    ...(request.stop === undefined ? {} : { stop: [...request.stop] }),
    ...(tools === null ? {} : { tools: tools.map((tool) => ({ type: 'function', function: { ...tool } })) }),
  };
  // Both are the caller's own JSON, passed on as it came: the server judges them.
  return Object.assign(
    body,
    request.responseFormat === undefined ? {} : { response_format: request.responseFormat },
    tools === null || request.toolChoice === undefined ? {} : { tool_choice: request.toolChoice },
  );
}

function messageOf(message: ChatMessage, server: Compatibility): ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
      return { role: server.developerRole ? 'developer' : 'system', content: message.content };
    case 'user':
      return { role: 'user', content: contentOf(message.content) };
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.content };
    case 'assistant': {
      if (message.toolCalls.length === 0) return { role: 'assistant', content: message.content };
      const calls = message.toolCalls.map(({ id, name, arguments: written }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: written },
      }));
      return { role: 'assistant', content: message.content === '' ? null : message.content, tool_calls: calls };
    }
  }
}

/** Text alone goes out as a plain string, which every server understands. */
function contentOf(content: readonly ChatContent[]): string | ChatCompletionContentPart[] {
  if (content.every((part) => part.kind === 'text')) return content.map((part) => part.text).join('\n');
  return content.map((part) =>
    part.kind === 'text' ? { type: 'text', text: part.text } : { type: 'image_url', image_url: { url: part.url } },
  );
}
