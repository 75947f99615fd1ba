/** Providers and models. */
import type { ProviderDraft } from '../../../preload/contract/commands.ts';
import type { NewProvider } from '../../gateway/models/types.ts';
import { describeError } from '../../gateway/log.ts';
import type { Reason } from '../../gateway/types.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { normalizeUrl } from '../base-url.ts';
import type { Handlers } from '../dispatch.ts';
import { modelListView, providerView, pullView, testView } from '../model-views.ts';
import type { ApiPorts } from '../ports.ts';
import { createRecentModels } from '../recent-models.ts';
import { done, outcome, refuse, settled } from './outcome.ts';

type Family =
  | 'providers.list'
  | 'providers.save'
  | 'providers.remove'
  | 'providers.test'
  | 'providers.listDraft'
  | 'providers.detectOllama'
  | 'providers.stopTests'
  | 'models.list'
  | 'models.recent'
  | 'models.pulls'
  | 'models.pull'
  | 'models.cancelPull'
  | 'models.delete'
  | 'models.choice'
  | 'models.choose';

/** Longest wait for a list of models, in milliseconds. */
const listLimit = 20_000;
/** Longest wait for a test; a cold load of a local model takes minutes. */
const testLimit = 320_000;
/** Longest wait for a model to be deleted. */
const deleteLimit = 60_000;
const ollamaUrl = 'http://127.0.0.1:11434';

export function modelCommands(ports: ApiPorts): Pick<Handlers, Family> {
  const { models } = ports.gateway;
  const recent = createRecentModels(ports.storage.read.usage);
  const within: Within = (limit): AbortSignal => AbortSignal.any([ports.stopping, AbortSignal.timeout(limit)]);
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
    ...testCommands(ports, within),
    ...pullCommands(ports, within),
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
    'models.recent': async () => done(recent(ports.clock.now())),
    'models.choice': async () => done(models.choice()),
    'models.choose': async (change) => outcome(models.choose(change), () => models.choice()),
  };
}

type Within = (limit: number) => AbortSignal;

function testCommands(
  { gateway: { models } }: ApiPorts,
  within: Within,
): Pick<Handlers, 'providers.test' | 'providers.stopTests'> {
  const running = new Set<AbortController>();
  return {
    'providers.test': async (params) => {
      const control = new AbortController();
      const signal = AbortSignal.any([control.signal, within(testLimit)]);
      running.add(control);
      try {
        if ('ref' in params) return done(testView(await models.check(params.ref, signal)));
        const draft = fromDraft(params.provider);
        if (!draft.ok) return refuse(draft.failure);
        return done(testView(await models.checkDraft(draft.value, params.model, signal)));
      } finally {
        running.delete(control);
      }
    },
    'providers.stopTests': async () => {
      for (const control of running) control.abort();
      return done(null);
    },
  };
}

function pullCommands(
  { gateway: { models } }: ApiPorts,
  within: Within,
): Pick<Handlers, 'models.pulls' | 'models.pull' | 'models.cancelPull' | 'models.delete'> {
  return {
    'models.pulls': async () => done(models.pulls.all().map(pullView)),
    'models.pull': async ({ provider, name }) => outcome(await models.pulls.start(provider, name), pullView),
    'models.cancelPull': async ({ provider, name }) => settled(await models.pulls.cancel(provider, name)),
    'models.delete': async ({ ref }) => settled(await models.remove(ref, within(deleteLimit))),
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
