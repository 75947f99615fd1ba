/** The test of a model: a real request for a few tokens. */
import { failed, ok } from '../lib/result.ts';
import type { Result } from '../lib/result.ts';
import type { ModelFailure, ModelHealth, ModelRequest, Reply } from '../gateway/model.ts';
import type { Millis } from '../gateway/types.ts';

/** Few, but enough that servers with a least number take it and a model that thinks first gets to a word. */
const checkTokens = 32;

export function checkRequest(model: string, firstToken: Millis): ModelRequest {
  return {
    model,
    messages: [{ role: 'user', content: [{ kind: 'text', text: 'Reply with the one word OK.' }] }],
    maxOutputTokens: checkTokens,
    timeouts: { connect: 10_000, firstToken, betweenTokens: 60_000 },
  };
}

/** A model that spent all its tokens on thinking has answered too: it is there and the key is good. */
export function healthOf(reply: Reply, latency: Millis): Result<ModelHealth, ModelFailure> {
  const { end } = reply;
  const thinking = 'failure' in end && end.failure.reason.code === 'model.empty' && (end.usage?.outputTokens ?? 0) > 0;
  if ('failure' in end && !thinking) return failed(end.failure);
  return ok({ latency: Math.round(latency), said: reply.text.trim().slice(0, 200) });
}
