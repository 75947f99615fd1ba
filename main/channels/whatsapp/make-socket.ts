/** How a socket of the library is made: with the identity's part of its options, and these. */
import type { GroupMetadata, WASocket, WAVersion } from 'baileys';
import type { Log } from '../../gateway/log.ts';
import type { LinkId, Millis } from '../../gateway/types.ts';
import { browserOf } from './device.ts';
import { libraryLogger } from './library-log.ts';
import { withRoot } from './library.ts';
import type { Identity, Library, Server } from './parts.ts';
import { proxyAgent } from './proxy.ts';

const CONNECT_WITHIN: Millis = 20_000;
/** The library ends a socket after this and 5 s more without a frame: later than we do, see proof.ts. */
const LIBRARY_KEEP_ALIVE: Millis = 60_000;
/** It turns no codes by itself, see registration.ts. */
const LIBRARY_QR: Millis = 24 * 60 * 60_000;

export type CachedGroupMetadata = (jid: string) => Promise<GroupMetadata | undefined>;

export interface SocketParts {
  readonly library: Library;
  readonly server: Server;
  readonly identity: Identity;
  readonly version: WAVersion;
  readonly link: LinkId;
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cachedGroupMetadata: CachedGroupMetadata;
}

/** It has begun to connect, and tells nothing before the next turn of the event loop. */
export function makeSocket(parts: SocketParts): WASocket {
  const { library, server, identity, version, link, log, cachedGroupMetadata } = parts;
  const agent = proxyAgent(server.webSocketUrl, parts.environment);
  return identity.connect((own) =>
    withRoot(server.rootKey, () =>
      library.makeWASocket({
        ...own,
        version,
        cachedGroupMetadata,
        waWebSocketUrl: server.webSocketUrl,
        browser: browserOf(library, process.platform),
        logger: libraryLogger(log, link),
        connectTimeoutMs: CONNECT_WITHIN,
        keepAliveIntervalMs: LIBRARY_KEEP_ALIVE,
        qrTimeout: LIBRARY_QR,
        // Otherwise the phone takes its owner for being here, and is silent about what comes in.
        markOnlineOnConnect: false,
        syncFullHistory: false,
        ...(agent === undefined ? {} : { agent }),
      }),
    ),
  );
}
