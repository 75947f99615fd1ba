/** What tests of compaction share: a model that condenses when it is asked to, and a look at what it was given. */
import type { ChatCall, OpenAiBehaviour } from '../../emulators/openai/types.ts';
import type { TestGateway } from '../../lib/gateway.ts';

/** Of our own instructions to a model that condenses. */
const instruction = 'You condense conversations';

export interface Prompt {
  /** 0 or more of the chat calls, in their order. */
  readonly number: number;
  /** All of it as JSON. */
  readonly text: string;
  readonly system: string;
  /** Everything after the system message, in its order. */
  readonly told: readonly { readonly role: string; readonly text: string }[];
  /** What the tools are that were offered, as the model's server is told. */
  readonly tools: readonly unknown[];
  /** Tokens that the answer may have. */
  readonly limit: number;
  readonly condenses: boolean;
  /** The server took it. */
  readonly accepted: boolean;
}

export function isCondensing(call: ChatCall): boolean {
  return call.messages[0]?.text.startsWith(instruction) === true;
}

interface ChatBody {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly tools?: readonly { readonly function: unknown }[];
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
}

/** Everything that the model was asked in chats, the first `from` calls left out. */
export function promptsOf(test: TestGateway, from = 0): readonly Prompt[] {
  return test.openai.chats.slice(from).map(({ body, status }, number) => {
    const { messages, tools = [], ...limits } = body as ChatBody;
    const [first, ...rest] = messages;
    const system = typeof first?.content === 'string' ? first.content : '';
    return {
      number,
      text: JSON.stringify(messages),
      system,
      told: rest.map(({ role, content }) => ({ role, text: textOf(content) })),
      tools: tools.map((tool) => tool.function),
      limit: limits.max_tokens ?? limits.max_completion_tokens ?? 0,
      condenses: system.startsWith(instruction),
      accepted: status === 200,
    };
  });
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part: { readonly text?: string }) => part.text ?? '').join('\n') : '';
}

/** Answers `answer`, and `condensed` when it is asked to condense. */
export function condensing(
  condensed: (call: ChatCall) => string,
  answer: (call: ChatCall) => string,
): (call: ChatCall) => OpenAiBehaviour {
  return (call) => ({ kind: 'reply', text: isCondensing(call) ? condensed(call) : answer(call) });
}

/** A message of the window, and its answer. A long one waits a second for its rest before it is taken. */
export async function talk(test: TestGateway, text: string, chat = 'thread'): Promise<void> {
  const { id } = await test.submit(text, chat);
  while (test.read.messages.get(id)?.state === 'waiting') await test.clock.elapse(1000);
  await test.until(() => test.read.messages.get(id)?.state, 'answered');
}
