/** Providers and models. */
import type { ProviderDraft } from '../../../preload/contract/commands.ts';
import type { NewProvider } from '../../gateway/gateway.ts';
import { describeError } from '../../gateway/log.ts';
import type { Reason } from '../../gateway/types.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { normalizeUrl } from '../base-url.ts';
import type { Handlers } from '../dispatch.ts';
import { modelListView, providerView, testView } from '../model-views.ts';
import type { ApiPorts } from '../ports.ts';
import { done, outcome, refuse, settled } from './outcome.ts';

type Family =
  | 'providers.list'
  | 'providers.save'
  | 'providers.remove'
  | 'providers.test'
  | 'providers.listDraft'
  | 'providers.detectOllama'
  | 'models.list'
  | 'models.choice'
  | 'models.choose';

/** Longest wait for a list of models, in milliseconds. */
const listLimit = 20_000;
/** Longest wait for a test; a cold load of a local model takes minutes. */
const testLimit = 320_000;
const ollamaUrl = 'http://127.0.0.1:11434';

export function modelCommands(ports: ApiPorts): Pick<Handlers, Family> {
  const { models } = ports.gateway;
  const within = (limit: number): AbortSignal => AbortSignal.any([ports.stopping, AbortSignal.timeout(limit)]);
  const fixed = (id: string): Reason | null => {
    const row = models.providers().find((provider) => provider.id === id)?.row;
    return row?.fixedByFile === true ? { code: 'settings.fixed-by-file', params: { key: `providers.${id}` } } : null;
  };
  return {
    'providers.list': async () => done(models.providers().map(providerView)),
    'providers.save': async ({ provider }) => {
      const byFile = fixed(provider.id);
      if (byFile !== null) return refuse(byFile);
      const draft = fromDraft(provider);
      return draft.ok ? outcome(await models.saveProvider(draft.value), providerView) : refuse(draft.failure);
    },
    'providers.remove': async ({ provider }) => {
      const byFile = fixed(provider);
      return byFile === null ? settled(await models.removeProvider(provider)) : refuse(byFile);
    },
    'providers.test': async (params) => {
      if ('ref' in params) return done(testView(await models.check(params.ref, within(testLimit))));
      const draft = fromDraft(params.provider);
      if (!draft.ok) return refuse(draft.failure);
      return done(testView(await models.checkDraft(draft.value, params.model, within(testLimit))));
    },
    'providers.listDraft': async ({ provider }) => {
      const draft = fromDraft(provider);
      if (!draft.ok) return refuse(draft.failure);
      const listed = await models.listDraft(draft.value, within(listLimit));
      return done(modelListView(ports.gateway, { id: provider.id, local: false }, listed));
    },
    'providers.detectOllama': async () => done({ baseUrl: await detectOllama(ports) }),
    'models.list': async () => {
      const signal = within(listLimit);
      const lists = models
        .providers()
        .map(async (provider) => modelListView(ports.gateway, provider, await models.list(provider.id, signal)));
      return done(await Promise.all(lists));
    },
    'models.choice': async () => done(models.choice()),
    'models.choose': async (change) => outcome(models.choose(change), () => models.choice()),
  };
}

function fromDraft(draft: ProviderDraft): Result<NewProvider, Reason> {
  const url = normalizeUrl(draft.baseUrl);
  if (!url.ok) return failed(url.failure);
  return ok({
    id: draft.id,
    kind: draft.kind,
    name: draft.name?.trim() || null,
    baseUrl: url.value,
    key: draft.key?.trim(),
    fixedByFile: false,
  });
}

/** Whether an Ollama server answers on this machine within a second. */
async function detectOllama(ports: ApiPorts): Promise<string | null> {
  const signal = AbortSignal.any([ports.stopping, AbortSignal.timeout(1000)]);
  try {
    const response = await ports.fetch(`${ollamaUrl}/api/version`, { signal });
    const body: unknown = await response.json();
    return response.ok && typeof body === 'object' && body !== null && 'version' in body ? ollamaUrl : null;
  } catch (error) {
    ports.log.write('debug', 'api.no-ollama', { error: describeError(error) });
    return null;
  }
}
