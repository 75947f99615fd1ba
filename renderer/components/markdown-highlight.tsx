/** Code in its colours. Loaded with the first code that names its language: the grammars are larger than the window. */
import { toJsxRuntime } from 'hast-util-to-jsx-runtime';
import { common, createLowlight } from 'lowlight';
import { isValidElement, type ReactNode, useMemo } from 'react';
import { Fragment, jsx, jsxs } from 'react/jsx-runtime';

const highlighter = createLowlight(common);

/** More is shown without colours: they would cost more time than they are worth. UTF-16 units. */
const longest = 60_000;

export interface HighlightedProps {
  /** As it stands behind the fence; one that is not known leaves the code as it is. */
  readonly language: string;
  readonly code: string;
}

export function Highlighted({ language, code }: HighlightedProps): ReactNode {
  return useMemo(() => coloured(language.toLowerCase(), code), [language, code]);
}

function coloured(language: string, code: string): ReactNode {
  if (code.length > longest || !highlighter.registered(language)) return code;
  const tree = highlighter.highlight(language, code, { prefix: 'hl-' });
  const elements: unknown = toJsxRuntime(tree, { Fragment, jsx, jsxs });
  return isValidElement(elements) ? elements : code;
}
