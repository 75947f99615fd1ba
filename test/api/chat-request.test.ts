import { describe, expect, it } from 'vitest';
import { restOf } from '../../main/api/openai/conversation.ts';
import { readChatCall } from '../../main/api/openai/request.ts';

const hello = { role: 'user', content: 'hello' };
const base = { model: 'default', messages: [hello] };

describe('a chat call', () => {
  it.each([
    ['none', 'off'],
    ['minimal', 'low'],
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    [null, undefined],
  ])('says with reasoning_effort %j how much is to be thought: %s', (effort, thinking) => {
    const call = readChatCall({ ...base, reasoning_effort: effort }, 100);
    expect(call.ok && call.value.request.thinking).toBe(thinking);
  });

  it.each(['xhigh', 'High', '', 0, true, ['low'], {}])(
    'is refused with the reasoning_effort %j, by its name',
    (effort) => {
      expect(readChatCall({ ...base, reasoning_effort: effort }, 100)).toMatchObject({
        ok: false,
        failure: {
          status: 400,
          param: 'reasoning_effort',
          message: `'reasoning_effort' must be none, minimal, low, medium or high.`,
        },
      });
    },
  );

  it('passes everything on that the design names (a parameter that is silently dropped)', () => {
    const tool = { name: 'look', description: 'looks', parameters: { type: 'object' } };
    const call = readChatCall(
      {
        model: 'lab/meta/llama-3',
        messages: [
          {
            role: 'developer',
            content: [
              { type: 'text', text: 'be ' },
              { type: 'text', text: 'kind' },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'see' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } },
            ],
          },
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'seen' },
        ],
        temperature: 0,
        top_p: 1,
        max_completion_tokens: 7,
        max_tokens: 9,
        stop: 'END',
        tools: [{ type: 'function', function: tool }],
        tool_choice: { type: 'function', function: { name: 'look' } },
        response_format: { type: 'json_object' },
        stream: true,
        stream_options: { include_usage: true },
        seed: 4,
      },
      4096,
    );
    expect(call).toEqual({
      ok: true,
      value: {
        model: 'lab/meta/llama-3',
        stream: true,
        includeUsage: true,
        user: null,
        request: {
          messages: [
            { role: 'system', content: 'be kind' },
            {
              role: 'user',
              content: [
                { kind: 'text', text: 'see' },
                { kind: 'image', url: 'data:image/png;base64,AA' },
              ],
            },
            { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'look', arguments: '{}' }] },
            { role: 'tool', callId: 'c1', content: 'seen' },
          ],
          maxOutputTokens: 7,
          temperature: 0,
          topP: 1,
          stop: ['END'],
          tools: [tool],
          toolChoice: { type: 'function', function: { name: 'look' } },
          responseFormat: { type: 'json_object' },
        },
      },
    });
  });

  it('takes null for absent, as the official clients send it (a refusal of well-formed calls)', () => {
    const call = readChatCall(
      { ...base, temperature: null, stop: null, tools: null, user: null, max_tokens: null },
      99,
    );
    expect(call).toMatchObject({ ok: true, value: { model: null, user: null, request: { maxOutputTokens: 99 } } });
  });

  it.each<[string, unknown, string | null, number]>([
    ['no object', [], null, 400],
    ['no model', { messages: [hello] }, 'model', 400],
    ['a model without provider', { ...base, model: 'gpt-4o' }, 'model', 404],
    ['no messages', { ...base, messages: [] }, 'messages', 400],
    ['a message that is a text', { ...base, messages: ['hi'] }, 'messages.0', 400],
    ['an unknown role', { ...base, messages: [{ role: 'bot', content: '' }] }, 'messages.0.role', 400],
    ['content that is a number', { ...base, messages: [{ role: 'user', content: 4 }] }, 'messages.0.content', 400],
    [
      'an image from a file',
      {
        ...base,
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }] }],
      },
      'messages.0.content',
      400,
    ],
    ['a tool answer without its call', { ...base, messages: [{ role: 'tool', content: 'x' }] }, 'messages.0', 400],
    ['a temperature as text', { ...base, temperature: '1' }, 'temperature', 400],
    ['no tokens', { ...base, max_tokens: 0 }, 'max_tokens', 400],
    ['several choices', { ...base, n: 2 }, 'n', 400],
    ['a malformed tool', { ...base, tools: [{ type: 'function', function: { name: 'a b' } }] }, 'tools.0', 400],
    ['an empty user', { ...base, user: '' }, 'user', 400],
    ['a user of another type', { ...base, user: { id: 1 } }, 'user', 400],
  ])("is refused with %s, naming the parameter (a 500 for a caller's mistake)", (_what, body, param, status) => {
    expect(readChatCall(body, 4096)).toMatchObject({ ok: false, failure: { param, status } });
  });
});

describe('what is missing of an answer that was already streamed', () => {
  it.each([
    ['', 'whole', 'whole'],
    ['who', 'whole', 'le'],
    ['whole\n', 'whole', ''],
    ['\nwho', 'whole', 'le'],
    ['other', 'whole', null],
  ])('%j of %j is %j (a doubled or a torn text)', (sent, final, rest) => {
    expect(restOf(sent, final)).toBe(rest);
  });
});
