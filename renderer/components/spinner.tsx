import type { ReactNode } from 'react';

/** Something is under way. Decorative: what it stands beside says it in words (or `label` does). */
export function Spinner({ label }: { readonly label?: string }): ReactNode {
  return label === undefined ? (
    <span className="spinner" aria-hidden="true" />
  ) : (
    <span className="spinner" role="img" aria-label={label} title={label} />
  );
}
