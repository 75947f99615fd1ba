/** Which adapter stands behind each kind of provider. A library is loaded when the first provider needs it. */
import { assertNever } from '../lib/assert-never.ts';
import type { CreateProvider } from '../gateway/model.ts';
import type { ModelDeps } from './deps.ts';

/** The factory the gateway is given; `deps` are shared by all providers it makes. */
export function createProviderFactory(deps: ModelDeps): CreateProvider {
  return async (seed) => {
    switch (seed.kind) {
      case 'openai':
        return (await import('./openai/index.ts')).createOpenAiProvider(deps, seed);
      case 'ollama':
        return (await import('./ollama/index.ts')).createOllamaProvider(deps, seed);
      case 'practice':
        return (await import('./practice/index.ts')).createPracticeProvider(deps);
      default:
        return assertNever(seed.kind, 'kind of provider');
    }
  };
}
