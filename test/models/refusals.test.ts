import { describe, expect, it } from 'vitest';
import { modelFailure, redact, transportFailure } from '../../main/models/failures.ts';
import { refusalFailure, streamErrorFailure } from '../../main/models/refusals.ts';
import { overflowBody } from '../emulators/openai/errors.ts';

const about = { provider: 'there', model: 'm', key: 'sk-secret-1234567890' };
const now = Date.UTC(2026, 0, 1, 12);

function refuse(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return refusalFailure(about, { status, headers: new Headers(headers), body: text }, now);
}

function openai(message: string, code: string | null = null, type = 'invalid_request_error') {
  return { error: { message, type, param: null, code } };
}

const page = '<!DOCTYPE html><html><head><title>Attention!</title></head><body>…</body></html>';

/** Status, body, class, reason. The wordings are those of the servers named. */
const table: readonly (readonly [string, number, unknown, string, string])[] = [
  ['OpenAI: wrong key', 401, openai('Incorrect API key provided', 'invalid_api_key'), 'auth', 'model.key-refused'],
  ['xAI: wrong key', 400, { error: 'Incorrect API key provided: xa***yz.' }, 'auth', 'model.key-refused'],
  ['Google: wrong key', 400, [openai('API key not valid. Please pass a valid API key.')], 'auth', 'model.key-refused'],
  ['OpenAI: country', 403, openai('Country not supported', 'unsupported_country'), 'auth', 'model.key-refused'],
  ['DeepSeek: no money', 402, openai('Insufficient Balance'), 'quota', 'model.quota'],
  ['OpenAI: quota', 429, openai('You exceeded your current quota', 'insufficient_quota'), 'quota', 'model.quota'],
  ['OpenAI: rate', 429, openai('Rate limit reached', 'rate_limit_exceeded'), 'rate-limit', 'model.rate-limit'],
  ['plain 429', 429, 'slow down', 'rate-limit', 'model.rate-limit'],
  ['OpenAI: model', 404, openai('The model `x` does not exist', 'model_not_found'), 'model-missing', 'model.missing'],
  [
    'vLLM: model',
    404,
    { object: 'error', message: 'The model `x` does not exist.', type: 'NotFoundError', code: 404 },
    'model-missing',
    'model.missing',
  ],
  ['OpenRouter: model', 400, openai('x/y is not a valid model ID'), 'model-missing', 'model.missing'],
  ['DeepSeek: model', 400, openai('Model Not Exist'), 'model-missing', 'model.missing'],
  ['Mistral: model', 400, { message: 'Invalid model: nix', code: '1500' }, 'model-missing', 'model.missing'],
  ['Ollama: model', 404, { error: 'model "x" not found, try pulling it first' }, 'model-missing', 'model.missing'],
  ['OpenAI: path', 404, openai('Invalid URL (POST /v1/v2)'), 'invalid-request', 'model.wrong-path'],
  ['FastAPI: path', 404, { detail: 'Not Found' }, 'invalid-request', 'model.wrong-path'],
  ['Gin: path', 404, '404 page not found', 'invalid-request', 'model.wrong-path'],
  ['wrong method', 405, { detail: 'Method Not Allowed' }, 'invalid-request', 'model.wrong-path'],
  ['a redirect', 301, '', 'invalid-request', 'model.wrong-path'],
  [
    'OpenAI: window',
    400,
    openai("This model's maximum context length is 8192 tokens.", 'context_length_exceeded'),
    'context-overflow',
    'model.context-overflow',
  ],
  [
    'llama.cpp: window',
    400,
    {
      error: {
        code: 400,
        message: 'the request exceeds the available context size',
        type: 'exceed_context_size_error',
      },
    },
    'context-overflow',
    'model.context-overflow',
  ],
  [
    'LM Studio: window',
    400,
    {
      error:
        'Trying to keep the first 111 tokens when context the overflows. However, the model is loaded with context length of only 99 tokens',
    },
    'context-overflow',
    'model.context-overflow',
  ],
  [
    'LM Studio, MLX: window',
    500,
    { error: 'Context size has been exceeded.' },
    'context-overflow',
    'model.context-overflow',
  ],
  [
    'Ollama: window',
    400,
    openai('prompt too long; exceeded max context length by 4 tokens'),
    'context-overflow',
    'model.context-overflow',
  ],
  [
    'Mistral: window',
    400,
    { message: 'Prompt contains 9 tokens, too large for model with 8 maximum context length' },
    'context-overflow',
    'model.context-overflow',
  ],
  [
    'Gemini: window',
    400,
    openai('The input token count (9) exceeds the maximum number of tokens allowed (8).'),
    'context-overflow',
    'model.context-overflow',
  ],
  [
    'Google, its error in a list: window',
    400,
    [openai('The input token count (9) exceeds the maximum number of tokens allowed (8).')],
    'context-overflow',
    'model.context-overflow',
  ],
  [
    'Azure: filter',
    400,
    openai('The response was filtered', 'content_filter'),
    'content-filter',
    'model.content-filter',
  ],
  ['OpenRouter: filter', 403, openai('Your input was flagged'), 'content-filter', 'model.content-filter'],
  ['OpenAI: request', 400, openai('Invalid request.'), 'invalid-request', 'model.invalid-request'],
  ['too large', 413, openai('Maximum content size limit exceeded'), 'invalid-request', 'model.invalid-request'],
  [
    'FastAPI: request',
    422,
    { detail: [{ loc: ['body', 'x'], msg: 'Field required', input: 'secret words' }] },
    'invalid-request',
    'model.invalid-request',
  ],
  ['OpenAI: fault', 500, openai('The server had an error'), 'overloaded', 'model.overloaded'],
  ['OpenAI: overloaded', 503, openai('The engine is currently overloaded'), 'overloaded', 'model.overloaded'],
  [
    'Anthropic: overloaded',
    529,
    { error: { type: 'overloaded_error', message: 'Overloaded' } },
    'overloaded',
    'model.overloaded',
  ],
  [
    'llama.cpp: loading',
    503,
    { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
    'overloaded',
    'model.overloaded',
  ],
  ['a request that took too long', 408, '', 'timeout', 'model.timeout'],
  ['a page with 502', 502, page, 'overloaded', 'model.overloaded'],
  ['a page with 200', 200, page, 'invalid-request', 'model.wrong-path'],
  ['a page with 404', 404, page, 'invalid-request', 'model.wrong-path'],
  ['a firewall, which says nothing of the key', 403, page, 'network', 'model.network'],
  ['a proxy that wants a password', 407, '', 'network', 'model.network'],
];

describe('refusals', () => {
  it.each(table)('tells "%s" apart, or the person would be sent the wrong way', (_name, status, body, kind, code) => {
    const failure = refuse(status, body);
    expect(failure).toMatchObject({ class: kind, reason: { code, params: { provider: 'there', model: 'm' } } });
    expect(failure.detail).toContain(`HTTP ${String(status)}`);
  });

  it('does not repeat what the person wrote, or message text would be in the log', () => {
    const { detail } = refuse(422, { detail: [{ loc: ['body', 'x'], msg: 'Field required', input: 'secret words' }] });
    expect(detail).toBe('HTTP 422: body.x: Field required');
  });

  it('takes the wait from the headers, else from the sentence, and only where waiting helps', () => {
    expect(refuse(429, 'slow', { 'retry-after': '3' }).retryAfter).toBe(3000);
    expect(refuse(429, openai('Please try again in 1.5s.')).retryAfter).toBe(1500);
    expect(refuse(503, 'busy', { 'retry-after': '9' }).retryAfter).toBe(9000);
    expect(refuse(402, 'pay', { 'retry-after': '60' }).retryAfter).toBe(60_000);
    expect(refuse(400, openai('no'), { 'retry-after': '3' })).not.toHaveProperty('retryAfter');
    expect(refuse(429, 'slow')).not.toHaveProperty('retryAfter');
  });

  it('cuts and redacts what the server says, or a key would stand in Diagnostics', () => {
    const words = `key ${about.key}, Bearer abcdefghijkl, gsk_abcdefghijklmnop, https://me:pass@host/ ${'x'.repeat(900)}`;
    const { detail } = refuse(400, openai(words));
    expect(detail).not.toMatch(/secret|abcdefgh|me:pass/);
    expect(detail.length).toBe(500);
    expect(redact('the task-based approach of sketchbooks', null)).toBe('the task-based approach of sketchbooks');
  });

  it.each([
    [{ message: 'Rate limit reached', type: 'rate_limit_error' }, 'rate-limit'],
    [{ message: 'upstream', code: 502 }, 'overloaded'],
    [{ message: 'no', code: 401 }, 'auth'],
    [{ message: 'context window exceeded' }, 'context-overflow'],
    [{ message: 'runner stopped', type: 'server_error' }, 'overloaded'],
    ['words only', 'overloaded'],
  ])('reads an error in mid-stream (%j) by the same rules', (error, kind) => {
    expect(streamErrorFailure(about, { error }).class).toBe(kind);
  });
});

describe('faults of the network', () => {
  const failed = (cause: unknown) => new TypeError('fetch failed', { cause });
  const coded = (code: string) => Object.assign(new Error(code), { code });
  it.each([
    ['ECONNREFUSED', false, 'network', 'model.network'],
    ['ENOTFOUND', false, 'network', 'model.network'],
    ['EAI_AGAIN', false, 'network', 'model.network'],
    ['ECONNRESET', false, 'network', 'model.network'],
    ['ECONNRESET', true, 'network', 'model.cut'],
    ['UND_ERR_SOCKET', true, 'network', 'model.cut'],
    ['UND_ERR_CONNECT_TIMEOUT', false, 'timeout', 'model.timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', false, 'timeout', 'model.timeout'],
    ['CERT_HAS_EXPIRED', false, 'network', 'model.tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false, 'network', 'model.tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, 'network', 'model.tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, 'network', 'model.tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', false, 'network', 'model.tls'],
  ])('knows %s (headers had come: %s)', (code, answered, kind, reasonCode) => {
    const failure = transportFailure(about, failed(coded(code)), answered);
    expect(failure).toMatchObject({ class: kind, reason: { code: reasonCode } });
  });

  it('looks at every address that was tried, or a refused IPv6 would hide that IPv4 was refused too', () => {
    const tried = new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')]);
    expect(transportFailure(about, failed(tried), false).class).toBe('network');
  });

  it('calls everything else a bug, or a mistake of ours would be retried as bad weather', () => {
    expect(transportFailure(about, new RangeError('off by one'), true)).toMatchObject({ class: 'bug' });
    expect(transportFailure(about, 'thrown text', false)).toMatchObject({ class: 'bug', detail: 'thrown text' });
    expect(modelFailure(about, 'model.bug', 'x')).not.toHaveProperty('retryAfter');
  });
});

describe('a window that is exceeded', () => {
  it.each([
    ['OpenAI', overflowBody('openai', 8192, 9000)],
    ['llama.cpp', overflowBody('llama.cpp', 8192, 9000)],
    ['vLLM', overflowBody('vllm', 8192, 9000)],
    ['Claude', openai('prompt is too long: 9000 tokens > 8192 maximum')],
    ['Gemini', openai('The input token count (9000) exceeds the maximum number of tokens allowed (8192).')],
  ])('is known afterwards as %s names it, so that the next request is not refused too', (_, body) => {
    expect(refuse(400, body)).toMatchObject({ class: 'context-overflow', window: 8192 });
  });

  it('stays unknown where no number is named, and for every other refusal', () => {
    expect(refuse(400, openai('context window exceeded'))).not.toHaveProperty('window');
    expect(refuse(400, openai('maximum context length is 0 tokens'))).not.toHaveProperty('window');
    expect(refuse(429, openai('maximum of 8192 tokens per minute'))).not.toHaveProperty('window');
  });
});
