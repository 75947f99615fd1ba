import { expect, test } from 'vitest';
import { base, post, refusalOf } from './openai/client.ts';
import { startOpenAi } from './openai/server.ts';
import type { OpenAiOptions } from './openai/types.ts';

const user = (content: unknown) => ({ role: 'user', content });
const callOf = (id: string) => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } });

const refused: readonly (readonly [string, unknown, OpenAiOptions, number, string, string | null])[] = [
  ['no model', { messages: [user('x')] }, {}, 400, 'you must provide a model parameter', null],
  [
    'no messages',
    { model: 'gpt-test' },
    {},
    400,
    "Missing required parameter: 'messages'.",
    'missing_required_parameter',
  ],
  [
    'an empty list of messages',
    { ...base, messages: [] },
    {},
    400,
    "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'empty_array',
  ],
  [
    'messages that are a string',
    { ...base, messages: 'hi' },
    {},
    400,
    "Invalid type for 'messages': expected an array of objects, but got a string instead.",
    'invalid_type',
  ],
  [
    'an unknown role',
    { ...base, messages: [{ role: 'robot', content: 'x' }] },
    {},
    400,
    "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
    'invalid_value',
  ],
  [
    'a user without content',
    { ...base, messages: [user(null)] },
    {},
    400,
    "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got null instead.",
    'invalid_type',
  ],
  [
    'an unknown content part',
    { ...base, messages: [user([{ type: 'smell' }])] },
    {},
    400,
    "Invalid value: 'smell'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', and 'file'.",
    'invalid_value',
  ],
  [
    'an image of a system message',
    {
      ...base,
      messages: [{ role: 'system', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] }],
    },
    {},
    400,
    "Invalid value: 'image_url'. Supported values are: 'text'.",
    'invalid_value',
  ],
  [
    'a tool result nobody asked for',
    { ...base, messages: [user('x'), { role: 'tool', tool_call_id: 'a', content: 'y' }] },
    {},
    400,
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    null,
  ],
  [
    'a tool call nobody answered',
    { ...base, messages: [user('x'), { role: 'assistant', tool_calls: [callOf('a')] }, user('y')] },
    {},
    400,
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: a",
    null,
  ],
  [
    'an empty list of tool calls',
    { ...base, messages: [user('x'), { role: 'assistant', content: 'a', tool_calls: [] }] },
    {},
    400,
    "Invalid 'messages[1].tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'empty_array',
  ],
  [
    'an empty list of tools',
    { ...base, tools: [] },
    {},
    400,
    "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'empty_array',
  ],
  [
    'a tool name with a space',
    { ...base, tools: [{ type: 'function', function: { name: 'a b' } }] },
    {},
    400,
    "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    'invalid_value',
  ],
  ['an unknown argument', { ...base, colour: 1 }, {}, 400, 'Unrecognized request argument supplied: colour', null],
  [
    'too much temperature',
    { ...base, temperature: 3 },
    {},
    400,
    "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
    'decimal_above_max_value',
  ],
  [
    'a limit of nothing',
    { ...base, max_tokens: 0 },
    {},
    400,
    "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
    'integer_below_min_value',
  ],
  [
    'usage asked for without a stream',
    { ...base, stream_options: { include_usage: true } },
    {},
    400,
    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    null,
  ],
  [
    'the older limit field',
    { ...base, max_tokens: 5 },
    { maxTokensField: 'max_completion_tokens' },
    400,
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    'unsupported_parameter',
  ],
  [
    'the newer limit field',
    { ...base, max_completion_tokens: 5 },
    { maxTokensField: 'max_tokens' },
    400,
    'Unrecognized request argument supplied: max_completion_tokens',
    null,
  ],
  [
    'usage in a stream where there is none',
    { ...base, stream: true, stream_options: { include_usage: true } },
    { supportsUsageInStream: false },
    400,
    'Unrecognized request argument supplied: stream_options',
    null,
  ],
  [
    'tools where there are none',
    { ...base, tools: [{ type: 'function', function: { name: 'a' } }] },
    { supportsTools: false },
    400,
    "Unsupported parameter: 'tools' is not supported with this model.",
    'unsupported_parameter',
  ],
  [
    'a developer where there is none',
    { ...base, messages: [{ role: 'developer', content: 'x' }] },
    { developerRole: false },
    400,
    "Invalid value: 'developer'. Supported values are: 'system', 'assistant', 'user', 'function', and 'tool'.",
    'invalid_value',
  ],
  [
    'a system message where developers speak',
    { ...base, messages: [{ role: 'system', content: 'x' }] },
    { developerRole: 'only' },
    400,
    "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
    'unsupported_value',
  ],
  [
    'an unknown model',
    { ...base, model: 'gpt-9' },
    {},
    404,
    'The model `gpt-9` does not exist or you do not have access to it.',
    'model_not_found',
  ],
  [
    'more than the window',
    { ...base, messages: [user('x'.repeat(4000))] },
    { contextLength: 100 },
    400,
    "This model's maximum context length is 100 tokens. However, your messages resulted in 1003 tokens. Please reduce the length of the messages.",
    'context_length_exceeded',
  ],
];

