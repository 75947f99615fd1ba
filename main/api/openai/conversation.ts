/**
 * `/v1/chat/completions` with `user: "x"`: the conversation `api:x`. Its history is ours, so only the newest message of
 * the body goes in, by the one path of every message: stored, laned, answered, resumed after a crash.
 *
 * With `Idempotency-Key` the same key is the same message: a client that lost its connection asks again and gets the
 * one answer. Without one nobody can come back for it, so a client that goes away stops its turn.
 */
import type { ServerResponse } from 'node:http';
import type { ModelUsage } from '../../gateway/model.ts';
import type { MessageRow, ModelRef } from '../../gateway/types.ts';
import type { ApiPorts } from '../ports.ts';
import { sendJson } from '../http/exchange.ts';
import { invalid, reasonRefusal, type Refusal } from './errors.ts';
import { sendRefusal } from './refuse.ts';
import type { ChatCall } from './request.ts';
import { completion, createChunkWriter, type AnswerHead, type ChunkWriter } from './wire.ts';

/** Longest accepted `Idempotency-Key`. */
export const maxKeyLength = 255;

export interface CallSignals {
  /** The client went away. */
  readonly gone: AbortSignal;
  /** The client went away, or the host stops. */
  readonly over: AbortSignal;
}

export async function answerConversation(
  ports: ApiPorts,
  call: ChatCall & { readonly user: string },
  key: string | null,
  response: ServerResponse,
  signals: CallSignals,
): Promise<void> {
  const newest = newestOf(call);
  if ('status' in newest) return sendRefusal(response, newest);
  const wrongModel = checkModel(ports, call.model);
  if (wrongModel !== null) return sendRefusal(response, wrongModel);
  const eventKey = key === null ? ports.ids.next() : `${encodeURIComponent(call.user)} ${key}`;
  const message = await ports.gateway.submit('api', {
    key: eventKey,
    chat: call.user,
    topic: null,
    chatKind: 'private',
    title: call.user,
    sender: { address: call.user, name: call.user },
    platformId: eventKey,
    text: newest.text,
    media: newest.media,
    at: ports.clock.now(),
    ...(call.model === null ? {} : { model: call.model }),
    ...(call.request.thinking === undefined ? {} : { thinking: call.request.thinking }),
  });
  if (key !== null && newest.media === null && message.text !== newest.text) {
    const sentence = 'This Idempotency-Key was used with another message.';
    return sendRefusal(response, invalid(sentence, null, 'idempotency_key_reused', 422));
  }
  const stopTurn = (): void => void stopOwnTurn(ports, message);
  if (key === null) signals.gone.addEventListener('abort', stopTurn, { once: true });
  await follow(ports, call, message, response, signals);
}

function newestOf(call: ChatCall): Refusal | { readonly text: string; readonly media: string | null } {
  const last = call.request.messages.at(-1);
  if (last?.role !== 'user') {
    return invalid(`With 'user' the last message must have the role user.`, 'messages');
  }
  const text = last.content
    .map((part) => (part.kind === 'text' ? part.text : ''))
    .join('\n')
    .trim();
  const media = last.content.some(({ kind }) => kind === 'image') ? 'photo' : null;
  if (text === '' && media === null) return invalid('The message is empty.', 'messages');
  return { text, media };
}

/** A named model answers the conversation from here on; `default` leaves the present choice. */
function checkModel(ports: ApiPorts, model: ModelRef | null): Refusal | null {
  const provider = model?.slice(0, model.indexOf('/'));
  if (model === null || ports.gateway.models.providers().some(({ id }) => id === provider)) return null;
  return invalid(`The model '${model.slice(0, 100)}' does not exist.`, 'model', 'model_not_found', 404);
}

async function follow(
  ports: ApiPorts,
  call: ChatCall,
  message: MessageRow,
  response: ServerResponse,
  signals: CallSignals,
): Promise<void> {
  const live = createLiveText(ports, call, message, response);
  const running = ports.gateway.turns.status(message.conversation);
  if (running !== null && running.row.id === ports.storage.read.messages.get(message.id)?.turn) {
    live.piece(running.attempt, running.text);
  }
  const answer = await ports.gateway.turns.answer(message.id, live.piece, signals.over);
  if (signals.gone.aborted) return;
  if (answer.kind !== 'answered') {
    const why = answer.reason ?? { code: 'turn.interrupted' as const };
    return live.fail(reasonRefusal(why, ports.sentences));
  }
  const usage = usageOf(ports, message);
  if (call.stream) return live.end(answer.text, answer.model, usage);
  const head = headOf(ports, message, answer.model);
  sendJson(response, 200, completion(head, { text: answer.text, toolCalls: [] }, 'stop', usage));
}

interface LiveText {
  readonly piece: (attempt: number, text: string) => void;
  end(final: string, model: ModelRef | null, usage: ModelUsage | null): void;
  fail(refusal: Refusal): void;
}

/**
 * Streams the first attempt that says something. What was sent cannot be taken back, so a later attempt is held until
 * the final text is known: it either continues what was sent, or the stream ends with an error.
 */
function createLiveText(ports: ApiPorts, call: ChatCall, message: MessageRow, response: ServerResponse): LiveText {
  let writer: ChunkWriter | null = null;
  let shown = 0;
  let sent = '';
  const open = (model: ModelRef | null): ChunkWriter =>
    (writer ??= createChunkWriter(response, headOf(ports, message, model), call.includeUsage));
  return {
    piece(attempt, text) {
      if (!call.stream || text === '' || (writer !== null && attempt !== shown)) return;
      shown = attempt;
      sent += text;
      void open(ports.gateway.turns.status(message.conversation)?.model ?? null).text(text);
    },
    end(final, model, usage) {
      const rest = restOf(sent, final);
      const chunks = open(model);
      if (rest === null) return chunks.fail(reasonRefusal({ code: 'turn.interrupted' }, ports.sentences));
      if (rest !== '') void chunks.text(rest);
      chunks.end('stop', usage);
    },
    fail: (refusal) => (writer === null ? sendRefusal(response, refusal) : writer.fail(refusal)),
  };
}

/** What is missing of the final text; null when what was sent is not its beginning. Outer white space does not count. */
export function restOf(sent: string, final: string): string | null {
  if (sent.trim() === '') return final;
  if (final.startsWith(sent)) return final.slice(sent.length);
  const begun = sent.trim();
  const whole = final.trim();
  return whole.startsWith(begun) ? whole.slice(begun.length) : null;
}

function headOf(ports: ApiPorts, message: MessageRow, model: ModelRef | null): AnswerHead {
  const created = Math.floor(ports.clock.now() / 1000);
  return { id: `chatcmpl-${message.id}`, created, model: model ?? ports.gateway.models.choice().default };
}

function usageOf(ports: ApiPorts, message: MessageRow): ModelUsage | null {
  const { read } = ports.storage;
  const last = read.usage.lastOf(message.conversation);
  return last !== null && last.turn === read.messages.get(message.id)?.turn ? last : null;
}

/** Stops the turn of a message whose client is gone, unless it answers others as well or others wait behind it. */
async function stopOwnTurn(ports: ApiPorts, message: MessageRow): Promise<void> {
  const { gateway, storage } = ports;
  const running = gateway.turns.status(message.conversation);
  if (running === null || storage.read.messages.get(message.id)?.turn !== running.row.id) return;
  const alone = storage.read.turns.inputs(running.row.id).length === 1;
  if (alone && storage.read.messages.waiting(message.conversation, 1).length === 0) {
    await gateway.turns.stop(message.conversation);
  }
}
