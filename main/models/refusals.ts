/**
 * An answer over HTTP that is not what was asked for → a failure. Which status is which class is ours to say; the
 * wordings are protocol facts of the servers named beside them, which often have no code of their own.
 */
import type { ModelFailure } from '../gateway/model.ts';
import type { Millis } from '../gateway/types.ts';
import { modelFailure } from './failures.ts';
import type { About, FailureCode } from './failures.ts';
import { asRecord, asText, parseJson } from './json.ts';
import { duration, retryAfter } from './retry-after.ts';
import type { HeaderReader } from './retry-after.ts';

/** What came instead; `body` is cut by the reader. */
export interface Answer {
  readonly status: number;
  readonly headers: HeaderReader;
  readonly body: string;
}

/** The server's own words and its codes, wherever it keeps them. */
export interface ServerError {
  readonly message: string;
  /** `code`, `type` and `param` of the error object in lower case, for matching. */
  readonly marks: string;
}

/** The window is exceeded, as OpenAI, vLLM, llama.cpp, LM Studio, Ollama, Mistral, Together, Gemini and Claude say it. */
const overflowWords =
  /maximum context length|context[_ ]length[_ ]exceeded|exceed[^.]{0,40}context|context (?:window|length|size)[^.]{0,40}(?:exceed|overflow|too (?:small|short))|context the overflows|context overflow|context length of only|greater than the context length|prompt (?:is )?too long|input (?:is )?too long|input token count[^.]{0,30}exceeds|max_new_tokens`? must be <=/i;

const missingWords =
  /model[^.]{0,300}(?:not found|does ?n[o']t exist|not exist)|no such model|unknown model|not a valid model|invalid model|no endpoints found/i;

const filterWords =
  /content management policy|content[_ ]filter|content[_ ]policy|responsibleaipolicy|input was flagged/i;

/** Google and xAI refuse a key with status 400. */
const keyWords = /api[ _]key (?:not (?:valid|found)|expired)|(?:incorrect|invalid) api[ _]key/i;

const quotaWords = /insufficient[_ ](?:quota|balance|credits|funds)|exceeded your current quota|quota exceeded for/i;

/** The failure that `answer` means. `now` is wall time, for dates in headers. */
export function refusalFailure(about: About, answer: Answer, now: Millis): ModelFailure {
  const page = isPage(answer);
  const said = page ? { message: pageTitle(answer.body), marks: '' } : readServerError(answer.body);
  const code = page ? codeOfPage(answer.status) : codeOf(answer.status, said);
  const detail = `HTTP ${answer.status}: ${said.message}`;
  const waits = code === 'model.rate-limit' || code === 'model.quota' || code === 'model.overloaded';
  const wait = waits ? (retryAfter(answer.headers, now) ?? waitInWords(said.message)) : undefined;
  const window = code === 'model.context-overflow' ? windowInWords(said.message) : undefined;
  const failure = modelFailure(about, code, detail, wait);
  return window === undefined ? failure : { ...failure, window };
}

/** The window as OpenAI and vLLM, llama.cpp, Claude, and Gemini name it when it is exceeded. */
const windowWords = [
  /maximum context length (?:is|of) (\d+)/i,
  /context (?:size|length|window)[^.\d]{0,20}\(?(\d+) tokens/i,
  /\d+ tokens > (\d+) maximum/i,
  /tokens allowed \((\d+)\)/i,
];

function windowInWords(message: string): number | undefined {
  for (const words of windowWords) {
    const tokens = Number(words.exec(message)?.[1]);
    if (Number.isSafeInteger(tokens) && tokens > 0) return tokens;
  }
  return undefined;
}

/** An error object in mid-stream, after status 200. */
export function streamErrorFailure(about: About, body: unknown): ModelFailure {
  const said = serverErrorOf(body);
  const record = asRecord(body);
  const inner = asRecord(record?.['error']) ?? record;
  const status = Number(inner?.['code'] ?? inner?.['status']);
  const known = Number.isInteger(status) && status >= 400 && status < 600;
  const limited = /rate[_ ]limit/.test(said.marks);
  const code = known ? codeOf(status, said) : limited ? 'model.rate-limit' : (worded(said) ?? 'model.overloaded');
  return modelFailure(about, code, `in mid-stream: ${said.message}`, waitInWords(said.message));
}

/** The words and codes in a body, JSON of any known shape or plain text. */
export function readServerError(body: string): ServerError {
  const json = parseJson(body);
  return json === undefined ? { message: body.trim().slice(0, 1000), marks: '' } : serverErrorOf(json);
}

function serverErrorOf(json: unknown): ServerError {
  // Google's endpoints put the one error into a list.
  const body = asRecord(Array.isArray(json) ? json[0] : json);
  if (body === null) return { message: asText(json) ?? '', marks: '' };
  const error = asRecord(body['error']) ?? body;
  const marks = ['code', 'type', 'param'].map((name) => error[name]);
  const inner = asRecord(error['innererror'])?.['code'];
  const metadata = asText(asRecord(error['metadata'])?.['raw']);
  const message =
    asText(body['error']) ?? asText(error['message']) ?? asText(body['detail']) ?? details(body['detail']);
  return {
    message: [message, metadata].filter((part) => part !== null).join(' '),
    marks: [...marks, inner]
      .filter((mark) => typeof mark === 'string' || typeof mark === 'number')
      .join(' ')
      .toLowerCase(),
  };
}

/** FastAPI's list of what is wrong (vLLM, LiteLLM): where and what, but not the input it repeats. */
function details(value: unknown): string | null {
  if (!Array.isArray(value)) return null;
  const lines = value.map((entry) => {
    const one = asRecord(entry);
    const where = Array.isArray(one?.['loc']) ? one['loc'].join('.') : '';
    return `${where}: ${asText(one?.['msg']) ?? ''}`;
  });
  return lines.join('; ');
}

function worded(said: ServerError): FailureCode | null {
  const all = `${said.marks} ${said.message}`;
  if (/context_length_exceeded|exceed_context_size/.test(said.marks) || overflowWords.test(said.message)) {
    return 'model.context-overflow';
  }
  if (filterWords.test(all)) return 'model.content-filter';
  if (quotaWords.test(all)) return 'model.quota';
  if (/model_not_found/.test(said.marks) || missingWords.test(said.message)) return 'model.missing';
  return null;
}

function codeOf(status: number, said: ServerError): FailureCode {
  const word = worded(said);
  switch (status) {
    case 400:
      return keyWords.test(said.message) ? 'model.key-refused' : (word ?? 'model.invalid-request');
    case 401:
      return 'model.key-refused';
    case 403:
      return word === 'model.content-filter' || word === 'model.quota' ? word : 'model.key-refused';
    case 402:
      return 'model.quota';
    case 429:
      return word === 'model.quota' ? word : 'model.rate-limit';
    case 404:
      return word === 'model.missing' ? word : 'model.wrong-path';
    case 405:
      return 'model.wrong-path';
    case 407:
      return 'model.network';
    case 408:
      return 'model.timeout';
    case 425:
      return 'model.overloaded';
    default:
      if (status >= 500) return word === 'model.context-overflow' ? word : 'model.overloaded';
      return status >= 400 ? (word ?? 'model.invalid-request') : 'model.wrong-path';
  }
}

/** A page for people: some proxy, portal or web application answered, not the API behind the address. */
function codeOfPage(status: number): FailureCode {
  if (status === 401) return 'model.key-refused';
  if (status === 429) return 'model.rate-limit';
  if (status >= 500) return 'model.overloaded';
  // A firewall's page says nothing about the key; marking it refused would silence the provider for good.
  if (status === 403 || status === 407) return 'model.network';
  return 'model.wrong-path';
}

/** Whether the answer is HTML, by its type or, where that lies, by its first letters. */
export function isPage(answer: Answer): boolean {
  const type = answer.headers.get('content-type') ?? '';
  return /^\s*text\/html/i.test(type) || /^\s*<(?:!doctype html|html)/i.test(answer.body);
}

function pageTitle(body: string): string {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(body)?.[1]?.trim();
  return title === undefined ? 'an HTML page' : `an HTML page: ${title}`;
}

/** OpenAI says it in the sentence as well ("Please try again in 1.2s"), and proxies lose the headers. */
function waitInWords(message: string): Millis | undefined {
  const text = /try again in (\d[\d.]*(?:ms|[smhd])(?:[\d.]+(?:ms|[smhd]))*)/i.exec(message)?.[1];
  const wait = text === undefined ? null : duration(text);
  return wait === null ? undefined : Math.ceil(wait);
}
