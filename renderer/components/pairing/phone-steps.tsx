import type { ReactNode } from 'react';
import { t, type Words } from '../../i18n.ts';

/** Where to tap on the phone; the last line says what to do with the code. */
export function PhoneSteps({ last }: { readonly last: Words }): ReactNode {
  const steps: readonly (readonly Words[])[] = [
    ['pairing.step1'],
    ['pairing.step2Android', 'pairing.step2Iphone'],
    [last],
  ];
  return (
    <ol className="recipe pairing-steps">
      {steps.map((lines) => (
        <li key={lines[0]}>
          <span>
            {lines.map((line) => (
              <span key={line}>{t(line)}</span>
            ))}
          </span>
        </li>
      ))}
    </ol>
  );
}