test.each(refused)(
  'refuses %s in the service’s own words, so that a client that sends it fails here too',
  async (_name, body, options, status, message, code) => {
    await using emulator = await startOpenAi(options);
    expect(await refusalOf(emulator, body)).toMatchObject({ status, message, code });
  },
);

const accepted: readonly (readonly [string, unknown, OpenAiOptions])[] = [
  [
    'a tool call with its result',
    {
      ...base,
      messages: [
        user('x'),
        { role: 'assistant', content: null, tool_calls: [callOf('a'), callOf('b')] },
        { role: 'tool', tool_call_id: 'b', content: '1' },
        { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: '2' }] },
      ],
    },
    {},
  ],
  [
    'an image',
    {
      ...base,
      messages: [
        user([
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
        ]),
      ],
    },
    {},
  ],
  ['the newer limit field', { ...base, max_completion_tokens: 5 }, { maxTokensField: 'max_completion_tokens' }],
  ['a developer', { ...base, messages: [{ role: 'developer', content: 'x' }, user('y')] }, { developerRole: 'only' }],
];

test.each(accepted)('accepts %s, so that a correct client is not blamed', async (_name, body, options) => {
  await using emulator = await startOpenAi(options);
  expect((await post(emulator, body)).status).toBe(200);
});

test('tells a missing key, a wrong key, an unknown address, a wrong method, broken JSON and a huge body apart', async () => {
  await using emulator = await startOpenAi({ bodyLimit: 1000 });
  const bare = await fetch(`${emulator.url}/models`);
  expect(bare.status).toBe(401);
  expect(await bare.json()).toMatchObject({
    error: { message: expect.stringContaining("You didn't provide an API key") as unknown, code: null },
  });
  const wrong = await fetch(`${emulator.url}/models`, { headers: { authorization: 'Bearer sk-1234567890' } });
  expect(await wrong.json()).toMatchObject({
    error: {
      message:
        'Incorrect API key provided: sk-1*****7890. You can find your API key at https://platform.openai.com/account/api-keys.',
      code: 'invalid_api_key',
    },
  });
  const nowhere = await fetch(`${emulator.url}/chat`, { method: 'POST' });
  expect([nowhere.status, await nowhere.json()]).toMatchObject([
    404,
    { error: { message: 'Invalid URL (POST /v1/chat)' } },
  ]);
  expect((await fetch(`${emulator.url}/chat/completions`)).status).toBe(405);
  expect(await refusalOf(emulator, '{"model":')).toMatchObject({
    status: 400,
    message: expect.stringContaining('We could not parse the JSON body') as unknown,
  });
  expect(await refusalOf(emulator, { ...base, user: 'x'.repeat(2000) })).toMatchObject({
    status: 413,
    message: expect.stringContaining('Maximum content size limit (1000) exceeded') as unknown,
  });
});
