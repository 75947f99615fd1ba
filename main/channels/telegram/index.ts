/**
 * Telegram's first slice: private messages in, HTML or plain text out, "typing". The poll owns the connection
 * (`poll.ts`), delivery owns the retries of sends; this file only joins the two to the port.
 */
import type { Channel, ChannelSeed, ChannelTraits } from '../../gateway/channel.ts';
import type { Clock, Random } from '../../gateway/clock.ts';
import type { Log } from '../../gateway/log.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import { renderHtml } from '../formatting/html.ts';
import type { BotApi } from './api.ts';
import { createBotApi, isTokenShaped } from './api.ts';
import { createPoller } from './poll.ts';
import { LABEL_ROOM, MAX_MESSAGE, sendPart, sendTyping } from './send.ts';

export interface TelegramDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly fetch: typeof globalThis.fetch;
}

/** Pacing after https://core.telegram.org/bots/faq: about 30 messages a second over all, one a second to one chat. */
const traits: ChannelTraits = {
  maxPart: MAX_MESSAGE,
  pacing: { perSecond: 25, perChatPerSecond: 1, perChatBurst: 3 },
  live: false,
  ownerOnly: false,
};

/**
 * A link to one bot. Without a readable or well-formed token it starts signed out, with the reason, and asks nobody.
 * Parts are rendered with room for a label, so that label and part together fit into one message.
 */
export function createTelegramChannel(deps: TelegramDeps, seed: ChannelSeed): Channel {
  const { log } = deps;
  const { id: link, apiRoot } = seed.link;
  const api = seed.secret === null ? null : apiFor(deps, seed.secret, apiRoot);
  const problem = reason(seed.secret === null ? 'link.secret-unreadable' : 'link.token-malformed');
  const poller = createPoller(deps, { link, cursor: (account) => seed.cursor(account) }, api ?? problem);
  const stopped = new AbortController();
  return {
    kind: 'telegram',
    traits,
    state: poller.state,
    identity: poller.identity,
    start: (receive) => poller.start(receive),
    async stop() {
      stopped.abort();
      await poller.stop();
    },
    reconnect: (why) => poller.reconnect(why),
    render: (text) => renderHtml(text, MAX_MESSAGE - LABEL_ROOM),
    newPartId: () => null,
    async send(to, part, options, signal) {
      if (api === null) return { kind: 'not-sent', reason: problem };
      return sendPart(api, log, to, part, options, signal);
    },
    presence(chat, what) {
      if (api !== null && what === 'composing') void sendTyping(api, log, chat, stopped.signal);
    },
  };
}

function apiFor(deps: TelegramDeps, token: string, apiRoot: string | null): BotApi | null {
  return isTokenShaped(token) ? createBotApi(deps, token, apiRoot) : null;
}
