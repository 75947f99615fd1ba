/** What the gateway is given of this machine: the adapters, and the desk of tools. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemRandom, useProxyFromEnvironment } from '../api/machine.ts';
import { createChannelFactory } from '../channels/catalog.ts';
import { parseMarkdown } from '../channels/formatting/parse.ts';
import { roleIn } from '../gateway/access/access.ts';
import type { Gateway, GatewayPorts } from '../gateway/gateway.ts';
import type { Ground } from './ground.ts';
import type { HostOptions } from './types.ts';
import { createProviderFactory } from '../models/catalog.ts';
import { createIdentityFiles } from '../store/identities.ts';
import { createToolDesk, type ToolDesk } from '../tools/desk.ts';

/** The tools, the memory and the servers of tools, for this machine; `gateway` is asked for only when a tool is used. */
export function createDesk(
  ground: Ground,
  { environment, version, fetch: given = fetch }: HostOptions,
  gateway: () => Gateway,
): ToolDesk {
  const { dataDir, clock, ids, log, store, secrets, settings, sentences, systemTimeZone } = ground;
  return createToolDesk({
    ...{ clock, ids, log, secrets, version, fetch: given, storage: store },
    folder: join(dataDir, 'memory'),
    timeZone: () => settings.get('timeZone') || systemTimeZone(),
    schedules: () => gateway().schedules,
    sentence: (why) => sentences.reason(why, null),
    isOwners(conversation) {
      const link = store.read.links.get(conversation.link);
      if (link === null || conversation.kind !== 'private') return false;
      return roleIn(store.read, link, conversation, conversation.chat) === 'owner';
    },
    host: { platform: process.platform, home: homedir(), shell: environment['SHELL'] || null, env: environment },
  });
}

/** The ports on this machine, the single ones wrapped where a crash test wants it. */
export function gatewayPorts(ground: Ground, desk: ToolDesk, options: HostOptions): GatewayPorts {
  const { dataDir, clock, ids, log, store, settings, key, secrets, sentences, systemTimeZone } = ground;
  const proxy = useProxyFromEnvironment(options.environment);
  if (proxy.problem !== null) log.write('warn', 'host.proxy', { problem: proxy.problem });
  const random = systemRandom;
  // With the box itself: what an identity writes is far too much, and too often, for the log to look out for.
  const identities = createIdentityFiles({ dataDir, box: key.box, clock, log });
  const { environment } = options;
  const ports: GatewayPorts = {
    storage: store,
    settings,
    secrets,
    sentences,
    clock,
    ids,
    random,
    log,
    get systemTimeZone() {
      return systemTimeZone();
    },
    parseMarkdown,
    identities,
    createChannel: createChannelFactory({
      clock,
      random,
      ids,
      log,
      fetch: options.fetch ?? fetch,
      identities,
      environment,
    }),
    createProvider: createProviderFactory({ clock, fetch: options.fetch ?? fetch, ids }),
    files: store.files,
    listPrice: ground.prices.find,
    tools: desk.tools,
    memory: desk.memory,
  };
  return options.wrap?.(ports) ?? ports;
}
