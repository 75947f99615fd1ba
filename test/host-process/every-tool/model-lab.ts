/** Two servers of models that call tools natively, each over its emulator: what is asked of them, and what they were given. */
import { startOllama } from '../../emulators/ollama/server.ts';
import { startOpenAi } from '../../emulators/openai/server.ts';
import { piecesOf } from '../../emulators/lib/script.ts';

/** A call that the model asks for. */
export type Asked = readonly [name: string, input: object];

export interface OfferedTool {
  readonly name: string;
  readonly parameters: unknown;
}

export interface ModelLab extends AsyncDisposable {
  /** As a provision file names it; its model is `lab/gpt-test`. */
  readonly provider: Readonly<Record<string, unknown>>;
  /** The next answer asks for these, at once. */
  asksFor(...calls: readonly Asked[]): void;
  /** Bodies of all chats so far. */
  readonly bodies: () => readonly unknown[];
}

export const model = 'gpt-test';

/** Arguments come in pieces of three characters. */
export async function openAiLab(): Promise<ModelLab> {
  const emulator = await startOpenAi({ keys: [], models: [model] });
  return {
    provider: { id: 'lab', kind: 'openai', baseUrl: emulator.url },
    asksFor(...calls) {
      const toolCalls = calls.map(([name, input]) => {
        const written = JSON.stringify(input);
        return { name, arguments: written, fragments: piecesOf(written, Math.ceil(written.length / 3)) };
      });
      emulator.next({ kind: 'reply', text: '', toolCalls });
    },
    bodies: () => emulator.chats.map(({ body }) => body),
    [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose](),
  };
}

/** Arguments come as an object in one line, calls have no ids. */
export async function ollamaLab(): Promise<ModelLab> {
  const models = [{ name: model, capabilities: ['completion', 'tools'], contextLength: 16_384 }];
  const emulator = await startOllama({ models });
  return {
    provider: { id: 'lab', kind: 'ollama', baseUrl: emulator.url },
    asksFor(...calls) {
      const toolCalls = calls.map(([name, input]) => ({ name, arguments: JSON.stringify(input) }));
      emulator.next({ kind: 'reply', text: '', toolCalls });
    },
    bodies: () => emulator.chats.map(({ body }) => body),
    [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose](),
  };
}

interface ChatBody {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly tools?: readonly { readonly function: OfferedTool }[];
}

/** Results that stand in a prompt, in their order. */
export function resultsIn(body: unknown): readonly string[] {
  const { messages } = body as ChatBody;
  return messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
}

export function offeredIn(body: unknown): readonly OfferedTool[] {
  return ((body as ChatBody).tools ?? []).map((tool) => tool.function);
}
