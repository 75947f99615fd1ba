/** Gateway events to the contract's events, with the views they carry read at that moment. */
import type { GatewayEvent } from '../../preload/contract/events.ts';
import type { CoreEvent } from '../gateway/events.ts';
import type { ConversationId, TurnId } from '../gateway/types.ts';
import { pullView } from './model-views.ts';
import type { ViewSource } from './views.ts';
import { conversationView, goesOut, linkView, messageView, turnView } from './views.ts';

/** What a window is told of one gateway event: usually one event, none when what it was about is gone. */
export function translateEvent(from: ViewSource, event: CoreEvent): readonly GatewayEvent[] {
  switch (event.kind) {
    case 'conversation': {
      const row = from.storage.read.conversations.get(event.conversation);
      // Forgotten, with all that is shown of it: every window reads again what is left.
      if (row === null) return [{ kind: 'resync' }];
      return [{ kind: 'conversation.changed', conversation: conversationView(from, row) }];
    }
    case 'message': {
      const message = messageView(from.storage.read, event.message);
      return [{ kind: event.added ? 'message.added' : 'message.changed', message }];
    }
    case 'turn':
      return [{ kind: 'turn.changed', turn: turnView(event.status) }];
    case 'delta': {
      const { conversation, turn, attempt, offset, text } = event;
      return [{ kind: 'turn.delta', conversation, turn, attempt, offset, text }];
    }
    case 'delivery':
      return deliveryEvents(from, event.conversation, event.turn);
    case 'link': {
      const status = from.gateway.links.get(event.link);
      return status === null ? [] : [{ kind: 'link.changed', link: linkView(from, status) }];
    }
    case 'link-removed':
      return [{ kind: 'link.removed', link: event.link }];
    case 'card':
      return [{ kind: 'card.changed', link: event.link }];
    case 'model':
      return [{ kind: 'model.changed' }];
    case 'pull':
      return [
        event.status === null ? { kind: 'pull.removed' } : { kind: 'pull.changed', pull: pullView(event.status) },
      ];
    case 'step':
      return [{ kind: 'steps.changed', conversation: event.conversation, turn: event.turn }];
    case 'tools':
      return [{ kind: 'tools.changed' }];
    case 'schedules':
      return [{ kind: 'schedules.changed' }];
    case 'memory':
      return [{ kind: 'memory.changed' }];
    case 'usage':
      return [{ kind: 'usage.changed' }];
    case 'setting':
      return [{ kind: 'settings.changed', key: event.key }];
    case 'host':
      return [{ kind: 'host.changed' }];
  }
}

/** A delivery is shown under what it delivers: the answer of its turn, or the sentence in its place. */
function deliveryEvents(from: ViewSource, conversation: ConversationId, turn: TurnId): readonly GatewayEvent[] {
  const { read } = from.storage;
  return read.messages
    .ofTurn(turn)
    .filter(goesOut)
    .map((row) => ({ kind: 'delivery.changed', conversation, message: messageView(read, row) }));
}
