/** What is told of turns and their messages, to whoever listens to the gateway's events. */
import type { Events, TurnStatus } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { MessageId, TurnRow } from '../types.ts';

export class TurnTeller {
  readonly #ports: Pick<GatewayPorts, 'storage'>;
  readonly #events: Events;

  constructor(ports: Pick<GatewayPorts, 'storage'>, events: Events) {
    this.#ports = ports;
    this.#events = events;
  }

  turn(status: TurnStatus): void {
    this.#events.publish({ kind: 'turn', status });
    this.#events.publish({ kind: 'conversation', conversation: status.row.conversation });
  }

  /** With a turn its open calls have ended, and what was asked about them. */
  calls({ id: turn, conversation, link }: TurnRow): void {
    if (!this.#ports.storage.read.steps.has(turn)) return;
    this.#events.publish({ kind: 'step', conversation, turn });
    this.#events.publish({ kind: 'card', link });
  }

  /** As they are now; one that is gone is passed over. */
  messages(ids: readonly MessageId[]): void {
    for (const id of ids) {
      const message = this.#ports.storage.read.messages.get(id);
      if (message !== null) this.#events.publish({ kind: 'message', message, added: false });
    }
  }
}

/** A turn about which nothing is known but its row. */
export function statusOf(row: TurnRow): TurnStatus {
  return { row, model: null, waitingFor: null, attempt: 0, text: '', doing: null, asking: false };
}
