/*
 * Refusals in the service's own words. The texts are protocol facts: clients match on them. Source: the API's error
 * codes guide, and the bodies quoted in public issue threads of its client libraries.
 */

/** A refusal: HTTP status and the `error` object of the body. */
export interface Refusal {
  readonly status: number;
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

function refusal(status: number, type: string, message: string, param: string | null, code: string | null): Refusal {
  return { status, error: { message, type, param, code } };
}

/** 400 of type `invalid_request_error`. */
export function invalid(message: string, param: string | null = null, code: string | null = null): Refusal {
  return refusal(400, 'invalid_request_error', message, param, code);
}

export function missing(param: string): Refusal {
  return invalid(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
}

/** `wanted` and `got` with their article, e.g. `an array of objects`. */
export function wrongType(param: string, wanted: string, got: string): Refusal {
  return invalid(`Invalid type for '${param}': expected ${wanted}, but got ${got} instead.`, param, 'invalid_type');
}

export function wrongValue(param: string, got: string, allowed: readonly string[]): Refusal {
  const quoted = allowed.map((value) => `'${value}'`);
  const list = quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1) ?? ''}`;
  return invalid(`Invalid value: '${got}'. Supported values are: ${list}.`, param, 'invalid_value');
}

export function emptyArray(param: string): Refusal {
  const text = 'empty array. Expected an array with minimum length 1, but got an empty array instead.';
  return invalid(`Invalid '${param}': ${text}`, param, 'empty_array');
}

export function unsupportedParameter(param: string, hint = ''): Refusal {
  const message = `Unsupported parameter: '${param}' is not supported with this model.${hint}`;
  return invalid(message, param, 'unsupported_parameter');
}

export function unsupportedValue(param: string, got: string, allowed: readonly string[]): Refusal {
  const list = allowed.map((value) => `'${value}'`).join(', ');
  const message = `Unsupported value: '${param}' does not support '${got}' with this model. Supported values are: ${list}.`;
  return invalid(message, param, 'unsupported_value');
}

export function badJson(): Refusal {
  return invalid(
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library " +
      'correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble ' +
      'figuring out how to fix this, please contact us through our help center at help.openai.com.)',
  );
}

export function tooLarge(limit: number, read: number): Refusal {
  const message = `Maximum content size limit (${String(limit)}) exceeded (${String(read)} bytes read)`;
  return refusal(413, 'server_error', message, null, null);
}

export function noKey(): Refusal {
  return refusal(
    401,
    'invalid_request_error',
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth " +
      "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the " +
      'API from your browser and are prompted for a username and password. You can obtain an API key from ' +
      'https://platform.openai.com/account/api-keys.',
    null,
    null,
  );
}

export function wrongKey(key: string): Refusal {
  const shown = key.length <= 8 ? key : `${key.slice(0, 4)}${'*'.repeat(key.length - 8)}${key.slice(-4)}`;
  const where = 'You can find your API key at https://platform.openai.com/account/api-keys.';
  const message = `Incorrect API key provided: ${shown}. ${where}`;
  return refusal(401, 'invalid_request_error', message, null, 'invalid_api_key');
}

export function unknownUrl(method: string, path: string): Refusal {
  return refusal(404, 'invalid_request_error', `Invalid URL (${method} ${path})`, null, null);
}

export function wrongMethod(allowed: string): Refusal {
  return refusal(405, 'invalid_request_error', `Only ${allowed} requests are accepted.`, null, 'method_not_supported');
}

export function unknownModel(model: string): Refusal {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return refusal(404, 'invalid_request_error', message, null, 'model_not_found');
}

export function quotaUsedUp(): Refusal {
  const message =
    'You exceeded your current quota, please check your plan and billing details. For more information on this error, ' +
    'read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.';
  return refusal(429, 'insufficient_quota', message, null, 'insufficient_quota');
}

/** The body a plain status comes with when the script names none. */
export function usualRefusal(status: number, model: string): Refusal {
  switch (status) {
    case 400:
      return invalid('Invalid request.');
    case 401:
      return wrongKey('sk-refused-by-script');
    case 403:
      return refusal(
        403,
        'request_forbidden',
        'Country, region, or territory not supported',
        null,
        'unsupported_country_region_territory',
      );
    case 404:
      return unknownModel(model);
    case 429:
      return refusal(
        429,
        'requests',
        `Rate limit reached for ${model} in organization org-emulator on requests per min (RPM): Limit 3, Used 3, ` +
          'Requested 1. Please try again in 20s. Visit https://platform.openai.com/account/rate-limits to learn more.',
        null,
        'rate_limit_exceeded',
      );
    case 503:
      return refusal(503, 'server_error', 'The engine is currently overloaded, please try again later', null, null);
    default:
      return refusal(
        status,
        'server_error',
        'The server had an error while processing your request. Sorry about that!',
        null,
        null,
      );
  }
}

/** The body that says the window is exceeded, as each of the common servers words it; all with status 400. */
export function overflowBody(flavour: 'openai' | 'llama.cpp' | 'vllm', limit: number, tokens: number): unknown {
  const [max, used] = [String(limit), String(tokens)];
  switch (flavour) {
    case 'openai': {
      const message = `This model's maximum context length is ${max} tokens. However, your messages resulted in ${used} tokens. Please reduce the length of the messages.`;
      return { error: invalid(message, 'messages', 'context_length_exceeded').error };
    }
    case 'llama.cpp':
      return {
        error: {
          code: 400,
          message: `request (${used} tokens) exceeds the available context size (${max} tokens), try increasing it`,
          type: 'exceed_context_size_error',
          n_prompt_tokens: tokens,
          n_ctx: limit,
        },
      };
    case 'vllm':
      return {
        object: 'error',
        message: `This model's maximum context length is ${max} tokens. However, you requested ${used} tokens in the messages, Please reduce the length of the messages.`,
        type: 'BadRequestError',
        param: null,
        code: 400,
      };
  }
}
