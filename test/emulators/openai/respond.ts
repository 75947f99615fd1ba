/*
 * A behaviour turned into bytes: server-sent events for a streaming call, one JSON body otherwise. Shapes after the
 * types ChatCompletionChunk and ChatCompletion of the `openai` package.
 */
import { dropConnection, sendJson, sendProxyPage, sendText } from '../lib/http.ts';
import type { Exchange } from '../lib/http.ts';
import { playFrames } from '../lib/frames.ts';
import type { Frame } from '../lib/frames.ts';
import {
  endingOf,
  estimateTokens,
  gateOf,
  reasonPhrase,
  replyPieces,
  toolFragments,
  wholeGate,
} from '../lib/script.ts';
import type { BrokenStream, ReplyBehaviour } from '../lib/script.ts';
import { overflowBody, quotaUsedUp, usualRefusal } from './errors.ts';
import type { ChatCall, OpenAiBehaviour } from './types.ts';

const streamHeaders = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };

/** Plays `behaviour` as the answer to `call`; resolves when the answer is over or the client has gone. */
export async function respond(exchange: Exchange, call: ChatCall, behaviour: OpenAiBehaviour): Promise<void> {
  const { response } = exchange;
  switch (behaviour.kind) {
    case 'reply':
      await reply(exchange, call, behaviour);
      return;
    case 'status': {
      const { status, headers = {} } = behaviour;
      const body = behaviour.body ?? { error: usualRefusal(status, call.model).error };
      if (typeof body === 'string') sendText(exchange, status, 'text/plain; charset=utf-8', body, headers);
      else sendJson(exchange, status, body, headers);
      return;
    }
    case 'quota': {
      const { status, error } = quotaUsedUp();
      sendJson(exchange, status, { error });
      return;
    }
    case 'overflow': {
      const { flavour = 'openai', limit = 8192, tokens = Math.max(call.promptTokens, limit + 1) } = behaviour;
      sendJson(exchange, 400, overflowBody(flavour, limit, tokens));
      return;
    }
    case 'html':
      sendProxyPage(exchange, behaviour.status, behaviour.reason ?? reasonPhrase(behaviour.status));
      return;
    case 'hang':
      await exchange.over;
      return;
    case 'hang-after-headers':
      response.writeHead(200, call.stream ? streamHeaders : { 'content-type': 'application/json' });
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
      await broken(exchange, call, behaviour);
  }
}

async function reply(exchange: Exchange, call: ChatCall, given: ReplyBehaviour): Promise<void> {
  const { response } = exchange;
  const before = wholeGate(given);
  if (before !== undefined) {
    await Promise.race([before, exchange.over]);
    if (response.destroyed) return;
  }
  const pieces = withinLimit(replyPieces(given), call.maxTokens);
  const finish = given.finish ?? (given.toolCalls === undefined ? (pieces.cut ? 'length' : 'stop') : 'tool_calls');
  const usage = given.usage === 'none' ? undefined : usageOf(call, given, pieces.list);
  if (!call.stream) {
    if (given.firstTokenGate !== undefined) await Promise.race([given.firstTokenGate, exchange.over]);
    if (!response.destroyed) sendJson(exchange, 200, completion(call, given, pieces.list, finish, usage));
    return;
  }
  const chunk = chunker(call);
  const first = given.firstTokenGate;
  const frames: Frame[] = [{ text: chunk('{"role":"assistant","content":"","refusal":null}'), gate: first }];
  for (const text of given.reasoning ?? []) {
    frames.push({ text: chunk(`{"reasoning_content":${JSON.stringify(text)}}`) });
  }
  for (const [index, text] of pieces.list.entries()) {
    frames.push({ text: chunk(`{"content":${JSON.stringify(text)}}`), gate: gateOf(given, index) });
  }
  frames.push(...toolFrames(given, chunk), { text: chunk('{}', finish) });
  if (call.includeUsage && usage !== undefined) {
    frames.push({
      text: `data: ${JSON.stringify({ ...envelope(call, 'chat.completion.chunk'), choices: [], usage })}\n\n`,
    });
  }
  frames.push({ text: 'data: [DONE]\n\n' });
  response.writeHead(200, streamHeaders);
  await playFrames(exchange, frames, 'end');
}

type Chunker = (delta: string, finish?: string) => string;

/** Builds the events of one stream; only the delta differs, so the rest is put together once. */
function chunker(call: ChatCall): Chunker {
  const head = JSON.stringify(envelope(call, 'chat.completion.chunk')).slice(0, -1);
  const usage = call.includeUsage ? ',"usage":null' : '';
  return (delta, finish) => {
    const reason = finish === undefined ? 'null' : JSON.stringify(finish);
    return `data: ${head},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${reason}}]${usage}}\n\n`;
  };
}

