/**
 * One call of `/v1` without `user`: the given messages go out as they are. Retries, fallback, cooldown and usage apply;
 * once a token was passed on nothing is retried, because it cannot be taken back.
 */
import type { AttemptEvent } from './attempts.ts';
import { abortedFailure, runAttempts } from './attempts.ts';
import type { BudgetKeeper } from '../budget/budget.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { StatelessReply } from './types.ts';
import type { Candidates, ModelPool } from './pool.ts';
import type {
  ModelRequest,
  ModelTimeouts,
  ModelUsage,
  ProviderSeed,
  Reply,
  ReplyEnd,
  ReplyEvent,
  ReplyStream,
  ToolCall,
} from '../model.ts';
import { ok } from '../../lib/result.ts';
import type { ModelRef } from '../types.ts';

type StatelessRequest = Omit<ModelRequest, 'model' | 'timeouts'>;

export function statelessReply(
  parts: {
    readonly ports: GatewayPorts;
    readonly pool: ModelPool;
    readonly budget: Pick<BudgetKeeper, 'ledger'>;
    readonly timeouts: (kind: ProviderSeed['kind']) => ModelTimeouts;
  },
  candidates: Candidates,
  asked: ModelRef,
  request: StatelessRequest,
  signal: AbortSignal,
): StatelessReply {
  const { ports, pool, budget, timeouts } = parts;
  const chosen = Promise.withResolvers<ModelRef>();
  const ledger = budget.ledger({ link: 'api', conversation: null, turn: null });
  const attempts = runAttempts({
    candidates,
    pool,
    ledger,
    clock: ports.clock,
    random: ports.random,
    signal,
    textIsFinal: true,
    request: ({ model, provider }) => Promise.resolve(ok({ ...request, model, timeouts: timeouts(provider.kind) })),
  });
  return {
    model: chosen.promise,
    stream: replyOf(attempts, ledger, chosen.resolve, asked),
  };
}

function replyOf(
  attempts: AsyncIterable<AttemptEvent>,
  ledger: Disposable,
  chose: (model: ModelRef) => void,
  fallbackName: ModelRef,
): ReplyStream {
  const whole = Promise.withResolvers<Reply>();
  let started = false;
  async function* events(): AsyncGenerator<ReplyEvent, void, undefined> {
    let text = '';
    const toolCalls: ToolCall[] = [];
    let model = fallbackName;
    let usage: ModelUsage | null = null;
    let end: ReplyEnd = { stop: 'aborted', failure: abortedFailure, usage: null };
    try {
      for await (const event of attempts) {
        if (event.kind === 'begin') model = event.model;
        if (event.kind === 'call') usage = event.call.usage;
        if (event.kind === 'end') {
          end =
            event.outcome.kind === 'answered'
              ? { stop: event.outcome.stop, usage: event.outcome.usage }
              : {
                  stop: event.outcome.failure.class === 'aborted' ? 'aborted' : 'error',
                  failure: event.outcome.failure,
                  usage,
                };
        } else if (event.kind === 'text' || event.kind === 'tool-call' || event.kind === 'reasoning') {
          chose(model);
          if (event.kind === 'text') text += event.text;
          if (event.kind === 'tool-call') toolCalls.push(event.call);
          yield event;
        }
      }
      chose(model);
      yield { kind: 'end', end };
    } finally {
      // Stores what was used, also when the reader has left in the middle.
      ledger[Symbol.dispose]();
      chose(model);
      whole.resolve({ text, toolCalls, end });
    }
  }
  const iterate = (): AsyncGenerator<ReplyEvent, void, undefined> => {
    started = true;
    return events();
  };
  return {
    [Symbol.asyncIterator]: iterate,
    async result() {
      if (!started) for await (const event of iterate()) if (event.kind === 'end') break;
      return whole.promise;
    },
  };
}
