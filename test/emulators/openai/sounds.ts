/*
 * `POST /v1/audio/transcriptions`: whether the service would take the form, and its answer. Shapes after the types
 * TranscriptionCreateParams and Transcription of the `openai` package; the first fault found is the one that is answered.
 */
import { dropConnection, sendJson } from '../lib/http.ts';
import type { Body, Exchange } from '../lib/http.ts';
import { no } from './checked.ts';
import type { Checked } from './checked.ts';
import { invalid, missing, unknownModel, usualRefusal, wrongValue } from './errors.ts';

export const soundsPath = '/v1/audio/transcriptions';

/** A form that the service would accept. */
export interface SoundCall {
  readonly model: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export type SoundBehaviour =
  /** `seconds`: the usage tells how long it was; `tokens`: what it took; neither: nothing is told. */
  | {
      readonly kind: 'heard';
      readonly text: string;
      readonly seconds?: number;
      readonly tokens?: { readonly input: number; readonly output: number };
    }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hang' };

/** The default: it tells the name of what came. */
export function hearName(call: SoundCall): SoundBehaviour {
  return { kind: 'heard', text: `heard: ${call.name}` };
}

const fields = ['file', 'model', 'response_format', 'language', 'prompt', 'temperature', 'stream'];
const formats = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'];
const endings = ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm'];

/** `models` are those that are there. */
export async function checkSound(
  exchange: Exchange,
  body: Body & { readonly kind: 'body' },
  models: readonly string[],
): Promise<Checked<SoundCall>> {
  const type = exchange.headers['content-type'] ?? '';
  if (!/^multipart\/form-data;.*boundary=/.test(type)) return no(invalid(`Unsupported content type: '${type}'.`));
  const form = await readForm(body.bytes, type);
  if (form === null) return no(invalid('Could not parse multipart form'));
  for (const name of form.keys()) {
    if (!fields.includes(name)) return no(invalid(`Unrecognized request argument supplied: ${name}`));
  }
  const model = form.get('model');
  if (typeof model !== 'string' || model === '') return no(missing('model'));
  const file = form.get('file');
  if (!(file instanceof File)) return no(missing('file'));
  const format = form.get('response_format') ?? 'json';
  if (typeof format !== 'string' || !formats.includes(format)) {
    return no(wrongValue('response_format', typeof format === 'string' ? format : format.name, formats));
  }
  const ending = file.name.split('.').at(-1)?.toLowerCase() ?? '';
  if (!endings.includes(ending) || file.size === 0) {
    return no(invalid(`Invalid file format. Supported formats: ${JSON.stringify(endings)}`));
  }
  if (!models.includes(model)) return no(unknownModel(model));
  const { name } = file;
  return { ok: true, value: { model, name, type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) } };
}

/** Null when the bytes are no form. */
async function readForm(bytes: Buffer, type: string): Promise<FormData | null> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Resolves when the answer is over or the client has gone. */
export async function answerSound(exchange: Exchange, call: SoundCall, behaviour: SoundBehaviour): Promise<void> {
  switch (behaviour.kind) {
    case 'heard': {
      const { text, seconds, tokens } = behaviour;
      const usage =
        tokens === undefined
          ? seconds === undefined
            ? {}
            : { usage: { type: 'duration', seconds } }
          : {
              usage: {
                type: 'tokens',
                input_tokens: tokens.input,
                output_tokens: tokens.output,
                total_tokens: tokens.input + tokens.output,
              },
            };
      sendJson(exchange, 200, { text, ...usage });
      return;
    }
    case 'status': {
      const { error } = usualRefusal(behaviour.status, call.model);
      sendJson(exchange, behaviour.status, { error }, behaviour.headers);
      return;
    }
    case 'drop':
      dropConnection(exchange);
      return;
    case 'hang':
      await exchange.over;
  }
}
