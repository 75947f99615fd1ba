/** Parts without any markup, for platforms and rungs that know none. */
import type { MarkdownTree } from '../../gateway/markdown.ts';
import type { Part } from '../../gateway/types.ts';
import { flatten } from './flatten.ts';
import { splitText } from './split.ts';

/** Parts of at most `maxUnits` UTF-16 units; addresses of links stand behind their labels. */
export function renderPlain(tree: MarkdownTree, maxUnits: number): readonly Part[] {
  const flat = flatten(tree, 'written');
  return splitText(flat, maxUnits).map(({ start, end }): Part => {
    const text = flat.text.slice(start, end);
    return { format: 'plain', text, plain: text };
  });
}
