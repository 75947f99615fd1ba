/**
 * Lanes: strictly one piece of work at a time per conversation, different conversations in parallel up to a limit,
 * conversations served in the order in which they asked. What is to be done lies in the store; a lane only says *when*.
 * A lane is released whatever its work does.
 */
import { describeError, type Log } from './log.ts';
import type { ConversationId } from './types.ts';

export interface Lanes {
  /** There may be work in this conversation. Cheap, repeatable. */
  kick(conversation: ConversationId): void;
  /** The conversation is working or waits for its place. */
  busy(conversation: ConversationId): boolean;
  /** No new work begins; resolves when the present work has ended. */
  stop(): Promise<void>;
}

export interface LanesInput {
  /** How many conversations may work at once. */
  readonly limit: () => number;
  /** Does the next piece of work; false when there is none. */
  readonly work: (conversation: ConversationId) => Promise<boolean>;
  /** Called when a conversation begins to be busy and when it ends. */
  readonly changed?: (conversation: ConversationId, busy: boolean) => void;
  readonly log: Log;
}

export function createLanes(input: LanesInput): Lanes {
  const active = new Map<ConversationId, Promise<void>>();
  /** In the order of asking; a conversation that asks while it works is served again at the end. */
  const waiting = new Set<ConversationId>();
  let stopped = false;

  const pump = (): void => {
    for (const conversation of waiting) {
      if (stopped || active.size >= input.limit()) return;
      if (active.has(conversation)) continue;
      waiting.delete(conversation);
      active.set(conversation, run(conversation));
    }
  };
  const run = async (conversation: ConversationId): Promise<void> => {
    try {
      if (await input.work(conversation)) waiting.add(conversation);
    } catch (error) {
      input.log.write('error', 'lane.work-failed', { conversation, error: describeError(error) });
    } finally {
      active.delete(conversation);
      if (!waiting.has(conversation)) input.changed?.(conversation, false);
      pump();
    }
  };
  return {
    kick(conversation) {
      if (stopped) return;
      if (!waiting.has(conversation) && !active.has(conversation)) input.changed?.(conversation, true);
      waiting.add(conversation);
      pump();
    },
    busy: (conversation) => active.has(conversation) || waiting.has(conversation),
    async stop() {
      stopped = true;
      await Promise.all(active.values());
    },
  };
}
