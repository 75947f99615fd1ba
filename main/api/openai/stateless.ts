/**
 * `/v1/chat/completions` without `user`: the given messages go out as they are and nothing is stored but usage. The
 * status is decided by the first event, so that a failure before any token is an ordinary error answer.
 */
import type { ServerResponse } from 'node:http';
import type { StatelessReply } from '../../gateway/models/types.ts';
import type { ReplyEnd } from '../../gateway/model.ts';
import type { ModelRef } from '../../gateway/types.ts';
import type { ApiPorts } from '../ports.ts';
import { sendJson } from '../http/exchange.ts';
import { failureRefusal } from './errors.ts';
import type { ChatCall } from './request.ts';
import { completion, createChunkWriter, type AnswerHead, type ChunkWriter, type FinishReason } from './wire.ts';
import { sendRefusal } from './refuse.ts';

/** Answers the call; ends when the model has, or the client is gone (which aborts the model). */
export async function answerStateless(
  ports: ApiPorts,
  call: ChatCall,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const reply = ports.gateway.models.stateless(call.model, call.request, gone);
  await (call.stream ? streamReply(ports, call, reply, response) : sendReply(ports, reply, response));
}

async function sendReply(ports: ApiPorts, reply: StatelessReply, response: ServerResponse): Promise<void> {
  const { text, toolCalls, end } = await reply.stream.result();
  if ('failure' in end) return sendRefusal(response, failureRefusal(end.failure, ports.sentences));
  const head = headOf(ports, await reply.model);
  sendJson(response, 200, completion(head, { text, toolCalls }, finishOf(end), end.usage));
}

async function streamReply(
  ports: ApiPorts,
  call: ChatCall,
  reply: StatelessReply,
  response: ServerResponse,
): Promise<void> {
  let writer: ChunkWriter | null = null;
  for await (const event of reply.stream) {
    if (event.kind === 'end' && 'failure' in event.end) {
      const refusal = failureRefusal(event.end.failure, ports.sentences);
      return writer?.begun === true ? writer.fail(refusal) : sendRefusal(response, refusal);
    }
    if (event.kind === 'reasoning') continue;
    // The model is known with the first token; a reply that ends without any must not be waited for.
    const model = event.kind === 'end' ? (call.model ?? ports.gateway.models.choice().default) : await reply.model;
    writer ??= createChunkWriter(response, headOf(ports, model), call.includeUsage);
    if (event.kind === 'text') await writer.text(event.text);
    else if (event.kind === 'tool-call') writer.toolCall(event.call);
    else writer.end(finishOf(event.end), event.end.usage);
  }
}

function headOf(ports: ApiPorts, model: ModelRef): AnswerHead {
  return { id: `chatcmpl-${ports.ids.next()}`, created: Math.floor(ports.clock.now() / 1000), model };
}

function finishOf(end: ReplyEnd): FinishReason {
  if (end.stop === 'tool') return 'tool_calls';
  return end.stop === 'length' ? 'length' : 'stop';
}
