/** Models of a provider that offers a thousand, prices, and models on their way. */
import type { ModelListView, ModelView, PullView } from '../../../preload/contract/model-views.ts';

const makers = ['aurora', 'basalt', 'cedar', 'delta', 'ember', 'fjord', 'garnet', 'harbour'];

function remoteModel(index: number): ModelView {
  const name = `${makers[index % makers.length] ?? ''}/chat-${String(index + 1)}`;
  return {
    ref: `router/${name}`,
    provider: 'router',
    name,
    contextTokens: [131_072, 1_000_000, 32_768][index % 3] ?? null,
    sees: index % 4 === 0,
    tools: index % 2 === 0,
    thinks: index % 3 === 0,
    sizeBytes: null,
    local: false,
    cooldownUntil: null,
    price: index % 5 === 4 ? null : { input: 150_000 * (1 + (index % 7)), output: 600_000 * (1 + (index % 7)) },
  };
}

export const thousand: ModelListView = {
  provider: 'router',
  models: Array.from({ length: 1000 }, (_, index) => remoteModel(index)),
  reason: null,
};

export const pulls: readonly PullView[] = [
  {
    provider: 'ollama',
    name: 'qwen3:32b',
    state: 'running',
    phase: 'loading',
    completed: 8_700_000_000,
    total: 20_200_000_000,
    speed: 23_400_000,
    left: 491_000,
    reason: null,
  },
  {
    provider: 'ollama',
    name: 'hf.co/somebody/a-model-with-a-very-long-name-GGUF:Q4_K_M',
    state: 'running',
    phase: 'asking',
    completed: 0,
    total: null,
    speed: null,
    left: null,
    reason: null,
  },
  {
    provider: 'ollama',
    name: 'gemma3:27b',
    state: 'failed',
    phase: 'loading',
    completed: 11_000_000_000,
    total: 17_400_000_000,
    speed: null,
    left: null,
    reason: { code: 'model.no-space', params: { provider: 'Ollama', model: 'gemma3:27b' } },
  },
  {
    provider: 'ollama',
    name: 'llama3.3:70b',
    state: 'stopped',
    phase: 'loading',
    completed: 4_000_000_000,
    total: 42_500_000_000,
    speed: null,
    left: null,
    reason: null,
  },
  {
    provider: 'ollama',
    name: 'phi4:14b',
    state: 'done',
    phase: 'checking',
    completed: 9_100_000_000,
    total: 9_100_000_000,
    speed: null,
    left: null,
    reason: null,
  },
];
