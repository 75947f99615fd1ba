/**
 * Replies as they are meant to look. HTML in them stays text; links open outside and only for the web and mail; images
 * from elsewhere are not loaded (that would tell their server when and where a reply is read) but shown as links.
 * Blocks are drawn one by one and only anew when their own text changed.
 */
import { memo, type ReactNode, useState } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { createSplitter, fencedCode, isUnparsable, steady } from '../blocks.ts';
import { t } from '../i18n.ts';
import { CodeBlock } from './markdown-code.tsx';
import { ownDirections } from './markdown-direction.ts';
import { DrawGuard } from './markdown-guard.tsx';

const plugins = [remarkGfm];
const directed = [ownDirections];
const safe = /^(?:https?:|mailto:)/i;

export interface MarkdownProps {
  readonly text: string;
  /** More may come at the end: a long last block is drawn in steps. */
  readonly writing?: boolean;
}

export function Markdown({ text, writing = false }: MarkdownProps): ReactNode {
  const [split] = useState(createSplitter);
  const blocks = split(text);
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        // A block's place is its identity: text only ever grows at the end.
        <Block key={index} text={writing && index === blocks.length - 1 ? lastOf(block) : block} />
      ))}
    </div>
  );
}

/** Code is not parsed, so it may grow by every piece. */
function lastOf(block: string): string {
  return fencedCode(block) === null ? steady(block) : block;
}

const Block = memo(function Block({ text }: { readonly text: string }): ReactNode {
  const code = fencedCode(text);
  if (code) return <CodeBlock {...code} />;
  if (isUnparsable(text))
    return (
      <p className="as-written" dir="auto">
        {text}
      </p>
    );
  return (
    <DrawGuard
      instead={
        <p className="as-written" dir="auto">
          {text}
        </p>
      }
    >
      <ReactMarkdown remarkPlugins={plugins} rehypePlugins={directed} components={components} urlTransform={safeUrl}>
        {text}
      </ReactMarkdown>
    </DrawGuard>
  );
});

function safeUrl(url: string): string {
  return safe.test(url) ? url : '';
}

function Outside({ href, children }: { readonly href: string | undefined; readonly children?: ReactNode }): ReactNode {
  if (!href) return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}

const components: Components = {
  a: ({ href, children }) => <Outside href={href}>{children}</Outside>,
  img: ({ src, alt }) => (
    <Outside href={typeof src === 'string' ? src : undefined}>
      {t('markdown.image', { name: alt || String(src) })}
    </Outside>
  ),
  table: ({ children, dir }) => (
    <div className="table-frame" tabIndex={0} role="group" aria-label={t('markdown.table')}>
      <table dir={dir}>{children}</table>
    </div>
  ),
  pre: ({ node }) => <CodeBlock {...codeOf(node)} />,
  input: ({ checked }) => (
    <input type="checkbox" checked={checked === true} readOnly disabled aria-label={t('markdown.task')} />
  ),
};

type PreNode = Parameters<Extract<NonNullable<Components['pre']>, (...args: never[]) => unknown>>[0]['node'];

function codeOf(node: PreNode): { readonly language: string; readonly code: string } {
  const element = node?.children[0];
  if (element?.type !== 'element') return { language: '', code: '' };
  const names = element.properties['className'];
  const name = Array.isArray(names) ? names.find((each) => String(each).startsWith('language-')) : undefined;
  const text = element.children.map((child) => (child.type === 'text' ? child.value : '')).join('');
  return {
    language: name === undefined ? '' : String(name).slice('language-'.length),
    code: text.replace(/\n$/, ''),
  };
}