function envelope(call: ChatCall, object: string) {
  return {
    id: `chatcmpl-${String(call.number).padStart(12, '0')}`,
    object,
    created: Math.floor(call.request.at / 1000),
    model: call.model,
    service_tier: 'default',
    system_fingerprint: 'fp_emulator',
  };
}

function toolFrames(given: ReplyBehaviour, chunk: Chunker): Frame[] {
  const frames: Frame[] = [];
  for (const [index, call] of (given.toolCalls ?? []).entries()) {
    const id = call.id ?? `call_${String(index)}`;
    const opening = { index, id, type: 'function', function: { name: call.name, arguments: '' } };
    frames.push({ text: chunk(JSON.stringify({ tool_calls: [opening] })) });
    for (const [part, fragment] of toolFragments(call).entries()) {
      const text = chunk(JSON.stringify({ tool_calls: [{ index, function: { arguments: fragment } }] }));
      frames.push({ text, gate: call.gate?.[part] });
    }
  }
  return frames;
}

function completion(
  call: ChatCall,
  given: ReplyBehaviour,
  pieces: readonly string[],
  finish: string,
  usage: ReturnType<typeof usageOf> | undefined,
) {
  const calls = given.toolCalls?.map((tool, index) => ({
    id: tool.id ?? `call_${String(index)}`,
    type: 'function',
    function: { name: tool.name, arguments: tool.arguments },
  }));
  const text = pieces.join('');
  const content = text === '' && calls !== undefined ? null : text;
  const reasoning = given.reasoning === undefined ? {} : { reasoning_content: given.reasoning.join('') };
  const tools = calls === undefined ? {} : { tool_calls: calls };
  const message = { role: 'assistant', content, refusal: null, annotations: [], ...reasoning, ...tools };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
  return { ...envelope(call, 'chat.completion'), choices, ...(usage === undefined ? {} : { usage }) };
}

function usageOf(call: ChatCall, given: ReplyBehaviour, pieces: readonly string[]) {
  const said = [...pieces, ...(given.reasoning ?? []), ...(given.toolCalls ?? []).map((tool) => tool.arguments)];
  const counted =
    given.usage === undefined || given.usage === 'none'
      ? { promptTokens: call.promptTokens, completionTokens: estimateTokens(said.join('').length) }
      : given.usage;
  return {
    prompt_tokens: counted.promptTokens,
    completion_tokens: counted.completionTokens,
    total_tokens: counted.promptTokens + counted.completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

/** The pieces that fit under the caller's limit of tokens; the service stops in the middle of a piece. */
function withinLimit(pieces: readonly string[], maxTokens: number | undefined) {
  if (maxTokens === undefined) return { list: pieces, cut: false };
  const list: string[] = [];
  let left = maxTokens * 4;
  for (const piece of pieces) {
    if (piece.length > left) return { list: left > 0 ? [...list, piece.slice(0, left)] : list, cut: true };
    left -= piece.length;
    list.push(piece);
  }
  return { list, cut: false };
}

async function broken(exchange: Exchange, call: ChatCall, behaviour: BrokenStream): Promise<void> {
  const { response } = exchange;
  const pieces = ('pieces' in behaviour ? behaviour.pieces : undefined) ?? [
    'This ',
    'answer ',
    'never ',
    'ends ',
    'well.',
  ];
  const through = pieces.slice(0, behaviour.after ?? 1);
  if (!call.stream) {
    const whole = JSON.stringify(completion(call, { kind: 'reply', pieces: through }, through, 'stop', undefined));
    const text = behaviour.kind === 'malformed' ? whole.slice(0, -2) : whole.slice(0, whole.length / 2);
    response.writeHead(200, { 'content-type': 'application/json' });
    await playFrames(exchange, [{ text }], endingOf(behaviour));
    return;
  }
  const chunk = chunker(call);
  const frames: Frame[] = [{ text: chunk('{"role":"assistant","content":"","refusal":null}') }];
  for (const text of through) frames.push({ text: chunk(`{"content":${JSON.stringify(text)}}`) });
  if (behaviour.kind === 'malformed')
    frames.push({ text: `data: ${behaviour.line ?? '{"id":"chatcmpl-broken","choices":[{'}\n\n` });
  if (behaviour.kind === 'error-in-stream') {
    const error = { message: behaviour.message, type: 'server_error', param: null, code: null };
    frames.push({ text: `data: ${JSON.stringify({ error })}\n\n` });
  }
  response.writeHead(200, streamHeaders);
  await playFrames(exchange, frames, endingOf(behaviour));
}
