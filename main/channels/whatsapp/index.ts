/**
 * WhatsApp as a linked device of the owner's account. The connection (`connection.ts`) owns the socket and the pairing;
 * what a socket tells goes to the core through `inbound.ts`, what the core says goes out through `outbound.ts`. This file
 * joins them to the port.
 */
import type { Channel, ChannelSeed, ChannelTraits, Receive } from '../../gateway/channel.ts';
import { renderWhatsApp } from '../formatting/whatsapp.ts';
import { Connection } from './connection.ts';
import { createGroups } from './groups.ts';
import { openIdentity } from './identity.ts';
import { attachInbound } from './inbound.ts';
import { loadLibrary } from './library.ts';
import { fileRefOf } from './media-ref.ts';
import { fetchFile } from './media.ts';
import { createOutbound } from './outbound.ts';
import type { Live, WhatsAppDeps } from './parts.ts';
import { ServerTime } from './server-time.ts';
import { serverOf } from './server.ts';
import { createVersions } from './version.ts';

export type { WhatsAppDeps } from './parts.ts';

const MAX_PART = 4000;

/** Like a person and not like a program, who writes one message after another. */
const traits: ChannelTraits = {
  maxPart: MAX_PART,
  pacing: { perSecond: 1, perChatPerSecond: 1, perChatBurst: 1, between: { from: 500, to: 1_500 } },
  live: false,
  ownerOnly: false,
  buttons: false,
};

/** A link to one account. It starts signed out, with the reason, when no device is linked or none may connect. */
export function createWhatsAppChannel(deps: WhatsAppDeps, seed: ChannelSeed): Channel {
  const { link } = seed;
  const server = serverOf(link);
  const groups = createGroups(deps, link.id);
  const time = new ServerTime(deps.clock);
  let receive: Receive = async () => undefined;
  const connection = new Connection(deps, {
    link: link.id,
    server,
    load: () => loadLibrary(deps.log),
    openIdentity: (library) => openIdentity(deps, library, link.id),
    versions: (library, own, facts) => createVersions(deps, library, own, facts),
    cachedGroupMetadata: (jid) => groups.cached(jid),
    attach(live: Live) {
      const attached = new DisposableStack();
      attached.use(groups.attach(live));
      attached.use(
        attachInbound(deps, live, {
          link: link.id,
          receive: (batch) => receive(batch),
          groups,
          time,
          filesOf: (message) => fileRefOf(message),
        }),
      );
      return attached;
    },
  });
  const outbound = createOutbound(deps, {
    link: link.id,
    current: () => connection.current,
    isUp: () => connection.current !== null,
    groups,
  });
  return {
    kind: 'whatsapp',
    traits,
    state: connection.state,
    identity: connection.identity,
    start(to) {
      receive = to;
      connection.start();
    },
    stop: () => connection.stop(),
    reconnect: (why) => connection.reconnect(why),
    pair: (request) => connection.pair(request),
    cancelPairing: () => connection.cancelPairing(),
    signOut: () => connection.signOut(),
    render: (tree) => renderWhatsApp(tree, { maxUnits: MAX_PART }),
    ...outbound,
    // Without a server there never was a message with a file.
    download: (platformRef, signal) =>
      server.ok ? fetchFile(server.value, platformRef, deps, signal) : Promise.resolve(server),
  };
}
