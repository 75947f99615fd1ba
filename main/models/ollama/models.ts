/** What `/api/tags` and `/api/show` tell of a model. */
import { asCount, asRecord, asText } from '../json.ts';

export interface Shown {
  /** The model's own limit; null when its file does not say. */
  readonly limit: number | null;
  /** Null from servers that are too old to list capabilities. */
  readonly sees: boolean | null;
  readonly tools: boolean | null;
  readonly thinks: boolean | null;
  /** It knows levels of thinking, and always thinks (gpt-oss); others are told only whether to. */
  readonly thinksInLevels: boolean;
}

/** `model_info` names the limit after the architecture: `llama.context_length`. */
export function readShown(body: unknown): Shown {
  const info = asRecord(asRecord(body)?.['model_info']);
  const architecture = asText(info?.['general.architecture']);
  const named = architecture === null ? null : asCount(info?.[`${architecture}.context_length`]);
  const capabilities = asRecord(body)?.['capabilities'];
  const can = (what: string): boolean | null => (Array.isArray(capabilities) ? capabilities.includes(what) : null);
  const limit = named !== null && named > 0 ? named : null;
  return {
    limit,
    sees: can('vision'),
    tools: can('tools'),
    thinks: can('thinking'),
    thinksInLevels: architecture === 'gptoss',
  };
}

export interface Tag {
  readonly name: string;
  readonly sizeBytes: number | null;
}

/** Null when the body is no list of models. */
export function readTags(body: unknown): readonly Tag[] | null {
  const models = asRecord(body)?.['models'];
  if (!Array.isArray(models)) return null;
  return models.flatMap((entry) => {
    const model = asRecord(entry);
    const name = asText(model?.['name']) ?? asText(model?.['model']);
    return name === null ? [] : [{ name, sizeBytes: asCount(model?.['size']) }];
  });
}
