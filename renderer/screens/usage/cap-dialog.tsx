import { type ReactNode, useState } from 'react';
import type { CapAmounts, CapView } from '../../../preload/contract/money-views.ts';
import { useAct, useCall, useConversations } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { SelectField, TextField } from '../../components/field.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t, type Words } from '../../i18n.ts';
import { capName } from './cap-name.ts';
import { dollarsOf, parseDollarsUpTo, parseTokens } from './dollars.ts';

export interface CapDialogProps {
  /** Those there are already: each has one. */
  readonly caps: readonly CapView[];
  /** The one to be changed; null for a new one. */
  readonly cap: CapView | null;
  readonly onClose: () => void;
}

/** Dollars of a limit at most. */
const most = 1_000_000;

const fields = [
  ['dayCost', 'caps.dayCost', 'cost'],
  ['monthCost', 'caps.monthCost', 'cost'],
  ['dayTokens', 'caps.dayTokens', 'tokens'],
  ['monthTokens', 'caps.monthTokens', 'tokens'],
] as const satisfies readonly (readonly [keyof CapAmounts, Words, 'cost' | 'tokens'])[];
type Typed = Readonly<Record<keyof CapAmounts, string>>;

function typedOf(cap: CapView | null): Typed {
  const tokens = (amount: number | null | undefined): string =>
    amount === null || amount === undefined ? '' : String(amount);
  return {
    dayCost: dollarsOf(cap?.dayCost ?? null),
    monthCost: dollarsOf(cap?.monthCost ?? null),
    dayTokens: tokens(cap?.dayTokens),
    monthTokens: tokens(cap?.monthTokens),
  };
}

/** Null where it is empty, undefined where it is no amount. */
function amountOf(text: string, of: 'cost' | 'tokens'): number | null | undefined {
  if (text.trim() === '') return null;
  return (of === 'cost' ? parseDollarsUpTo(text, most) : parseTokens(text)) ?? undefined;
}

/** Sets the limits of one provider or of one conversation; an empty field is no limit. */
export function CapDialog({ caps, cap, onClose }: CapDialogProps): ReactNode {
  const [about, setAbout] = useState(cap === null ? '' : `${cap.scope}:${cap.id}`);
  const [typed, setTyped] = useState<Typed>(() => typedOf(cap));
  const set = useAct('caps.set', ['caps.list', 'budget.get']);
  const amounts = fields.map(([key, , of]) => [key, amountOf(typed[key], of)] as const);
  const sound = amounts.every(([, amount]) => amount !== undefined) && amounts.some(([, amount]) => amount !== null);
  const submit = async (): Promise<void> => {
    const colon = about.indexOf(':');
    if (!sound || colon < 0) return;
    const scope = about.startsWith('provider:') ? 'provider' : 'conversation';
    const limits = Object.fromEntries(amounts) as unknown;
    if (!isAmounts(limits)) return;
    if ((await set.run({ scope, id: about.slice(colon + 1), caps: limits })) !== undefined) onClose();
  };
  return (
    <Dialog open onClose={onClose} title={cap === null ? t('caps.addTitle') : t('caps.of', { name: capName(cap) })}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {cap === null && <About caps={caps} value={about} onChange={setAbout} />}
        {fields.map(([key, label, of], index) => (
          <TextField
            key={key}
            label={t(label)}
            inputMode="decimal"
            value={typed[key]}
            help={index === 0 ? t('caps.help') : undefined}
            onChange={(event) => setTyped({ ...typed, [key]: event.target.value })}
            trouble={
              amountOf(typed[key], of) === undefined ? (
                <p className="field-trouble">{t(of === 'cost' ? 'caps.dollarShape' : 'caps.tokenShape')}</p>
              ) : undefined
            }
          />
        ))}
        {set.failure && <ReasonNote reason={set.failure.reason} />}
        <div className="form-foot">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" busy={set.busy} disabled={!sound || about === ''}>
            {t('action.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function isAmounts(value: unknown): value is CapAmounts {
  return typeof value === 'object' && value !== null && fields.every(([key]) => key in value);
}

interface AboutProps {
  readonly caps: readonly CapView[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** What is limited: providers elsewhere, since those at home are free, and the conversations that are listed. */
function About({ caps, value, onChange }: AboutProps): ReactNode {
  const taken = new Set(caps.map(({ scope, id }) => `${scope}:${id}`));
  const free = (option: { readonly key: string }): boolean => !taken.has(option.key);
  const providers = useCall('providers.list', {}).value ?? [];
  const remote = providers
    .filter(({ local }) => !local)
    .map(({ id, name }) => ({ key: `provider:${id}`, name }))
    .filter(free);
  const conversations = useConversations().value?.items ?? [];
  const listed = conversations.map(({ id, title }) => ({ key: `conversation:${id}`, name: title })).filter(free);
  return (
    <SelectField label={t('caps.about')} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{t('caps.choose')}</option>
      {remote.length > 0 && (
        <optgroup label={t('caps.providers')}>
          {remote.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </optgroup>
      )}
      {listed.length > 0 && (
        <optgroup label={t('caps.conversations')}>
          {listed.map(({ key, name }) => (
            <option key={key} value={key}>
              {capName({ title: name })}
            </option>
          ))}
        </optgroup>
      )}
    </SelectField>
  );
}
