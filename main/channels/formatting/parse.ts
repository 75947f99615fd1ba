/**
 * Markdown to the small tree. Total: whatever a model writes comes back as a tree that holds all of its text; hostile
 * input (deep nesting, thousands of emphasis marks, megabytes) is bounded and then kept as plain paragraphs.
 *
 * Left out of the syntax on purpose: raw HTML (shown as it was written), reference definitions and footnotes (they would
 * vanish from a chat), and bare addresses (every chat platform makes them links by itself).
 */
import type { Nodes, PhrasingContent, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { Block, Inline, ListItem, MarkdownTree } from '../../gateway/markdown.ts';

/** UTF-16 units; a longer text is not looked at for marks. */
const MAX_SOURCE = 40_000;
/** Levels of blocks and inlines; what lies deeper is kept as it was written. */
const MAX_DEPTH = 40;
/** Runs of `*`, `_`, `~` and brackets between two blank lines: pairing them takes time that grows with their square. */
const MAX_MARKS = 800;

const LEFT_OUT = new Set(['wwwAutolink', 'protocolAutolink', 'emailAutolink', 'gfmFootnoteCall']);
const syntax = [chatSyntax(), { disable: { null: ['htmlFlow', 'htmlText', 'definition'] } }];
/** The one extension with `transforms` is that of bare addresses, which are not in the syntax. */
const building = [gfmFromMarkdown().filter((extension) => extension.transforms === undefined)];
const parsing = { extensions: syntax, mdastExtensions: building };

/**
 * GFM without bare addresses and footnotes. Disabling them by name would leave their start characters in the
 * tokenizer's table (every letter and digit), which doubles the time of a text.
 */
function chatSyntax(): ReturnType<typeof gfm> {
  const { document: _footnotes, text, ...rest } = gfm({ singleTilde: false });
  const kept = Object.entries(text ?? {}).flatMap(([code, value]) => {
    const constructs = (Array.isArray(value) ? value : [value]).flatMap((construct) =>
      construct === undefined || LEFT_OUT.has(construct.name ?? '') ? [] : [construct],
    );
    return constructs.length === 0 ? [] : [[Number(code), constructs] as const];
  });
  return { ...rest, text: Object.fromEntries(kept) };
}

/** Never throws; the same source gives the same tree. `source` is kept unchanged, lone surrogates become U+FFFD in the blocks. */
export function parseMarkdown(source: string): MarkdownTree {
  const text = source.toWellFormed();
  if (isHostile(text)) return { source, blocks: plainBlocks(text) };
  const bounded = boundContainers(text);
  try {
    return { source, blocks: blocksOf(fromMarkdown(bounded, parsing).children, 0, bounded) };
  } catch {
    // A fault of the parser must not cost the reply: its text still goes out, without marks.
    return { source, blocks: plainBlocks(text) };
  }
}

function isHostile(text: string): boolean {
  if (text.length > MAX_SOURCE) return true;
  return text.split(/\n[ \t]*\n/).some((paragraph) => {
    if (paragraph.length < MAX_MARKS) return false;
    return (paragraph.match(/[*_~]+|\[/g)?.length ?? 0) > MAX_MARKS;
  });
}

/** Paragraphs as they were written, parted at blank lines. */
export function plainBlocks(text: string): readonly Block[] {
  return text
    .split(/\n[ \t]*\n\s*/)
    .filter((paragraph) => paragraph !== '')
    .map((paragraph): Block => ({ kind: 'paragraph', children: [{ kind: 'text', text: paragraph }] }));
}

const CONTAINERS = new RegExp(`^((?:[ \\t]*(?:>|[-+*][ \\t]|\\d{1,9}[.)][ \\t])){${MAX_DEPTH}})(?=[^\\n])`, 'gm');

/** Ends a chain of quotes and lists at the depth limit, because each level multiplies the parser's time. */
function boundContainers(text: string): string {
  return text.replace(CONTAINERS, '$1\\');
}

function blocksOf(nodes: readonly RootContent[], depth: number, source: string): readonly Block[] {
  return nodes.map((node) => blockOf(node, depth, source));
}

function blockOf(node: RootContent, depth: number, source: string): Block {
  if (depth >= MAX_DEPTH) return verbatim(node, source);
  const below = depth + 1;
  switch (node.type) {
    case 'paragraph':
      return { kind: 'paragraph', children: inlinesOf(node.children, below, source) };
    case 'heading':
      return { kind: 'heading', level: node.depth, children: inlinesOf(node.children, below, source) };
    case 'code':
      return { kind: 'code', language: node.lang ?? null, text: node.value };
    case 'blockquote':
      return { kind: 'quote', children: blocksOf(node.children, below, source) };
    case 'list': {
      const items = node.children.map((item): ListItem => ({
        checked: item.checked ?? null,
        children: blocksOf(item.children, below, source),
      }));
      return { kind: 'list', ordered: node.ordered === true, start: node.start ?? 1, items };
    }
    case 'table': {
      const [header = [], ...rows] = node.children.map((row) =>
        row.children.map((cell) => inlinesOf(cell.children, below, source)),
      );
      return { kind: 'table', header, rows };
    }
    case 'thematicBreak':
      return { kind: 'rule' };
    case 'html':
    case 'definition':
    case 'footnoteDefinition':
    case 'yaml':
    case 'listItem':
    case 'tableRow':
    case 'tableCell':
      return verbatim(node, source);
    case 'text':
    case 'strong':
    case 'emphasis':
    case 'delete':
    case 'inlineCode':
    case 'link':
    case 'linkReference':
    case 'image':
    case 'imageReference':
    case 'footnoteReference':
    case 'break':
      return { kind: 'paragraph', children: [inlineOf(node, below, source)] };
    default:
      // What another syntax of the parser would add (none is switched on) is shown as it was written.
      return verbatim(node, source);
  }
}

function inlinesOf(nodes: readonly PhrasingContent[], depth: number, source: string): readonly Inline[] {
  return nodes.map((node) => inlineOf(node, depth, source));
}

function inlineOf(node: PhrasingContent, depth: number, source: string): Inline {
  if (node.type === 'text') return { kind: 'text', text: node.value };
  if (depth >= MAX_DEPTH) return { kind: 'text', text: written(node, source) };
  const below = depth + 1;
  switch (node.type) {
    case 'strong':
      return { kind: 'bold', children: inlinesOf(node.children, below, source) };
    case 'emphasis':
      return { kind: 'italic', children: inlinesOf(node.children, below, source) };
    case 'delete':
      return { kind: 'strike', children: inlinesOf(node.children, below, source) };
    case 'inlineCode':
      return { kind: 'code', text: node.value };
    case 'link':
      return { kind: 'link', url: node.url, children: inlinesOf(node.children, below, source) };
    case 'image':
      return { kind: 'link', url: node.url, children: [{ kind: 'text', text: node.alt ?? '' }] };
    case 'break':
      return { kind: 'break' };
    case 'html':
    case 'linkReference':
    case 'imageReference':
    case 'footnoteReference':
      return { kind: 'text', text: written(node, source) };
    default:
      return { kind: 'text', text: written(node, source) };
  }
}

function verbatim(node: RootContent, source: string): Block {
  return { kind: 'paragraph', children: [{ kind: 'text', text: written(node, source) }] };
}

function written(node: Nodes, source: string): string {
  return source.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
}
