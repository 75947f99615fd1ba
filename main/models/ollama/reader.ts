/** The lines of a streamed chat → pieces of a reply. Shape: Ollama's API documentation, "Generate a chat message". */
import type { Ids } from '../../gateway/clock.ts';
import type { ModelUsage, ToolCall } from '../../gateway/model.ts';
import { asRecord, asText, asTokens } from '../json.ts';
import type { Piece } from '../reply-stream.ts';

export class LineReader {
  readonly #ids: Ids;
  readonly #calls: ToolCall[] = [];
  /** `done_reason` once the last line came; null before it. */
  finish: string | null = null;
  usage: ModelUsage | null = null;
  /** UTF-16 units of everything the model wrote. */
  written = 0;
  spoke = false;

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  get toolCalls(): readonly ToolCall[] {
    return this.#calls;
  }

  read(line: unknown): readonly Piece[] {
    const record = asRecord(line);
    if (record === null) return [];
    if (record['done'] === true) {
      this.finish = asText(record['done_reason']) ?? 'stop';
      const inputTokens = asTokens(record['prompt_eval_count']);
      const outputTokens = asTokens(record['eval_count']);
      // The prompt's count is left out when all of it was cached; then both are estimated rather than one invented.
      if (inputTokens !== null && outputTokens !== null) this.usage = { inputTokens, outputTokens, estimated: false };
    }
    const message = asRecord(record['message']);
    if (message === null) return [];
    const thinking = asText(message['thinking']) ?? '';
    const text = asText(message['content']) ?? '';
    this.written += thinking.length + text.length;
    this.spoke ||= text.trim() !== '';
    const calls = message['tool_calls'];
    return [
      ...(thinking === '' ? [] : [{ kind: 'reasoning' as const, text: thinking }]),
      ...(text === '' ? [] : [{ kind: 'text' as const, text }]),
      ...(Array.isArray(calls) ? calls : []).map((call) => this.#toolCall(call)),
    ];
  }

  /** Calls come whole and without an id. */
  #toolCall(value: unknown): Piece {
    const named = asRecord(asRecord(value)?.['function']);
    const written = JSON.stringify(named?.['arguments'] ?? {});
    const call = { id: this.#ids.next(), name: asText(named?.['name']) ?? '', arguments: written };
    this.#calls.push(call);
    this.written += written.length;
    this.spoke = true;
    return { kind: 'tool-call', call };
  }
}
