/*
 * A behaviour turned into bytes: one JSON object a line for a streaming call (the default), a single object otherwise.
 * Source: Ollama's API documentation, "Generate a chat completion".
 */
import { dropConnection, sendJson, sendProxyPage, sendText } from '../lib/http.ts';
import type { Exchange } from '../lib/http.ts';
import { playFrames } from '../lib/frames.ts';
import type { Frame } from '../lib/frames.ts';
import { parseJson } from '../lib/json.ts';
import { endingOf, estimateTokens, gateOf, reasonPhrase, replyPieces, wholeGate } from '../lib/script.ts';
import type { BrokenStream, ReplyBehaviour } from '../lib/script.ts';
import type { ChatCall, OllamaBehaviour } from './types.ts';

const streamHeaders = { 'content-type': 'application/x-ndjson' };

/** Plays `behaviour`; `createdAt` is the date that its lines carry. */
export async function respond(
  exchange: Exchange,
  call: ChatCall,
  behaviour: OllamaBehaviour,
  createdAt: string,
): Promise<void> {
  const { response } = exchange;
  switch (behaviour.kind) {
    case 'reply':
      await reply(exchange, call, behaviour, createdAt);
      return;
    case 'status': {
      const { status, headers = {} } = behaviour;
      const body = behaviour.body ?? { error: usualError(status) };
      if (typeof body === 'string') sendText(exchange, status, 'text/plain; charset=utf-8', body, headers);
      else sendJson(exchange, status, body, headers);
      return;
    }
    case 'html':
      sendProxyPage(exchange, behaviour.status, behaviour.reason ?? reasonPhrase(behaviour.status));
      return;
    case 'hang':
      await exchange.over;
      return;
    case 'hang-after-headers':
      response.writeHead(200, streamHeaders);
      response.flushHeaders();
      await exchange.over;
      return;
    case 'drop':
      dropConnection(exchange);
      return;
    case 'cut':
    case 'stall':
    case 'close-early':
    case 'malformed':
    case 'error-in-stream':
      await broken(exchange, call, behaviour, createdAt);
  }
}

/** What the service says with a status when the script names nothing. */
function usualError(status: number): string {
  if (status === 503) return 'server busy, please try again.  maximum pending requests exceeded';
  if (status === 401) return 'unauthorized';
  return 'llama runner process has terminated: signal: killed';
}

function lineOf(call: ChatCall, createdAt: string, message: object, rest: object = { done: false }): string {
  const said = { role: 'assistant', content: '', ...message };
  return `${JSON.stringify({ model: call.model, created_at: createdAt, message: said, ...rest })}\n`;
}

async function reply(exchange: Exchange, call: ChatCall, given: ReplyBehaviour, createdAt: string): Promise<void> {
  const { response } = exchange;
  const before = wholeGate(given);
  if (before !== undefined) {
    await Promise.race([before, exchange.over]);
    if (response.destroyed) return;
  }
  const limited = withinLimit(replyPieces(given), call.numPredict);
  const thoughts = call.thinking ? (given.reasoning ?? []) : [];
  const calls = given.toolCalls?.map((tool) => ({
    function: { name: tool.name, arguments: parseJson(tool.arguments) ?? {} },
  }));
  const end = closing(call, given, limited, thoughts);
  if (!call.stream) {
    if (given.firstTokenGate !== undefined) await Promise.race([given.firstTokenGate, exchange.over]);
    if (response.destroyed) return;
    const thinking = thoughts.length === 0 ? {} : { thinking: thoughts.join('') };
    const tools = calls === undefined ? {} : { tool_calls: calls };
    const content = limited.list.join('');
    const line = lineOf(call, createdAt, { content, ...thinking, ...tools }, end);
    sendText(exchange, 200, 'application/json; charset=utf-8', line.trimEnd());
    return;
  }
  const frames: Frame[] = [{ text: '', gate: given.firstTokenGate }];
  for (const thinking of thoughts) frames.push({ text: lineOf(call, createdAt, { thinking }) });
  for (const [index, content] of limited.list.entries()) {
    frames.push({ text: lineOf(call, createdAt, { content }), gate: gateOf(given, index) });
  }
  if (calls !== undefined) frames.push({ text: lineOf(call, createdAt, { tool_calls: calls }) });
  frames.push({ text: lineOf(call, createdAt, {}, end) });
  response.writeHead(200, streamHeaders);
  await playFrames(exchange, frames, 'end');
}

interface Limited {
  readonly list: readonly string[];
  readonly cut: boolean;
}

/** The fields of the last line: why it ended, and the counts (durations in nanoseconds). */
function closing(call: ChatCall, given: ReplyBehaviour, limited: Limited, thoughts: readonly string[]) {
  const reason = given.finish ?? (limited.cut ? 'length' : 'stop');
  const ended = { done: true, done_reason: reason };
  if (given.usage === 'none') return ended;
  const said = [...limited.list, ...thoughts, ...(given.toolCalls ?? []).map((tool) => tool.arguments)];
  const counts = given.usage ?? {
    promptTokens: call.promptTokens,
    completionTokens: estimateTokens(said.join('').length),
  };
  return {
    ...ended,
    total_duration: 4_883_583_458,
    load_duration: 1_334_875,
    prompt_eval_count: counts.promptTokens,
    prompt_eval_duration: 342_546_000,
    eval_count: counts.completionTokens,
    eval_duration: 4_535_599_000,
  };
}

function withinLimit(pieces: readonly string[], numPredict: number | undefined): Limited {
  // Negative numbers mean no limit.
  if (numPredict === undefined || numPredict < 0) return { list: pieces, cut: false };
  const list: string[] = [];
  let left = numPredict * 4;
  for (const piece of pieces) {
    if (piece.length > left) return { list: left > 0 ? [...list, piece.slice(0, left)] : list, cut: true };
    left -= piece.length;
    list.push(piece);
  }
  return { list, cut: false };
}

async function broken(exchange: Exchange, call: ChatCall, behaviour: BrokenStream, createdAt: string): Promise<void> {
  const { response } = exchange;
  if (!call.stream && behaviour.kind === 'error-in-stream') {
    sendJson(exchange, 500, { error: behaviour.message });
    return;
  }
  const pieces = ('pieces' in behaviour ? behaviour.pieces : undefined) ?? [
    'This ',
    'answer ',
    'never ',
    'ends ',
    'well.',
  ];
  const through = pieces.slice(0, behaviour.after ?? 1);
  if (!call.stream) {
    const whole = lineOf(call, createdAt, { content: through.join('') }, { done: true, done_reason: 'stop' });
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    await playFrames(exchange, [{ text: whole.slice(0, whole.length / 2) }], endingOf(behaviour));
    return;
  }
  const frames: Frame[] = through.map((content) => ({ text: lineOf(call, createdAt, { content }) }));
  if (behaviour.kind === 'malformed') frames.push({ text: `${behaviour.line ?? '{"model":"broken","message":{'}\n` });
  if (behaviour.kind === 'error-in-stream') frames.push({ text: `${JSON.stringify({ error: behaviour.message })}\n` });
  response.writeHead(200, streamHeaders);
  await playFrames(exchange, frames, endingOf(behaviour));
}
