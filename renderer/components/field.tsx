/** A labelled control with its help and its trouble, tied together for assistive technology. */
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react';
import { Icon } from './icons.tsx';

export interface FieldProps {
  readonly label: string;
  readonly help?: ReactNode;
  readonly trouble?: ReactNode;
  readonly children: (ids: { readonly id: string; readonly describedBy: string }) => ReactNode;
}

export function Field({ label, help, trouble, children }: FieldProps): ReactNode {
  const id = useId();
  const describedBy = `${id}-about`;
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {children({ id, describedBy })}
      <div id={describedBy} className="field-about">
        {help !== undefined && <p className="field-help">{help}</p>}
        {trouble}
      </div>
    </div>
  );
}

type Own = Pick<FieldProps, 'label' | 'help' | 'trouble'>;

export function TextField({ label, help, trouble, ...input }: Own & InputHTMLAttributes<HTMLInputElement>): ReactNode {
  return (
    <Field label={label} help={help} trouble={trouble}>
      {({ id, describedBy }) => (
        <input
          className="input"
          id={id}
          aria-describedby={describedBy}
          aria-invalid={Boolean(trouble)}
          autoComplete="off"
          spellCheck={false}
          {...input}
        />
      )}
    </Field>
  );
}

export function SelectField({
  label,
  help,
  trouble,
  children,
  ...select
}: Own & SelectHTMLAttributes<HTMLSelectElement>): ReactNode {
  return (
    <Field label={label} help={help} trouble={trouble}>
      {({ id, describedBy }) => (
        <span className="select">
          <select id={id} aria-describedby={describedBy} {...select}>
            {children}
          </select>
          <Icon name="unfold" />
        </span>
      )}
    </Field>
  );
}
