/**
 * Messages as the library makes them, before its buffer of events has them (Utils/event-buffer.js). The buffer may hold
 * a message for half a minute, loses what it holds when the socket ends, and lets a later event change what it holds: an
 * edit or a taking back of anybody in the chat would be applied to it without a look at whose message it is.
 */
import type { BaileysEventMap, WAMessage, WASocket } from 'baileys';

type Upsert = BaileysEventMap['messages.upsert'];

/**
 * Calls `heard` at once for each message of `messages.upsert`, in the order in which they were decrypted, with a copy
 * that later events do not change. The event itself still comes when the buffer lets it go.
 */
export function tapMessages(ev: WASocket['ev'], heard: (message: WAMessage, type: Upsert['type']) => void): Disposable {
  const emit = ev.emit.bind(ev);
  const tapped: typeof ev.emit = (event, data) => {
    if (isUpsert(event, data)) for (const message of data.messages) heard({ ...message }, data.type);
    return emit(event, data);
  };
  ev.emit = tapped;
  return {
    [Symbol.dispose]() {
      if (ev.emit === tapped) ev.emit = emit;
    },
  };
}

function isUpsert(event: keyof BaileysEventMap, _data: unknown): _data is Upsert {
  return event === 'messages.upsert';
}
