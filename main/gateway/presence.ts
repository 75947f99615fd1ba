/** The typing sign: from acceptance to the last part, refreshed every four seconds, always cleared. */
import type { Clock } from './clock.ts';
import type { Links } from './gateway.ts';
import { presenceEvery } from './limits.ts';
import type { Storage } from './storage.ts';
import type { ConversationId } from './types.ts';

export interface Presence {
  /** Shows the sign until the result is disposed; several holders of one conversation share it. */
  hold(conversation: ConversationId): Disposable;
  /** For one set of lanes: holds the sign while a conversation is busy there. */
  follow(): (conversation: ConversationId, busy: boolean) => void;
}

export function createPresence(clock: Clock, storage: Storage, links: Pick<Links, 'channel'>): Presence {
  const held = new Map<ConversationId, { holders: number; stop: () => void }>();
  const show = (conversation: ConversationId): (() => void) => {
    const row = storage.read.conversations.get(conversation);
    if (row === null) return () => undefined;
    const sign = (what: 'composing' | 'idle'): void => links.channel(row.link)?.presence?.(row, what);
    let timer: Disposable | null = null;
    const refresh = (): void => {
      sign('composing');
      timer = clock.after(presenceEvery, refresh);
    };
    refresh();
    return () => {
      timer?.[Symbol.dispose]();
      sign('idle');
    };
  };
  const presence: Presence = {
    follow() {
      const holds = new Map<ConversationId, Disposable>();
      return (conversation, busy) => {
        holds.get(conversation)?.[Symbol.dispose]();
        if (busy) holds.set(conversation, presence.hold(conversation));
        else holds.delete(conversation);
      };
    },
    hold(conversation) {
      const entry = held.get(conversation) ?? { holders: 0, stop: show(conversation) };
      entry.holders++;
      held.set(conversation, entry);
      let released = false;
      return {
        [Symbol.dispose]() {
          if (released) return;
          released = true;
          if (--entry.holders > 0) return;
          held.delete(conversation);
          entry.stop();
        },
      };
    },
  };
  return presence;
}
