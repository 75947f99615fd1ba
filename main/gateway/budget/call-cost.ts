/** What a call to a model costs: tokens at a price, in whole micro-dollars. */
import type { ModelRequest } from '../model.ts';
import { estimateTokens, tokensPerMessage } from '../tokens.ts';
import type { MicroDollars } from '../types.ts';

/** A picture's price depends on its size, which nobody tells; this is the order of magnitude everywhere. */
const tokensPerPicture = 1_000;
/** Prices are per so many tokens. */
const perTokens = 1_000_000;

/** The highest price that may be entered, per million tokens: $10,000. */
export const highestPrice: MicroDollars = 10_000_000_000;

/** Seconds that a price of a minute is for. */
const perMinute = 60;

/**
 * Rounded up, so that many small calls never cost less than they did. Prices are per million tokens, or per minute of
 * sound: `seconds` are then what is charged, and the tokens are not.
 */
export function costOf(
  price: { readonly input: MicroDollars; readonly output: MicroDollars; readonly minute?: MicroDollars },
  took: { readonly inputTokens: number; readonly outputTokens: number; readonly seconds?: number },
): MicroDollars {
  if (price.minute !== undefined) return Math.ceil(((took.seconds ?? 0) * price.minute) / perMinute);
  return Math.ceil((took.inputTokens * price.input + took.outputTokens * price.output) / perTokens);
}

/** Estimated tokens of all that a request sends. */
export function promptTokens(request: ModelRequest): number {
  let tokens = 0;
  for (const message of request.messages) {
    tokens += tokensPerMessage;
    if (message.role === 'user') {
      for (const part of message.content) tokens += part.kind === 'text' ? estimateTokens(part.text) : tokensPerPicture;
      continue;
    }
    tokens += estimateTokens(message.content);
    if (message.role !== 'assistant') continue;
    for (const call of message.toolCalls) tokens += estimateTokens(call.name) + estimateTokens(call.arguments);
  }
  for (const extra of [request.tools, request.responseFormat]) {
    if (extra !== undefined) tokens += estimateTokens(JSON.stringify(extra));
  }
  return tokens;
}
