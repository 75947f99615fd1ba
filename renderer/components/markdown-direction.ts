/**
 * Each paragraph, list, heading and table runs as its own first letter does: an Arabic answer from right to left, in
 * whatever language the window is. Only the outermost elements say so, because one inside that decides for itself is left
 * out of what those around it see.
 */
export function ownDirections(): (tree: Tree) => void {
  return (tree) => {
    for (const { properties } of tree.children) if (properties !== undefined) properties['dir'] = 'auto';
  };
}

/** As much of a parsed page as is looked at here. */
interface Tree {
  readonly children: readonly { readonly properties?: Record<string, unknown> }[];
}
