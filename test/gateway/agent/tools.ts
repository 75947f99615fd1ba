/** Tools that do what a test tells them, and a model that asks for them over the real emulator. */
import type { Tool, ToolContext, ToolResult } from '../../../main/gateway/tool.ts';
import type { ToolCallRow } from '../../../main/gateway/agent/types.ts';
import type { ConversationId } from '../../../main/gateway/types.ts';
import type { Subject } from '../../../main/lib/observable.ts';
import { subject } from '../../../main/lib/observable.ts';
import type { ScriptedToolCall } from '../../emulators/lib/script.ts';
import type { TestGateway } from '../../lib/gateway.ts';

export interface ScriptedTool extends Tool {
  /** What each run was given, in their order. */
  readonly runs: { readonly input: unknown; readonly context: ToolContext }[];
}

type Play = (input: unknown, signal: AbortSignal) => Promise<ToolResult>;

/** Without side effects, ours, and permitted, unless told otherwise. */
export function tool(name: string, play: Play | string, change: Partial<Tool> = {}): ScriptedTool {
  const runs: ScriptedTool['runs'] = [];
  return {
    description: { name, description: `It does ${name}.`, parameters: { type: 'object', properties: {} } },
    sideEffects: false,
    outside: false,
    permission: 'always',
    ...change,
    runs,
    async run(input, context, signal) {
      runs.push({ input, context });
      return typeof play === 'string' ? { ok: true, text: play } : play(input, signal);
    },
  };
}

/** Settles when it is told to stop. */
export const hangs: Play = (_input, signal) =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ ok: false, text: 'stopped' }), { once: true });
  });

export function toolsOf(...tools: readonly Tool[]): Subject<readonly Tool[]> {
  return subject(tools);
}

/** The model's next answer asks for these; arguments as an object, or as the text that it writes. */
export function asksFor(
  test: TestGateway,
  ...calls: readonly (readonly [name: string, given?: object | string, fragments?: readonly string[]])[]
): void {
  const toolCalls = calls.map(([name, given = {}, fragments]): ScriptedToolCall => {
    const written = typeof given === 'string' ? given : JSON.stringify(given);
    return { name, arguments: written, ...(fragments === undefined ? {} : { fragments }) };
  });
  test.openai.next({ kind: 'reply', text: '', toolCalls });
}

export function says(test: TestGateway, text: string): void {
  test.openai.next({ kind: 'reply', text });
}

/** The calls of the turn that answers `text`. */
export function callsFor(test: TestGateway, text: string, chat: number | string = 'thread'): readonly ToolCallRow[] {
  return test.read.toolCalls.ofTurn(test.turn(text, chat).id);
}

/** The results that the `index`th prompt holds, in their order. */
export function resultsIn(test: TestGateway, index: number): readonly string[] {
  return test.prompt(index).flatMap((line) => (line.startsWith('tool: ') ? [line.slice('tool: '.length)] : []));
}

/** The names of the tools that the `index`th prompt offers. */
export function offeredIn(test: TestGateway, index: number): readonly string[] {
  const { tools = [] } = test.openai.chats.at(index)?.body as {
    readonly tools?: readonly { readonly function: { readonly name: string } }[];
  };
  return tools.map((each) => each.function.name);
}

/** Waits until the owner is asked about so many calls, and answers with their cards. */
export async function askedAbout(test: TestGateway, count: number): Promise<readonly string[]> {
  const ids = (): readonly string[] =>
    test.gateway.cards.open().flatMap(({ kind, id }) => (kind === 'tool' ? [id] : []));
  await test.until(() => ids().length, count);
  return ids();
}

/** Waits until nothing works on the conversation: its turn waits for the owner. */
export async function parked(test: TestGateway, conversation: ConversationId): Promise<void> {
  await test.until(() => test.gateway.turns.status(conversation)?.asking, true);
}
