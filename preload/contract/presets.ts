/**
 * Servers that setup offers by name, so that nobody has to look an address up. Addresses are those of the services' own
 * documentation; local ones are the default ports. Any other OpenAI-compatible server is typed in.
 */
export interface ProviderPreset {
  /** Proposed as the provider's id. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'openai' | 'ollama';
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** `optional`: some installations of it ask for one. */
  readonly key: 'required' | 'optional' | 'never';
  /** Runs on the person's own machine by default: the address may have to be changed. */
  readonly local: boolean;
}

export const providerPresets: readonly ProviderPreset[] = [
  remote('openai', 'OpenAI', 'https://api.openai.com/v1'),
  remote('openrouter', 'OpenRouter', 'https://openrouter.ai/api/v1'),
  remote('groq', 'Groq', 'https://api.groq.com/openai/v1'),
  remote('mistral', 'Mistral', 'https://api.mistral.ai/v1'),
  remote('deepseek', 'DeepSeek', 'https://api.deepseek.com/v1'),
  remote('together', 'Together AI', 'https://api.together.xyz/v1'),
  { id: 'ollama', name: 'Ollama', kind: 'ollama', baseUrl: 'http://127.0.0.1:11434', key: 'never', local: true },
  local('lm-studio', 'LM Studio', 'http://127.0.0.1:1234/v1'),
  local('llama-cpp', 'llama.cpp server', 'http://127.0.0.1:8080/v1'),
  local('vllm', 'vLLM', 'http://127.0.0.1:8000/v1'),
  local('litellm', 'LiteLLM proxy', 'http://127.0.0.1:4000/v1'),
];

function remote(id: string, name: string, baseUrl: string): ProviderPreset {
  return { id, name, kind: 'openai', baseUrl, key: 'required', local: false };
}

function local(id: string, name: string, baseUrl: string): ProviderPreset {
  return { id, name, kind: 'openai', baseUrl, key: 'optional', local: true };
}
