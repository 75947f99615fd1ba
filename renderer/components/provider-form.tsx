/**
 * A model server as typed in: a preset or an address, a key, its models, and a real test. Nothing is stored here; whoever
 * shows the form learns what was proven and saves it. Used by Setup and by Models.
 */
import { type ReactNode, useState } from 'react';
import type { ProviderDraft } from '../../preload/contract/commands.ts';
import { providerPresets } from '../../preload/contract/presets.ts';
import type { ModelListView, ProviderView, TestView } from '../../preload/contract/views.ts';
import { useAct } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';
import { Button } from './button.tsx';
import { SelectField, TextField } from './field.tsx';
import { ReasonNote } from './reason-note.tsx';
import { TestResult } from './test-result.tsx';

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

const own = 'own';
const named = /[^a-z0-9]+/g;

/** A provider id from a name, unlike any that is taken. */
export function providerIdFor(name: string, taken: readonly string[]): string {
  const base = name.toLowerCase().replace(named, '-').replace(/^-|-$/g, '').slice(0, 28) || 'provider';
  let id = base;
  for (let number = 2; taken.includes(id) || id === 'practice'; number += 1) id = `${base}-${String(number)}`;
  return id;
}

interface Typed {
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
  stored: ProviderView | undefined,
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
  return URL.parse(url)?.hostname ?? '';
}

export function ProviderForm({ stored, begin, foundUrl, taken, onProven, onDraft }: ProviderFormProps): ReactNode {
  const [typed, setTyped] = useState<Typed>(() =>
    stored
      ? { preset: own, name: stored.name, baseUrl: stored.baseUrl, key: '' }
      : typedFrom(begin ?? providerPresets[0]?.id ?? own, foundUrl),
  );
  const [model, setModel] = useState('');
  const [list, setList] = useState<ModelListView | null>(null);
  const [test, setTest] = useState<TestView | null>(null);
  const listing = useAct('providers.listDraft');
  const testing = useAct('providers.test');
  const draft = draftOf(typed, stored, taken);
  const preset = providerPresets.find((each) => each.id === typed.preset);
  const change = (next: Partial<Typed>): void => {
    const all = { ...typed, ...next };
    setTyped(all);
    setList(null);
    setTest(null);
    onProven(null);
    onDraft?.(draftOf(all, stored, taken));
  };
  const connect = async (): Promise<void> => {
    if (!draft) return;
    const answer = await listing.run({ provider: draft });
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
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void (list ? prove() : connect());
      }}
    >
      {!stored && (
        <SelectField
          label={t('provider.service')}
          value={typed.preset}
          onChange={(event) => change(typedFrom(event.target.value))}
        >
          {providerPresets.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
          <option value={own}>{t('provider.other')}</option>
        </SelectField>
      )}
      {(stored !== undefined || typed.preset === own) && (
        <TextField
          label={t('provider.name')}
          value={typed.name}
          maxLength={80}
          onChange={(event) => change({ name: event.target.value })}
        />
      )}
      <TextField
        label={t('provider.url')}
        type="url"
        placeholder="https://…/v1"
        value={typed.baseUrl}
        onChange={(event) => change({ baseUrl: event.target.value })}
        {...(typed.baseUrl !== '' && !draft
          ? { trouble: <p className="field-trouble">{t('provider.urlShape')}</p> }
          : {})}
      />
      {draft?.kind !== 'ollama' && (
        <KeyField
          optional={preset?.key === 'optional'}
          storedEnd={stored?.keyEnd ?? null}
          value={typed.key}
          onKey={(key) => change({ key })}
        />
      )}
      {list ? (
        <>
          {list.reason && <ReasonNote reason={list.reason} tone="warning" retry={() => void connect()} />}
          <ModelField
            list={list}
            model={model}
            onModel={(next) => {
              setModel(next);
              setTest(null);
              onProven(null);
            }}
          />
        </>
      ) : null}
      {[listing.failure, testing.failure].map(
        (failure, index) => failure && <ReasonNote key={index} reason={failure.reason} />,
      )}
      {test && <TestResult test={test} />}
      <div className="form-foot">
        {list ? (
          <Button
            type="submit"
            look={test?.ok ? 'plain' : 'primary'}
            busy={testing.busy}
            disabled={model.trim() === ''}
          >
            {test ? t('provider.testAgain') : t('provider.test')}
          </Button>
        ) : (
          <Button type="submit" look="primary" busy={listing.busy} disabled={!draft}>
            {t('provider.connect')}
          </Button>
        )}
      </div>
    </form>
  );
}

function bareName(ref: string): string {
  return ref.slice(ref.indexOf('/') + 1);
}

interface ModelFieldProps {
  readonly list: ModelListView;
  readonly model: string;
  readonly onModel: (model: string) => void;
}

/** The server's list, or a line to type into where it lists nothing. */
function ModelField({ list, model, onModel }: ModelFieldProps): ReactNode {
  if (list.models.length === 0) {
    return (
      <TextField
        label={t('provider.model')}
        help={t('provider.modelTyped')}
        value={model}
        onChange={(event) => onModel(event.target.value)}
      />
    );
  }
  return (
    <SelectField label={t('provider.model')} value={model} onChange={(event) => onModel(event.target.value)}>
      {list.models.map((each) => (
        <option key={each.ref} value={bareName(each.ref)}>
          {each.name}
        </option>
      ))}
    </SelectField>
  );
}

interface KeyFieldProps {
  readonly optional: boolean;
  /** How the stored key ends; null when there is none. */
  readonly storedEnd: string | null;
  readonly value: string;
  readonly onKey: (key: string) => void;
}

function KeyField({ optional, storedEnd, value, onKey }: KeyFieldProps): ReactNode {
  return (
    <TextField
      label={optional ? t('provider.keyOptional') : t('provider.key')}
      help={storedEnd === null ? t('provider.keyHelp') : t('provider.keyStored', { end: storedEnd })}
      type="password"
      value={value}
      onChange={(event) => onKey(event.target.value)}
    />
  );
}
