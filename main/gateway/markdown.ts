/**
 * The small tree between a model's markdown and each channel's own markup. `channels/formatting` parses and renders it;
 * the core only carries it.
 */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bold' | 'italic' | 'strike'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly url: string; readonly children: readonly Inline[] }
  | { readonly kind: 'break' };

export type Block =
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string | null; readonly text: string }
  | { readonly kind: 'quote'; readonly children: readonly Block[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly start: number; readonly items: readonly ListItem[] }
  | { readonly kind: 'table'; readonly header: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: 'rule' };

export interface ListItem {
  /** Null where the item is not a task. */
  readonly checked: boolean | null;
  readonly children: readonly Block[];
}

export type Cell = readonly Inline[];

export interface MarkdownTree {
  /** The text as the model wrote it. */
  readonly source: string;
  readonly blocks: readonly Block[];
}

export type ParseMarkdown = (source: string) => MarkdownTree;
