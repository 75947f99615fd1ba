import type { ReactNode } from 'react';

export interface ProgressBarProps {
  /** From 0 to 1; null: nobody knows. */
  readonly share: number | null;
  /** What it is about. */
  readonly label: string;
  /** It goes on; one that does not know its share moves then. */
  readonly busy: boolean;
}

/** How far something is. It is not spoken by itself: whoever looks for it hears it. */
export function ProgressBar({ share, label, busy }: ProgressBarProps): ReactNode {
  return (
    <span
      className="bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.floor(share * 100)}
      data-unknown={share === null && busy}
    >
      <span className="bar-done" style={share === null ? undefined : { inlineSize: `${String(share * 100)}%` }} />
    </span>
  );
}
