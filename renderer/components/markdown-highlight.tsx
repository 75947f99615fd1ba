/** Code in its colours. Loaded with the first code that names its language: the grammars are larger than the window. */
import { common, createLowlight } from 'lowlight';
import { createElement, type ReactNode, useMemo } from 'react';

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
  return drawn(highlighter.highlight(language, code, { prefix: 'hl-' }).children);
}

type Nodes = ReturnType<typeof highlighter.highlight>['children'];

/** The highlighter makes text and spans with class names, nothing else; whatever else there were is left out. */
function drawn(nodes: Nodes): ReactNode[] {
  return nodes.map((node, index) => {
    if (node.type === 'text') return node.value;
    if (node.type !== 'element') return null;
    const names = node.properties['className'];
    const className = Array.isArray(names) ? names.join(' ') : undefined;
    return createElement('span', { key: index, className }, ...drawn(node.children));
  });
}
