/**
 * Telegram through a bot. The poll owns the connection (`poll.ts`), delivery owns the retries of sends (`send.ts` only
 * steps down the ladder of forms); this file joins them to the port.
 */
import type { Channel, ChannelSeed, ChannelTraits } from '../../gateway/channel.ts';
import type { Clock, Random } from '../../gateway/clock.ts';
import type { Log } from '../../gateway/log.ts';
import type { Reason } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import { failed } from '../../lib/result.ts';
import { renderTelegram } from '../formatting/ladder.ts';
import { previewTail, renderPreview } from '../formatting/preview.ts';
import type { BotApi } from './api.ts';
import { createBotApi, isTokenShaped } from './api.ts';
import type { ServerNotes } from './capabilities.ts';
import { createServerNotes } from './capabilities.ts';
import { downloadFile } from './download.ts';
import { announceMenus } from './menus.ts';
import type { Poller } from './poll.ts';
import { createPoller } from './poll.ts';
import { showDraft } from './preview.ts';
import { LABEL_ROOM, MAX_MESSAGE } from './rungs.ts';
import { editPart, sendPart } from './send.ts';
import { createSigns } from './signs.ts';
import { removeWebhook } from './webhook.ts';

export interface TelegramDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly fetch: typeof globalThis.fetch;
}

/**
 * Pacing after https://core.telegram.org/bots/faq: about 30 messages a second over all, one a second to one chat, 20 a
 * minute to one group.
 */
const traits: ChannelTraits = {
  maxPart: MAX_MESSAGE,
  pacing: { perSecond: 25, perChatPerSecond: 1, perChatBurst: 3, perGroupPerMinute: 18 },
  live: false,
  ownerOnly: false,
  buttons: true,
};

/** Parts are rendered with room for a label, so that label and part together fit into one message. */
const MAX_PART = MAX_MESSAGE - LABEL_ROOM;

/** A link to one bot. Without a readable or well-formed token it starts signed out, with the reason, and asks nobody. */
export function createTelegramChannel(deps: TelegramDeps, seed: ChannelSeed): Channel {
  const { id: link, apiRoot, capabilities } = seed.link;
  const api = seed.secret === null ? null : apiFor(deps, seed.secret, apiRoot);
  const problem = reason(seed.secret === null ? 'link.secret-unreadable' : 'link.token-malformed');
  const poller = createPoller(deps, { link, cursor: (account) => seed.cursor(account) }, api ?? problem);
  const notes = createServerNotes(capabilities);
  const stopped = new AbortController();
  const connection = connectionOf(poller, notes, stopped);
  const offers = api === null ? withoutToken(problem) : withToken(deps, api, notes, poller, stopped.signal);
  return {
    kind: 'telegram',
    traits,
    ...connection,
    capabilities: notes.capabilities,
    render: (tree) => renderTelegram(tree, { rich: !notes.lacks('rich'), maxUnits: MAX_PART }),
    renderPreview: (source, which) =>
      which === 'head' ? renderPreview(source, MAX_PART) : previewTail(source, MAX_PART),
    newPartId: () => null,
    ...offers,
  };
}

function apiFor(deps: TelegramDeps, token: string, apiRoot: string | null): BotApi | null {
  return isTokenShaped(token) ? createBotApi(deps, token, apiRoot) : null;
}

type Connection = Pick<Channel, 'state' | 'identity' | 'start' | 'stop' | 'reconnect'>;

function connectionOf(poller: Poller, notes: ServerNotes, stopped: AbortController): Connection {
  return {
    state: poller.state,
    identity: poller.identity,
    start: (receive) => poller.start(receive),
    async stop() {
      stopped.abort();
      await poller.stop();
    },
    reconnect(why) {
      // The owner may have put a newer server in the place of the old one.
      if (why === 'owner') notes.forget();
      poller.reconnect(why);
    },
  };
}

type Offers = Pick<Channel, 'send'> &
  Required<
    Pick<
      Channel,
      'edit' | 'preview' | 'react' | 'answerAction' | 'download' | 'removeObstacle' | 'announceCommands' | 'presence'
    >
  >;

function withToken(deps: TelegramDeps, api: BotApi, notes: ServerNotes, poller: Poller, stopped: AbortSignal): Offers {
  const sending = { api, log: deps.log, clock: deps.clock, notes };
  const signs = createSigns(sending, stopped);
  return {
    send: (to, part, options, signal) => sendPart(sending, to, part, options, signal),
    edit: (message, part, options, signal) => editPart(sending, message, part, options, signal),
    preview: (chat, draft, part, signal) =>
      showDraft(sending, chat, draft, part, poller.state.value.kind === 'up', signal),
    react: (message, mark) => signs.react(message, mark),
    answerAction: (handle, words) => signs.answer(handle, words),
    presence(chat, what) {
      if (what === 'composing') signs.typing(chat);
    },
    download: (platformRef, signal) => downloadFile(sending, platformRef, signal),
    async removeObstacle(signal) {
      const removed = await removeWebhook(api, signal);
      if (removed.ok) poller.reconnect('owner');
      return removed;
    },
    announceCommands: (menus) => announceMenus(sending, menus, stopped),
  };
}

/** Nothing can be asked of the platform. */
function withoutToken(problem: Reason): Offers {
  const notSent = async () => ({ kind: 'not-sent', reason: problem }) as const;
  return {
    send: notSent,
    edit: notSent,
    preview: async () => ({ kind: 'not-shown' }),
    react: () => undefined,
    answerAction: () => undefined,
    presence: () => undefined,
    download: async () => failed(problem),
    removeObstacle: async () => failed(problem),
    announceCommands: async () => undefined,
  };
}
