/**
 * Lanes: strictly one piece of work at a time per conversation, different conversations in parallel up to a limit,
 * conversations served in the order in which they asked. What is to be done lies in the store; a lane only says *when*.
 * A lane is released whatever its work does.
 */
import { describeError, type Log } from '../log.ts';
import type { ConversationId } from '../types.ts';

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
    // The lane must be seen as taken before its work begins: work that kicks at once would run beside itself.
    await Promise.resolve();
    try {
      if (!stopped && (await input.work(conversation))) waiting.add(conversation);
    } catch (error) {
      input.log.write('error', 'lane.work-failed', { conversation, error: describeError(error) });
    } finally {
      active.delete(conversation);
      // After a stop nothing waits for anything any more.
      if (stopped || !waiting.has(conversation)) tell(conversation, false);
      pump();
    }
  };
  /** What others make of it must not cost a lane. */
  const tell = (conversation: ConversationId, busy: boolean): void => {
    try {
      input.changed?.(conversation, busy);
    } catch (error) {
      input.log.write('error', 'lane.watcher-failed', { conversation, error: describeError(error) });
    }
  };
  return {
    kick(conversation) {
      if (stopped) return;
      if (!waiting.has(conversation) && !active.has(conversation)) tell(conversation, true);
      waiting.add(conversation);
      pump();
    },
    busy: (conversation) => active.has(conversation) || waiting.has(conversation),
    async stop() {
      if (!stopped) {
        stopped = true;
        for (const conversation of waiting) if (!active.has(conversation)) tell(conversation, false);
      }
      await Promise.all(active.values());
    },
  };
}
