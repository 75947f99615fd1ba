/**
 * The chunks of a streamed chat completion → pieces of a reply. Shapes: ChatCompletionChunk of OpenAI's API reference;
 * `reasoning_content` (DeepSeek, vLLM, llama.cpp) and `reasoning` (OpenRouter, Groq) stand beside `content`, or in it as parts. A whole
 * completion, as servers send it that do not stream, reads the same: `message` instead of `delta`.
 */
import type { Ids } from '../../gateway/clock.ts';
import type { ModelUsage, ToolCall } from '../../gateway/model.ts';
import { asCount, asRecord, asText, asTokens, parseJson } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import type { Piece } from '../reply-stream.ts';

interface OpenCall {
  id: string;
  name: string;
  arguments: string;
}

export class ChunkReader {
  readonly #ids: Ids;
  readonly #calls: { readonly index: number | null; readonly call: OpenCall }[] = [];
  /** `finish_reason` as the server has it; null until it came. */
  finish: string | null = null;
  usage: ModelUsage | null = null;
  /** UTF-16 units of everything the model wrote, reasoning and arguments included. */
  written = 0;
  /** Something to be seen was among it. */
  spoke = false;

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  /** The pieces of one chunk, none for frames that carry no words. */
  read(chunk: unknown): readonly Piece[] {
    const record = asRecord(chunk);
    if (record === null) return [];
    this.usage = usageOf(record['usage']) ?? this.usage;
    const choices = record['choices'];
    const choice = Array.isArray(choices) ? asRecord(choices[0]) : null;
    if (choice === null) return [];
    const finish = asText(choice['finish_reason']);
    if (finish !== null && finish !== '') this.finish = finish;
    const delta = asRecord(choice['delta']) ?? asRecord(choice['message']);
    return delta === null ? [] : this.#pieces(delta);
  }

  /** The tool calls, whole only now; ids that the server left out are made here. */
  toolCalls(): readonly ToolCall[] {
    const calls = this.#calls.toSorted((one, other) => (one.index ?? 0) - (other.index ?? 0));
    return calls.map(({ call }) => ({ ...call, id: call.id === '' ? this.#ids.next() : call.id }));
  }

  #pieces(delta: JsonRecord): readonly Piece[] {
    const pieces: Piece[] = [];
    const reasoning = asText(delta['reasoning_content']) ?? asText(delta['reasoning']) ?? '';
    if (reasoning !== '') pieces.push({ kind: 'reasoning', text: reasoning });
    // A refusal of the model is what it has to say; it stands in a field of its own.
    for (const text of [asText(delta['content']), asText(delta['refusal'])]) {
      if (text !== null && text !== '') pieces.push({ kind: 'text', text });
    }
    pieces.push(...listedPieces(delta['content']));
    for (const piece of pieces) {
      if (piece.kind === 'tool-call') continue;
      this.written += piece.text.length;
      this.spoke ||= piece.kind === 'text' && piece.text.trim() !== '';
    }
    const calls = delta['tool_calls'];
    if (Array.isArray(calls)) for (const call of calls) this.#gather(asRecord(call));
    return pieces;
  }

  /** Fragments of one call share its index; servers that send whole calls may leave it out. */
  #gather(fragment: JsonRecord | null): void {
    if (fragment === null) return;
    const named = asRecord(fragment['function']);
    const [id, name] = [asText(fragment['id']) ?? '', asText(named?.['name']) ?? ''];
    const call = this.#callOf(asCount(fragment['index']), id, name);
    call.id ||= id;
    call.name ||= name;
    const more = asText(named?.['arguments']) ?? '';
    call.arguments += more;
    this.written += more.length;
    this.spoke = true;
  }

  /** The call that a fragment goes on with, else a new one. */
  #callOf(index: number | null, id: string, name: string): OpenCall {
    const known = this.#calls.findLast((one) => one.index === index)?.call;
    if (known !== undefined && !isAnother(known, index, id, name)) return known;
    const call = { id: '', name: '', arguments: '' };
    this.#calls.push({ index, call });
    return call;
  }
}

/**
 * Whether a fragment begins a call of its own although a call of its index is there: Gemini's endpoint and older ones of
 * Ollama give all calls the index 0, others give none. Each of theirs has a name, and an id where they know ids; vLLM has
 * sent a new id with each fragment of one call, but its name only once.
 */
function isAnother(known: OpenCall, index: number | null, id: string, name: string): boolean {
  if (name === '' || known.name === '') return false;
  if (id !== '' && known.id !== '') return id !== known.id;
  return index === null || asRecord(parseJson(known.arguments)) !== null;
}

/** Content as a list: Mistral's models that think send `thinking` parts, which are lists themselves, before the text. */
function listedPieces(content: unknown): readonly Extract<Piece, { readonly text: string }>[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((entry) => {
    const part = asRecord(entry);
    const kind = part?.['type'] === 'thinking' ? 'reasoning' : 'text';
    const inner = part?.['thinking'];
    const texts = Array.isArray(inner) ? inner.map((one) => asText(asRecord(one)?.['text'])) : [asText(part?.['text'])];
    return texts.flatMap((text) => (text === null || text === '' ? [] : [{ kind, text } as const]));
  });
}

/** xAI and Google leave thoughts out of `completion_tokens`, charge them like words, and count them in the total alone. */
function usageOf(value: unknown): ModelUsage | null {
  const usage = asRecord(value);
  const inputTokens = asTokens(usage?.['prompt_tokens']);
  const said = asTokens(usage?.['completion_tokens']);
  if (inputTokens === null || said === null) return null;
  const total = asTokens(usage?.['total_tokens']) ?? 0;
  return { inputTokens, outputTokens: Math.max(said, total - inputTokens), estimated: false };
}
