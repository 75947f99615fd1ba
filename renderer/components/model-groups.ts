/** Which models a picker lists, in which order, and under which heading. Pure. */
import type { ModelListView, ModelView, ProviderView } from '../../preload/contract/model-views.ts';
import { t } from '../i18n.ts';

export interface ListedModel {
  readonly model: ModelView;
  /** The provider's name. */
  readonly provider: string;
}

export interface ModelGroup {
  readonly kind: 'recent' | 'local' | 'remote';
  readonly models: readonly ListedModel[];
}

export interface GroupInput {
  readonly lists: readonly ModelListView[];
  readonly providers: readonly ProviderView[];
  /** Refs, newest first. */
  readonly recent: readonly string[];
  readonly query: string;
  /** Refs that are not offered. */
  readonly without?: readonly string[];
}

const mostRecent = 5;

/**
 * Recent, local and remote models; each stands once. While something is searched there is no group of recent ones: what
 * fits is where it always is. Every word must be found in the name, its provider's, or what the model can do.
 */
export function groupModels({ lists, providers, recent, query, without = [] }: GroupInput): readonly ModelGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const names = new Map(providers.map(({ id, name }) => [id, name]));
  const hidden = new Set(without);
  const all = lists.flatMap((list) =>
    list.models
      .filter(({ ref }) => !hidden.has(ref))
      .map((model): ListedModel => ({ model, provider: names.get(model.provider) ?? model.provider })),
  );
  const found = words.length === 0 ? all : all.filter((each) => fits(each, words));
  const latest =
    words.length > 0
      ? []
      : recent.flatMap((ref) => found.find(({ model }) => model.ref === ref) ?? []).slice(0, mostRecent);
  const taken = new Set(latest.map(({ model }) => model.ref));
  const rest = found.filter(({ model }) => !taken.has(model.ref));
  const groups: readonly ModelGroup[] = [
    { kind: 'recent', models: latest },
    { kind: 'local', models: rest.filter(({ model }) => model.local) },
    { kind: 'remote', models: rest.filter(({ model }) => !model.local) },
  ];
  return groups.filter(({ models }) => models.length > 0);
}

function fits({ model, provider }: ListedModel, words: readonly string[]): boolean {
  const can = `${model.sees === true ? t('models.sees') : ''} ${model.tools === true ? t('models.tools') : ''}`;
  const text = `${provider} ${model.ref} ${model.name} ${can}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The first `count` models over all groups, in their order. */
export function firstModels(groups: readonly ModelGroup[], count: number): readonly ModelGroup[] {
  let left = count;
  return groups.flatMap(({ kind, models }) => {
    const shown = models.slice(0, Math.max(0, left));
    left -= shown.length;
    return shown.length === 0 ? [] : [{ kind, models: shown }];
  });
}
