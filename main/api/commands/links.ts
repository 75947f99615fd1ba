/** Links to platforms. */
import type { Result } from '../../lib/result.ts';
import { settingSchemas } from '../../gateway/settings.ts';
import type { Reason } from '../../gateway/types.ts';
import type { Handlers } from '../dispatch.ts';
import { normalizeUrl } from '../base-url.ts';
import { whatsAppServer } from '../whatsapp-server.ts';
import type { ApiPorts } from '../ports.ts';
import { linkView } from '../views.ts';
import { done, refuse, settled } from './outcome.ts';

type Family =
  | 'links.list'
  | 'links.probe'
  | 'links.addTelegram'
  | 'links.addWhatsApp'
  | 'links.pair'
  | 'links.cancelPairing'
  | 'links.setMode'
  | 'links.setToken'
  | 'links.setEnabled'
  | 'links.reconnect'
  | 'links.remove'
  | 'links.removeObstacle'
  | 'links.setLanguage';

/** Longest wait for the platform, in milliseconds. */
const obstacleLimit = 20_000;

const noLink = { ok: false, reason: { code: 'input.not-found', params: { name: 'link' } } } as const;

export function linkCommands(ports: ApiPorts): Pick<Handlers, Family> {
  const { links } = ports.gateway;
  const changed = changedLink(ports);
  const fixed = (id: string, what: string): Reason | null =>
    links.get(id)?.row.fixedByFile === true
      ? { code: 'settings.fixed-by-file', params: { key: `links.${id}.${what}` } }
      : null;
  return {
    'links.list': async () => done(links.all().map((status) => linkView(ports, status))),
    'links.probe': (params) => probeLink(ports, params),
    'links.addTelegram': async ({ id, token, apiRoot }) => {
      const root = apiRootOf(apiRoot);
      if (!root.ok) return refuse(root.failure);
      const link = { id, kind: 'telegram', secret: token.trim(), apiRoot: root.value, fixedByFile: false } as const;
      return changed(id, await links.add(link));
    },
    ...pairedLinkCommands(ports),
    'links.setToken': async ({ link, token }) => {
      const byFile = fixed(link, 'token');
      if (byFile !== null) return refuse(byFile);
      return changed(link, await links.update(link, { secret: token.trim() }));
    },
    'links.setEnabled': async ({ link, enabled }) => changed(link, await links.update(link, { enabled })),
    'links.reconnect': async ({ link }) => {
      if (links.get(link) === null) return noLink;
      links.reconnect(link, 'owner');
      return done(null);
    },
    'links.remove': async ({ link }) => {
      const byFile = fixed(link, 'id');
      return byFile === null ? settled(await links.remove(link)) : refuse(byFile);
    },
    'links.removeObstacle': async ({ link }) => {
      const signal = AbortSignal.any([ports.stopping, AbortSignal.timeout(obstacleLimit)]);
      return settled(await links.removeObstacle(link, signal));
    },
    'links.setLanguage': async ({ link, language }) => {
      const spoken: readonly string[] = settingSchemas.language.options.filter((option) => option !== 'system');
      if (language === null || spoken.includes(language)) return changed(link, await links.update(link, { language }));
      return refuse({
        code: 'settings.wrong-type',
        params: { key: `links.${link}.language`, expected: spoken.join(', ') },
      });
    },
  };
}

/** Answers with the link as it is after a change, or why there was none. */
function changedLink(ports: ApiPorts) {
  return (id: string, result: Result<unknown, Reason>) => {
    if (!result.ok) return refuse(result.failure);
    const status = ports.gateway.links.get(id);
    return status === null ? noLink : done(linkView(ports, status));
  };
}

type PairedFamily = 'links.addWhatsApp' | 'links.pair' | 'links.cancelPairing' | 'links.setMode';

/** Links that are paired with a phone. */
function pairedLinkCommands(ports: ApiPorts): Pick<Handlers, PairedFamily> {
  const { links } = ports.gateway;
  const changed = changedLink(ports);
  return {
    'links.addWhatsApp': async ({ id, number, webSocketUrl, serverKey }) => {
      const server = whatsAppServer(webSocketUrl, serverKey);
      if (!server.ok) return refuse(server.failure);
      const added = await links.add({ id, kind: 'whatsapp', fixedByFile: false, ...server.value });
      // Where pairing cannot begin now (the adapter was not loaded), the link is there all the same, and its state says why.
      if (added.ok) links.pair(id, { number: number ?? null });
      return changed(id, added);
    },
    'links.pair': async ({ link, number }) => changed(link, links.pair(link, { number: number ?? null })),
    'links.cancelPairing': async ({ link }) => settled(await links.cancelPairing(link)),
    'links.setMode': async ({ link, mode }) => {
      if (links.get(link)?.row.kind !== 'whatsapp') return noLink;
      return changed(link, await links.update(link, { mode }));
    },
  };
}

const probeLink = async (
  ports: ApiPorts,
  params: Parameters<Handlers['links.probe']>[0],
): ReturnType<Handlers['links.probe']> => {
  const root = apiRootOf(params.apiRoot);
  if (!root.ok) return done({ ok: false, reason: root.failure });
  const probed = await ports.probeLink(params.kind, params.token.trim(), root.value, ports.stopping);
  return done(probed);
};

function apiRootOf(text: string | undefined): Result<string | null, Reason> {
  return text === undefined || text.trim() === '' ? { ok: true, value: null } : normalizeUrl(text);
}
