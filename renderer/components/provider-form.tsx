/**
 * A model server as typed in: a preset or an address, a key, its models, and a real test. Nothing is stored here; whoever
 * shows the form learns what was proven and saves it. Used by Setup and by Models.
 */
import type { ReactNode } from 'react';
import { providerPresets } from '../../preload/contract/presets.ts';
import type { ModelListView } from '../../preload/contract/model-views.ts';
import { t } from '../i18n.ts';
import { Button } from './button.tsx';
import { SelectField, TextField } from './field.tsx';
import { FirstModel } from './provider-first-model.tsx';
import { ProviderNote } from './provider-note.tsx';
import { ReasonNote } from './reason-note.tsx';
import { StopTests } from './stop-tests.tsx';
import { TestResult } from './test-result.tsx';
import { bareName, own, type ProviderFormProps, useProviderForm } from './use-provider-form.ts';

export function ProviderForm(props: ProviderFormProps): ReactNode {
  const { stored } = props;
  const form = useProviderForm(props);
  const { typed, preset, draft, change, list, model, test, connect, prove } = form;
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
          onChange={(event) => form.choosePreset(event.target.value)}
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
          {list.reason && <ProviderNote reason={list.reason} tone="warning" retry={() => void connect()} />}
          {draft?.kind === 'ollama' && list.reason === null && list.models.length === 0 ? (
            <FirstModel draft={draft} onStored={form.keep} onArrived={() => void connect()} />
          ) : (
            <ModelField list={list} model={model} onModel={form.setModel} />
          )}
        </>
      ) : null}
      {form.failures.map((failure) => (
        <ReasonNote key={failure.message} reason={failure.reason} />
      ))}
      {test && <TestResult test={test} />}
      <div className="form-foot">
        {form.proving && <StopTests />}
        {list ? (
          <Button
            type="submit"
            look={test?.ok || stored ? 'plain' : 'primary'}
            busy={form.proving}
            disabled={model.trim() === ''}
          >
            {test ? t('provider.testAgain') : t('provider.test')}
          </Button>
        ) : (
          <Button type="submit" look={stored ? 'plain' : 'primary'} busy={form.connecting} disabled={!draft}>
            {t('provider.connect')}
          </Button>
        )}
      </div>
    </form>
  );
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
