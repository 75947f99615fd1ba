/**
 * The typing sign: from acceptance to the last part, refreshed every four seconds, always cleared. It is shown only where
 * something is about to be heard: to somebody who may not be answered it would be an answer.
 */
import type { Clock } from '../clock.ts';
import { presenceEvery } from '../limits.ts';
import type { LinkRegistry } from '../links/links.ts';
import type { Storage } from '../storage.ts';
import type { ConversationId, ConversationRow } from '../types.ts';
import { mayBeHeardSoon } from './withheld.ts';

export interface Presence {
  /** Shows the sign until the result is disposed; several holders of one conversation share it. */
  hold(conversation: ConversationId): Disposable;
  /** For one set of lanes: holds the sign while a conversation is busy there. */
  follow(): (conversation: ConversationId, busy: boolean) => void;
}

export function createPresence(clock: Clock, storage: Storage, links: Pick<LinkRegistry, 'channel' | 'row'>): Presence {
  const held = new Map<ConversationId, { holders: number; stop: () => void }>();
  /** Where the sign was shown. Read anew each time: the chat may have moved, or its person may have been blocked. */
  const show = (conversation: ConversationId): ConversationRow | null => {
    const row = storage.read.conversations.get(conversation);
    const link = row === null ? null : links.row(row.link);
    const channel = row === null ? null : links.channel(row.link);
    if (row === null || link === null || channel?.presence === undefined) return null;
    if (!mayBeHeardSoon(storage.read, link, row, clock.now())) return null;
    channel.presence(row, 'composing');
    return row;
  };
  const keepShowing = (conversation: ConversationId): (() => void) => {
    let timer: Disposable | null = null;
    let shown: ConversationRow | null = null;
    const refresh = (): void => {
      shown = show(conversation) ?? shown;
      timer = clock.after(presenceEvery, refresh);
    };
    refresh();
    return () => {
      timer?.[Symbol.dispose]();
      if (shown !== null) links.channel(shown.link)?.presence?.(shown, 'idle');
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
      const entry = held.get(conversation) ?? { holders: 0, stop: keepShowing(conversation) };
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
