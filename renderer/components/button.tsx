/**
 * The buttons of the window. A busy one keeps its width, its name and the focus, and cannot be pressed twice: were it
 * disabled, whoever pressed it with a key would have to begin at the top of the page.
 */
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Icon, type IconName } from './icons.tsx';
import { Spinner } from './spinner.tsx';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'>;

export interface ButtonProps extends Native {
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly size?: 'normal' | 'small';
  readonly icon?: IconName;
  readonly busy?: boolean;
}

export function Button({
  look = 'plain',
  size = 'normal',
  icon,
  busy = false,
  children,
  disabled = false,
  onClick,
  ...rest
}: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      {...rest}
      className={`button ${look} ${size}`}
      disabled={disabled && !busy}
      aria-disabled={busy || undefined}
      aria-busy={busy}
      onClick={(event) => {
        // Also keeps a form from being sent and a menu from being opened.
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy ? <Spinner /> : icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

export interface IconButtonProps extends Native {
  readonly icon: IconName;
  /** Its name for everyone, and its tooltip. */
  readonly label: string;
  readonly look?: 'quiet' | 'primary';
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, look = 'quiet', ...rest }: IconButtonProps): ReactNode {
  return (
    <button type="button" title={label} {...rest} aria-label={label} className={`icon-button ${look}`}>
      <Icon name={icon} />
    </button>
  );
}
