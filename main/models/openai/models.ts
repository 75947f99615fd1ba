/**
 * `GET /models` → models with what the server tells beyond OpenAI's four fields. The fields are those of OpenRouter
 * (`context_length`, `architecture`, `supported_parameters`), Together (`context_length`, a bare array), vLLM
 * (`max_model_len`), Groq (`context_window`), Mistral (`max_context_length`, `capabilities`), LM Studio
 * (`loaded_context_length`) and llama.cpp (`meta.n_ctx`; `n_ctx_train` is not what it was started with).
 */
import type { ModelInfo } from '../../gateway/model.ts';
import { asCount, asRecord, asText } from '../json.ts';
import type { JsonRecord } from '../json.ts';

/** Null when the body is no list of models. */
export function readModels(body: unknown): readonly ModelInfo[] | null {
  const list = Array.isArray(body) ? body : asRecord(body)?.['data'];
  if (!Array.isArray(list)) return null;
  return list.flatMap((entry) => {
    const model = asRecord(entry);
    const name = asText(model?.['id']);
    return model === null || name === null ? [] : [modelOf(name, model)];
  });
}

function modelOf(name: string, model: JsonRecord): ModelInfo {
  return {
    name,
    contextTokens: windowOf(model),
    sees: listed(asRecord(model['architecture'])?.['input_modalities'], 'image') ?? capable(model, 'vision'),
    tools: listed(model['supported_parameters'], 'tools') ?? capable(model, 'function_calling'),
    thinks: listed(model['supported_parameters'], 'reasoning') ?? capable(model, 'reasoning'),
    sizeBytes: asCount(asRecord(model['meta'])?.['size']),
  };
}

function windowOf(model: JsonRecord): number | null {
  const places = [
    model['loaded_context_length'],
    asRecord(model['meta'])?.['n_ctx'],
    model['max_model_len'],
    model['context_window'],
    model['context_length'],
    model['max_context_length'],
  ];
  for (const value of places) {
    const tokens = asCount(value);
    if (tokens !== null && tokens > 0) return tokens;
  }
  return null;
}

function listed(value: unknown, word: string): boolean | null {
  return Array.isArray(value) ? value.includes(word) : null;
}

function capable(model: JsonRecord, name: string): boolean | null {
  const value = asRecord(model['capabilities'])?.[name];
  return typeof value === 'boolean' ? value : null;
}
