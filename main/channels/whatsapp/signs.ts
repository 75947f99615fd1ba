/** Small signs in a chat that are no messages: typing, reactions, "read". Failures stay here, and nobody waits for them. */
import type { WAMessageKey } from 'baileys';
import type { Channel } from '../../gateway/channel.ts';
import { describeError } from '../../gateway/log.ts';
import type { MessageRef } from '../../gateway/types.ts';
import { isGroupJid, isOwn, jidOf, ownOf } from './addresses.ts';
import { newMessageId } from './content.ts';
import type { OutboundParts } from './outbound.ts';
import type { Live, WhatsAppDeps } from './parts.ts';

export type Signs = Required<Pick<Channel, 'presence' | 'react' | 'markRead'>>;

/**
 * Signs are shown only while the link is up. Whom they are for decides the core; that the account is online is never
 * said, or its phone would fall silent (docs/whatsapp-protocol.md, Introducing ourselves).
 */
export function createSigns({ clock, log }: Pick<WhatsAppDeps, 'clock' | 'log'>, parts: OutboundParts): Signs {
  let reacting: Promise<void> = Promise.resolve();
  const show = async (sign: string, run: (live: Live) => Promise<unknown>): Promise<void> => {
    const live = parts.current();
    if (live === null || !parts.isUp()) return;
    try {
      await run(live);
    } catch (error) {
      log.write('debug', `whatsapp.${sign}-failed`, { link: parts.link, error: describeError(error) });
    }
  };
  return {
    presence({ chat }, what) {
      const state = what === 'composing' ? 'composing' : 'paused';
      void show('typing', ({ socket }) => socket.sendPresenceUpdate(state, jidOf(chat)));
    },
    react(message, mark) {
      const react = (live: Live): Promise<unknown> => {
        const key = keyOf(live, parts, message, null);
        const reactionMessage = { key, text: mark ?? '', senderTimestampMs: clock.now() };
        return live.socket.relayMessage(jidOf(message.chat), { reactionMessage }, { messageId: newMessageId() });
      };
      // Two at once could arrive the other way round, and the first one would stay for ever.
      reacting = reacting.then(() => show('reaction', react));
    },
    markRead(messages) {
      if (messages.length === 0) return;
      void show('receipt', (live) =>
        live.socket.readMessages(messages.map((message) => keyOf(live, parts, message, message.sender))),
      );
    },
  };
}

/** A message as the platform names it: as it came in where that is known, else as it would have come by number. */
function keyOf(live: Live, { groups }: OutboundParts, message: MessageRef, sender: string | null): WAMessageKey {
  const [remoteJid, own] = [jidOf(message.chat), ownOf(live.identity.auth.creds.me)];
  const fromMe = own !== null && (isOwn(own, remoteJid) || sender === own.number);
  const plain: WAMessageKey = { remoteJid, id: message.id, fromMe };
  if (!isGroupJid(remoteJid)) return plain;
  const known = groups.keyOf(remoteJid, message.id);
  const participant = known?.participant ?? (sender === null ? null : jidOf(sender));
  return { ...plain, fromMe: known?.fromMe ?? fromMe, ...(participant === null ? {} : { participant }) };
}
