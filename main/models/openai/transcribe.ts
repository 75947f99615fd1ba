/**
 * `POST /audio/transcriptions`: a sound goes up as a form, its words come back as JSON (shape: `Transcription` of the
 * `openai` package). One request; what it used is the server's count, or an estimate from how long the sound is,
 * which the server tells, or whoever asks, or its size.
 */
import type { Transcription as Answer } from 'openai/resources/audio/transcriptions';
import type { ModelUsage, ProviderSeed, SoundRequest, Transcription } from '../../gateway/model.ts';
import { explain, openExchange } from '../call.ts';
import type { ModelDeps } from '../deps.ts';
import { estimateTokens } from '../estimate.ts';
import { abortFailure, Malformed } from '../failures.ts';
import { asRecord, asText, asTokens } from '../json.ts';
import { createTransport, type Exchange } from '../transport.ts';

/** Endings that servers know sounds by, and the one for a type that came under another name. */
const endings = /\.(flac|m4a|mp3|mp4|mpeg|mpga|oga|ogg|wav|webm)$/i;
const endingOfType: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'audio/aac': 'm4a',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/webm': 'webm',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
};
/** Where a server tells only how long the sound is, or nothing: about 1,000 tokens a minute, 3 kB a second. */
const tokensPerSecond = 17;
const bytesPerSecond = 3_000;
/** What is told to be longer than a day is no sound that was sent. */
const longestSound = 86_400;

export type Transcribe = (request: SoundRequest, signal: AbortSignal) => Promise<Transcription>;

/** Of one server with one key. Every fault is a value. */
export function createTranscriber(deps: ModelDeps, seed: ProviderSeed): Transcribe {
  // The form names its own content type, with the line between its parts.
  const transport = createTransport(deps.fetch, deps.clock, {
    accept: 'application/json',
    'user-agent': 'Porchlight',
    ...(seed.key === null || seed.key === '' ? {} : { authorization: `Bearer ${seed.key}` }),
  });
  const address = `${seed.baseUrl.replace(/\/+$/, '')}/audio/transcriptions`;
  return async (request, signal) => {
    const about = { provider: seed.name, model: request.model, key: seed.key };
    const control = new AbortController();
    const abort = (): void => control.abort(signal.reason);
    if (signal.aborted) return { failure: abortFailure(about, signal), usage: null };
    signal.addEventListener('abort', abort, { once: true });
    using exchange = openExchange(deps.clock, request.timeouts, control);
    try {
      const answer: unknown = await transport.run(exchange, async () => {
        const response = await transport.fetch(address, { method: 'POST', body: formOf(request) });
        return response.json();
      });
      const text = asText(asRecord(answer)?.['text' satisfies keyof Answer]);
      if (text === null) throw new Malformed('the answer holds no text');
      return { text: text.trim(), usage: usageOf(asRecord(answer)?.['usage'], request, text) };
    } catch (error) {
      const failure = explain(about, exchange, error, deps.clock.now());
      return { failure, usage: usageOfFailed(exchange, request) };
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
}

function formOf({ model, bytes, name, type }: SoundRequest): FormData {
  const form = new FormData();
  const plain = (type.split(';')[0] ?? '').trim().toLowerCase();
  const known = endings.test(name) ? name : `${name === '' ? 'sound' : name}.${endingOfType[plain] ?? 'ogg'}`;
  form.append('model', model);
  form.append('response_format', 'json');
  form.append('file', new Blob([new Uint8Array(bytes)], { type: plain }), known);
  return form;
}

function usageOf(value: unknown, request: SoundRequest, text: string): ModelUsage {
  const usage = asRecord(value);
  const sound = soundOf(usage?.['seconds'], request);
  const inputTokens = asTokens(usage?.['input_tokens']);
  const outputTokens = asTokens(usage?.['output_tokens']);
  if (inputTokens !== null && outputTokens !== null) return { inputTokens, outputTokens, estimated: false, sound };
  return {
    inputTokens: Math.ceil(sound.seconds * tokensPerSecond),
    outputTokens: estimateTokens(text.length),
    estimated: true,
    sound,
  };
}

/** Seconds that have begun are charged. */
function soundOf(told: unknown, { bytes, seconds }: SoundRequest): NonNullable<ModelUsage['sound']> {
  const known = typeof told === 'number' && told >= 0 && told <= longestSound ? told : seconds;
  return { seconds: Math.ceil(known ?? bytes.length / bytesPerSecond), estimated: known === null };
}

/** Null when nothing left; nothing for a refusal, which costs nothing; else what was sent may have been heard. */
function usageOfFailed(exchange: Exchange, request: SoundRequest): ModelUsage | null {
  if (!exchange.sent) return null;
  if (exchange.answer !== null) return { inputTokens: 0, outputTokens: 0, estimated: false };
  return usageOf(null, request, '');
}
