import { type ReactNode, useId, useState } from 'react';
import { Switch } from '@base-ui/react/switch';
import type { SettingView } from '../../preload/contract/views.ts';
import { useAct } from '../bridge/hooks.ts';
import type { CallFailure } from '../bridge/failure.ts';
import { Icon } from './icons.tsx';
import { useToast } from './toast.tsx';
import { isTimeZone } from '../format.ts';
import { reasonText, settingText, t } from '../i18n.ts';
import { optionWord } from './option-word.ts';

/** One setting: applied when it is changed (text: when one leaves it or presses Enter), with Undo; refused: as before. */
export function Setting({ setting }: { readonly setting: SettingView }): ReactNode {
  const id = useId();
  const set = useAct('settings.set', ['settings.list', 'host.get', 'budget.get']);
  const toast = useToast();
  const [trouble, setTrouble] = useState<string | null>(null);
  const { key, value, fixedByFile, unit } = setting;
  const { title, help } = settingText(key);
  const apply = async (next: unknown): Promise<boolean> => {
    if (Object.is(next, value)) return true;
    setTrouble(null);
    if (key === 'timeZone' && typeof next === 'string' && next !== '' && !isTimeZone(next)) {
      setTrouble(t('settings.noZone', { zone: next }));
      return false;
    }
    const changed = await set.run({ key, value: next });
    if (changed) {
      toast({
        text: t('settings.changed', { title }),
        step: { label: t('action.undo'), run: () => void set.run({ key, value }) },
      });
    }
    return changed !== undefined;
  };
  return (
    <div className={setting.multiline ? 'setting tall' : 'setting'} data-setting={key}>
      <div className="setting-words">
        <label htmlFor={id}>{title}</label>
        <p className="muted" id={`${id}-help`}>
          {help}
        </p>
        {fixedByFile && (
          <p className="muted small fixed">
            <Icon name="lock" /> {t('fixed.setting')}
          </p>
        )}
        <Trouble text={trouble} failure={set.failure} />
      </div>
      <div className="setting-control">
        <Control id={id} setting={setting} apply={apply} disabled={fixedByFile} busy={set.busy} />
        {unit !== null && <span className="unit">{t(`unit.${unitWord(unit)}`)}</span>}
      </div>
    </div>
  );
}

type Unit = 's' | 'ms' | 'tokens' | 'turns' | 'replies' | 'factor' | 'min' | 'usd' | 'other';

function unitWord(unit: string): Unit {
  const known: readonly Unit[] = ['s', 'ms', 'tokens', 'turns', 'replies', 'factor', 'min', 'usd'];
  return known.find((each) => each === unit) ?? 'other';
}

function Trouble({ text, failure }: { readonly text: string | null; readonly failure: CallFailure | null }): ReactNode {
  const words = text ?? (failure ? reasonText(failure.reason) : null);
  if (words === null) return null;
  return (
    <p className="field-trouble" role="alert">
      <Icon name="warning" /> {words}
    </p>
  );
}

interface ControlProps {
  readonly id: string;
  readonly setting: SettingView;
  /** Whether the value was taken; otherwise the control goes back. */
  readonly apply: (value: unknown) => Promise<boolean>;
  readonly disabled: boolean;
  /** A change is on its way. What has the focus keeps it meanwhile. */
  readonly busy: boolean;
}

function Control({ id, setting, apply, disabled, busy }: ControlProps): ReactNode {
  const { type, value, options } = setting;
  switch (type) {
    case 'switch':
      return (
        <Switch.Root
          id={id}
          className="switch"
          checked={value === true}
          disabled={disabled}
          readOnly={busy}
          aria-busy={busy}
          onCheckedChange={(on) => void apply(on)}
        >
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
      );
    case 'choice':
      return (
        <span className="select">
          <select
            id={id}
            value={String(value)}
            disabled={disabled}
            aria-busy={busy}
            aria-describedby={`${id}-help`}
            onChange={(event) => void apply(event.target.value)}
          >
            {options.map((option) => (
              <option key={option} value={option}>
                {optionWord(setting.key, option)}
              </option>
            ))}
          </select>
          <Icon name="unfold" />
        </span>
      );
    case 'number':
    case 'text':
    case 'list':
      return <Typed id={id} setting={setting} apply={apply} disabled={disabled} busy={busy} />;
  }
}

function shown(value: unknown): string {
  return Array.isArray(value)
    ? value.map(String).join('\n')
    : typeof value === 'string' || typeof value === 'number'
      ? String(value)
      : '';
}

function parsed(type: SettingView['type'], text: string): unknown {
  if (type === 'number') return text.trim() === '' ? null : Number(text);
  if (type === 'list')
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  return text;
}

function Typed({ id, setting, apply, disabled, busy }: ControlProps): ReactNode {
  const { type, value, min, max, multiline, key } = setting;
  const [text, setText] = useState(shown(value));
  const [before, setBefore] = useState(shown(value));
  // Changed here or elsewhere: what the gateway has now stands in the field.
  if (before !== shown(value)) {
    setBefore(shown(value));
    setText(shown(value));
  }
  const commit = async (): Promise<void> => {
    if (text === shown(value)) return;
    if (!(await apply(parsed(type, text)))) setText(shown(value));
  };
  const common = {
    id,
    value: text,
    disabled,
    readOnly: busy,
    'aria-busy': busy,
    className: 'input',
    spellCheck: multiline,
    'aria-describedby': `${id}-help`,
    onChange: (event: { readonly target: { readonly value: string } }) => setText(event.target.value),
    onBlur: () => void commit(),
  };
  if (multiline || type === 'list') return <textarea {...common} rows={4} />;
  const limits = type === 'number' ? { type: 'number', min: min ?? undefined, max: max ?? undefined, step: 'any' } : {};
  return (
    <input
      {...common}
      {...limits}
      placeholder={key === 'timeZone' ? Intl.DateTimeFormat().resolvedOptions().timeZone : ''}
      onKeyDown={(event) => event.key === 'Enter' && void commit()}
    />
  );
}
