/**
 * Turns that run in the store and have no lane: the last run of the program left them, or the owner has decided just now.
 * Each goes on when its conversation's lane is free, before anything new begins there.
 */
import type { ConversationId, TurnId, TurnRow } from '../types.ts';

export interface LeftOver {
  readonly row: TurnRow;
  /** Somebody said stop before it could go on. */
  stopped: boolean;
  /** Not a word more to its chat. */
  silenced: boolean;
}

export class LeftOverTurns {
  readonly #turns = new Map<ConversationId, LeftOver[]>();

  /** Behind those of its conversation that wait already. */
  add(row: TurnRow, how: Omit<LeftOver, 'row'> = { stopped: false, silenced: false }): void {
    const waiting = this.#turns.get(row.conversation);
    if (waiting === undefined) this.#turns.set(row.conversation, [{ row, ...how }]);
    else waiting.push({ row, ...how });
  }

  /** The one that goes on next; undefined where none is left. */
  take(conversation: ConversationId): LeftOver | undefined {
    const waiting = this.#turns.get(conversation);
    const next = waiting?.shift();
    if (waiting?.length === 0) this.#turns.delete(conversation);
    return next;
  }

  /** They end as soon as they are taken: all of a conversation, or this one alone. */
  stop(conversation: ConversationId, silenced: boolean, only?: TurnId): void {
    for (const leftOver of this.#turns.get(conversation) ?? []) {
      if (only !== undefined && leftOver.row.id !== only) continue;
      leftOver.stopped = true;
      leftOver.silenced ||= silenced;
    }
  }

  conversations(): readonly ConversationId[] {
    return [...this.#turns.keys()];
  }
}
