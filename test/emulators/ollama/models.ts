/* The models on the machine: what `tags`, `ps` and `show` say of them. Shapes after Ollama's API documentation. */
import { createHash } from 'node:crypto';
import type { ModelSpec } from './types.ts';

interface Loaded {
  readonly numCtx: number;
  /** Milliseconds since the epoch at which it is unloaded; `Infinity` keeps it. */
  readonly until: number;
}

/** Milliseconds a model stays loaded after a call that does not say. */
const keepAliveDefault = 5 * 60_000;

/** A name with its tag. */
export function fullName(name: string): string {
  return /:[^/]+$/.test(name) ? name : `${name}:latest`;
}

export class ModelStore {
  readonly #models = new Map<string, ModelSpec>();
  readonly #loaded = new Map<string, Loaded>();
  readonly #now: () => number;

  constructor(models: readonly ModelSpec[], now: () => number) {
    this.#now = now;
    for (const model of models) this.add(model);
  }

  add(model: ModelSpec): void {
    this.#models.set(fullName(model.name), model);
  }

  remove(name: string): void {
    this.#models.delete(fullName(name));
    this.#loaded.delete(fullName(name));
  }

  find(name: string): ModelSpec | undefined {
    return this.#models.get(fullName(name));
  }

  isLoaded(model: ModelSpec): boolean {
    return this.#running().some(([name]) => name === fullName(model.name));
  }

  /** `keepAlive` as the client wrote it: seconds, a duration like `10m`, negative for ever, 0 not at all. */
  load(model: ModelSpec, numCtx: number, keepAlive: unknown): void {
    const stays = keepAliveMs(keepAlive);
    if (stays === 0) this.unload(model);
    else this.#loaded.set(fullName(model.name), { numCtx, until: stays < 0 ? Infinity : this.#now() + stays });
  }

  unload(model: ModelSpec): void {
    this.#loaded.delete(fullName(model.name));
  }

  tags() {
    return { models: [...this.#models.values()].map((model) => ({ ...this.#entry(model), modified_at: modifiedAt })) };
  }

  ps() {
    const models = this.#running().flatMap(([name, { numCtx, until }]) => {
      const model = this.#models.get(name);
      if (model === undefined) return [];
      const expires = Number.isFinite(until) ? new Date(until).toISOString() : '2318-01-01T00:00:00Z';
      return [{ ...this.#entry(model), expires_at: expires, size_vram: sizeOf(model), context_length: numCtx }];
    });
    return { models };
  }

  show(model: ModelSpec) {
    const architecture = architectureOf(model);
    return {
      license: 'Apache License 2.0',
      modelfile: `FROM ${fullName(model.name)}\n`,
      ...(model.parameters === undefined ? {} : { parameters: model.parameters }),
      template: '{{ .Prompt }}',
      details: details(model),
      model_info: {
        'general.architecture': architecture,
        'general.parameter_count': 8_190_735_360,
        [`${architecture}.context_length`]: contextLengthOf(model),
        [`${architecture}.embedding_length`]: 4096,
      },
      capabilities: capabilitiesOf(model),
      modified_at: modifiedAt,
    };
  }

  #running(): [string, Loaded][] {
    return [...this.#loaded].filter(([, { until }]) => until > this.#now());
  }

  #entry(model: ModelSpec) {
    const name = fullName(model.name);
    return { name, model: name, size: sizeOf(model), digest: digestOf(model), details: details(model) };
  }
}

const modifiedAt = '2026-01-02T03:04:05.678Z';

export function contextLengthOf(model: ModelSpec): number {
  return model.contextLength ?? 32_768;
}

export function capabilitiesOf(model: ModelSpec): readonly string[] {
  return model.capabilities ?? ['completion', 'tools'];
}

export function sizeOf(model: ModelSpec): number {
  return model.size ?? 5_000_000_000;
}

/** The digest a model's weights go by, derived from its name. */
export function digestOf(model: ModelSpec): string {
  return createHash('sha256').update(fullName(model.name)).digest('hex');
}

/** The `num_ctx` its model file sets, if it does. */
export function parameterNumCtx(model: ModelSpec): number | undefined {
  const text = /^num_ctx\s+([0-9]+)/m.exec(model.parameters ?? '')?.[1];
  return text === undefined ? undefined : Number(text);
}

function architectureOf(model: ModelSpec): string {
  return model.architecture ?? /^[a-z]+[0-9]*/.exec(model.name.split('/').at(-1) ?? '')?.[0] ?? 'llama';
}

function details(model: ModelSpec) {
  const family = architectureOf(model);
  const kind = { parent_model: '', format: 'gguf', family, families: [family] };
  return { ...kind, parameter_size: '8.2B', quantization_level: 'Q4_K_M' };
}

function keepAliveMs(value: unknown): number {
  if (typeof value === 'number') return value * 1000;
  if (typeof value !== 'string') return keepAliveDefault;
  const [, amount = '5', unit = 's'] = /^(-?[0-9.]+)(ms|s|m|h)?$/.exec(value) ?? [undefined, '5', 'm'];
  const factors = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return Number(amount) * (factors[unit as keyof typeof factors] ?? 1000);
}
