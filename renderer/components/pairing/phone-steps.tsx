import type { ReactNode } from 'react';
import { t, type Words } from '../../i18n.ts';

/** Where to tap on the phone; the last line says what to do with the code. */
export function PhoneSteps({ last }: { readonly last: Words }): ReactNode {
  return (
    <ol className="recipe pairing-steps">
      {(['pairing.step1', 'pairing.step2', last] satisfies Words[]).map((line) => (
        <li key={line}>
          <span>{t(line)}</span>
        </li>
      ))}
    </ol>
  );
}
