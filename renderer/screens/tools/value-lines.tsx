/** Environment or headers: a line each with its name, its value, and whether it is kept secret. */
import { type ReactNode, useId } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { t } from '../../i18n.ts';
import { keepsSecret, lineTrouble, type ServerForm, type ValueLine, withLine } from './server-form.ts';

export interface ValueLinesProps {
  readonly kind: ServerForm['kind'];
  readonly lines: readonly ValueLine[];
  readonly onChange: (lines: readonly ValueLine[]) => void;
}

export function ValueLines({ kind, lines, onChange }: ValueLinesProps): ReactNode {
  const id = useId();
  const add = (): void => {
    const next = withLine(lines);
    onChange(next);
    const added = next.at(-1)?.key ?? 0;
    // Drawn by then; whoever adds a line wants to write in it.
    requestAnimationFrame(() => document.getElementById(`${id}-${String(added)}-name`)?.focus());
  };
  return (
    <fieldset className="value-lines">
      <legend className="field-label">{t(kind === 'stdio' ? 'mcp.env' : 'mcp.headers')}</legend>
      <p className="field-help">{t(kind === 'stdio' ? 'mcp.envHelp' : 'mcp.headersHelp')}</p>
      {lines.map((line, index) => (
        <OneLine
          key={line.key}
          id={`${id}-${String(line.key)}`}
          number={index + 1}
          line={line}
          trouble={lineTrouble(line, lines, kind)}
          onChange={(change) => onChange(lines.map((each) => (each.key === line.key ? { ...each, ...change } : each)))}
          onRemove={() => {
            onChange(lines.filter((each) => each.key !== line.key));
            requestAnimationFrame(() => document.getElementById(`${id}-add`)?.focus());
          }}
        />
      ))}
      <Button id={`${id}-add`} size="small" icon="plus" onClick={add}>
        {t(kind === 'stdio' ? 'mcp.addEnv' : 'mcp.addHeader')}
      </Button>
    </fieldset>
  );
}

interface OneLineProps {
  readonly id: string;
  readonly number: number;
  readonly line: ValueLine;
  readonly trouble: ReturnType<typeof lineTrouble>;
  readonly onChange: (change: Partial<ValueLine>) => void;
  readonly onRemove: () => void;
}

function OneLine({ id, number, line, trouble, onChange, onRemove }: OneLineProps): ReactNode {
  const kept = keepsSecret(line);
  return (
    <div className="value-line">
      <input
        className="input mono"
        id={`${id}-name`}
        dir="ltr"
        value={line.name}
        maxLength={128}
        autoComplete="off"
        spellCheck={false}
        aria-label={t('mcp.nameOf', { number })}
        placeholder={t('mcp.valueName')}
        aria-invalid={trouble === 'mcp.nameMissing' || trouble === 'mcp.nameTwice'}
        aria-describedby={`${id}-about`}
        onChange={({ target }) => onChange({ name: target.value })}
      />
      <input
        className="input mono"
        type={line.secret ? 'password' : 'text'}
        dir="ltr"
        value={line.value}
        maxLength={8192}
        autoComplete="off"
        spellCheck={false}
        aria-label={t('mcp.valueOf', { number })}
        placeholder={kept ? t('mcp.kept', { end: line.stored?.end ?? '' }) : t('mcp.value')}
        aria-invalid={trouble === 'mcp.valueMissing'}
        aria-describedby={`${id}-about`}
        onChange={({ target }) => onChange({ value: target.value })}
      />
      <label className="check">
        <input type="checkbox" checked={line.secret} onChange={({ target }) => onChange({ secret: target.checked })} />
        <span>{t('mcp.secret')}</span>
      </label>
      <IconButton icon="close" label={t('mcp.removeLine', { number })} onClick={onRemove} />
      <p className="field-trouble" id={`${id}-about`}>
        {trouble === null ? '' : t(trouble)}
      </p>
    </div>
  );
}
