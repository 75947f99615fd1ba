/** What is typed into the provider form, and what came of it: its models and its test. */
import { useEffect, useEffectEvent, useState } from 'react';
import type { ProviderDraft } from '../../preload/contract/commands.ts';
import { type ProviderPreset, providerPresets } from '../../preload/contract/presets.ts';
import type { ModelListView, ProviderView, TestView } from '../../preload/contract/model-views.ts';
import type { CallFailure } from '../bridge/failure.ts';
import { useAct } from '../bridge/hooks.ts';

export interface ProvenProvider {
  readonly draft: ProviderDraft;
  readonly model: string;
}

export interface ProviderFormProps {
  /** The stored one that is edited; its id and kind stay. */
  readonly stored?: ProviderView;
  /** Where to begin: a preset's id. */
  readonly begin?: string;
  /** An address that was found by itself. */
  readonly foundUrl?: string;
  readonly taken: readonly string[];
  /** Told with each change: what was proven by a good test, or null. */
  readonly onProven: (proven: ProvenProvider | null) => void;
  /** What is typed in at the moment, proven or not; null while it cannot be a provider. */
  readonly onDraft?: (draft: ProviderDraft | null) => void;
}

/** The choice of an address that no preset knows. */
export const own = 'own';
const named = /[^a-z0-9]+/g;

/** A provider id from a name, unlike any that is taken. */
function providerIdFor(name: string, taken: readonly string[]): string {
  const base = name.toLowerCase().replace(named, '-').replace(/^-|-$/g, '').slice(0, 28) || 'provider';
  let id = base;
  for (let number = 2; taken.includes(id) || id === 'practice'; number += 1) id = `${base}-${String(number)}`;
  return id;
}

export interface Typed {
  readonly preset: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly key: string;
}

function typedFrom(presetId: string, foundUrl?: string): Typed {
  const preset = providerPresets.find((each) => each.id === presetId);
  return { preset: presetId, name: preset?.name ?? '', baseUrl: foundUrl ?? preset?.baseUrl ?? '', key: '' };
}

function draftOf(
  { preset, name, baseUrl, key }: Typed,
  stored: Pick<ProviderView, 'id' | 'kind'> | undefined,
  taken: readonly string[],
): ProviderDraft | null {
  const url = baseUrl.trim().replace(/\/+$/, '');
  if (!/^https?:\/\/[^/\s]+/.test(url)) return null;
  const known = providerPresets.find((each) => each.id === preset);
  const kind = stored ? (stored.kind === 'ollama' ? 'ollama' : 'openai') : (known?.kind ?? 'openai');
  const title = name.trim() || hostOf(url);
  const typedKey = key.trim();
  return {
    id: stored?.id ?? providerIdFor(title, taken),
    kind,
    name: title,
    baseUrl: url,
    ...(typedKey === '' ? {} : { key: typedKey }),
  };
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? '';
}

function firstTyped(stored: ProviderView | undefined, begin: string | undefined, foundUrl: string | undefined): Typed {
  if (stored) return { preset: own, name: stored.name, baseUrl: stored.baseUrl, key: '' };
  return typedFrom(begin ?? providerPresets[0]?.id ?? own, foundUrl);
}

export interface ProviderFormState {
  readonly typed: Typed;
  readonly preset: ProviderPreset | undefined;
  readonly draft: ProviderDraft | null;
  readonly change: (next: Partial<Typed>) => void;
  readonly choosePreset: (id: string) => void;
  readonly list: ModelListView | null;
  readonly model: string;
  readonly setModel: (model: string) => void;
  readonly test: TestView | null;
  readonly connect: () => Promise<void>;
  readonly prove: () => Promise<void>;
  readonly connecting: boolean;
  readonly proving: boolean;
  readonly failures: readonly CallFailure[];
  /** It was stored meanwhile, under the id it has. */
  readonly keep: (draft: ProviderDraft) => void;
}

/** Runs once, when the form is first shown. */
function useFirst(run: () => void): void {
  const first = useEffectEvent(run);
  useEffect(() => first(), []);
}

/** The stored provider; also one that was stored from the form itself, for its first model: it goes on under that id. */
function useKnown(stored: ProviderView | undefined) {
  const [kept, keep] = useState<ProviderDraft | null>(null);
  return { known: stored ?? kept ?? undefined, keep };
}

export function useProviderForm({
  stored,
  begin,
  foundUrl,
  taken,
  onProven,
  onDraft,
}: ProviderFormProps): ProviderFormState {
  const [typed, setTyped] = useState<Typed>(() => firstTyped(stored, begin, foundUrl));
  const [model, setModel] = useState('');
  const [list, setList] = useState<ModelListView | null>(null);
  const [test, setTest] = useState<TestView | null>(null);
  const listing = useAct('providers.listDraft');
  const testing = useAct('providers.test');
  const { known, keep } = useKnown(stored);
  const draft = draftOf(typed, known, taken);
  useFirst(() => onDraft?.(draft));
  const preset = providerPresets.find((each) => each.id === typed.preset);
  const change = (next: Partial<Typed>): void => {
    const all = { ...typed, ...next };
    setTyped(all);
    setList(null);
    setTest(null);
    onProven(null);
    onDraft?.(draftOf(all, known, taken));
  };
  const connect = async (): Promise<void> => {
    const answer = draft && (await listing.run({ provider: draft }));
    if (!answer) return;
    setList(answer);
    setModel(answer.models.some((each) => each.name === model) ? model : bareName(answer.models[0]?.ref ?? ''));
  };
  const prove = async (): Promise<void> => {
    if (!draft || model.trim() === '') return;
    const answer = await testing.run({ provider: draft, model: model.trim() });
    setTest(answer ?? null);
    onProven(answer?.ok ? { draft, model: model.trim() } : null);
  };
  return {
    typed,
    preset,
    draft,
    change,
    choosePreset: (id) => change(typedFrom(id)),
    list,
    model,
    setModel: (next) => {
      setModel(next);
      setTest(null);
      onProven(null);
    },
    test,
    connect,
    prove,
    keep,
    connecting: listing.busy,
    proving: testing.busy,
    failures: [listing.failure, testing.failure].filter((failure) => failure !== null),
  };
}

/** The name of a model within its provider. */
export function bareName(ref: string): string {
  return ref.slice(ref.indexOf('/') + 1);
}
