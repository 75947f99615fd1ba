/** Which adapter serves which kind of link. The library of a platform is loaded when its first link is made. */
import type { CreateChannel, LinkProbe } from '../gateway/channel.ts';
import type { Clock, Ids, Random } from '../gateway/clock.ts';
import type { IdentityFiles } from '../gateway/identity-file.ts';
import type { Log } from '../gateway/log.ts';
import { reason } from '../../preload/contract/reasons.ts';
import { createApiChannel, createWindowChannel } from './window/index.ts';

export interface ChannelDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
  readonly fetch: typeof globalThis.fetch;
  readonly identities: IdentityFiles;
  /** For proxies that a library does not find by itself. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Makes channels. */
export function createChannelFactory(deps: ChannelDeps): CreateChannel {
  return async (seed) => {
    switch (seed.link.kind) {
      case 'window':
        return createWindowChannel(deps, seed);
      case 'api':
        return createApiChannel(deps, seed);
      case 'telegram': {
        const { createTelegramChannel } = await import('./telegram/index.ts');
        return createTelegramChannel(deps, seed);
      }
      case 'whatsapp': {
        const { createWhatsAppChannel } = await import('./whatsapp/index.ts');
        return createWhatsAppChannel(deps, seed);
      }
    }
  };
}

/** Asks a platform whose secret this is; at most 15 s. A kind without secrets is `input.malformed`. */
export function createLinkProbe(deps: Pick<ChannelDeps, 'clock' | 'fetch'>): LinkProbe {
  return async (kind, secret, apiRoot, signal) => {
    if (kind !== 'telegram') return { ok: false, reason: reason('input.malformed') };
    const { probeTelegram } = await import('./telegram/probe.ts');
    return probeTelegram(deps, secret, apiRoot, signal);
  };
}
