/**
 * Replies as they are meant to look. HTML in them stays text; links open outside and only for the web and mail; images
 * from elsewhere are not loaded (that would tell their server when and where a reply is read) but shown as links.
 * Blocks are drawn one by one and only anew when their own text changed.
 */
import { memo, type ReactNode, useState } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { splitBlocks } from '../blocks.ts';
import { copyText } from '../clipboard.ts';
import { t } from '../i18n.ts';
import { IconButton } from './button.tsx';

const plugins = [remarkGfm];
const safe = /^(?:https?:|mailto:)/i;

export function Markdown({ text }: { readonly text: string }): ReactNode {
  return (
    <div className="markdown">
      {splitBlocks(text).map((block, index) => (
        // A block's place is its identity: text only ever grows at the end.
        <Block key={index} text={block} />
      ))}
    </div>
  );
}

const Block = memo(function Block({ text }: { readonly text: string }): ReactNode {
  return (
    <ReactMarkdown remarkPlugins={plugins} components={components} urlTransform={safeUrl}>
      {text}
    </ReactMarkdown>
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
  table: ({ children }) => (
    <div className="table-frame" tabIndex={0} role="group" aria-label={t('markdown.table')}>
      <table>{children}</table>
    </div>
  ),
  pre: ({ children, node }) => <CodeBlock language={languageOf(node)}>{children}</CodeBlock>,
  input: ({ checked }) => (
    <input type="checkbox" checked={checked === true} readOnly disabled aria-label={t('markdown.task')} />
  ),
};

type PreNode = Parameters<Extract<NonNullable<Components['pre']>, (...args: never[]) => unknown>>[0]['node'];

function languageOf(node: PreNode): string {
  const code = node?.children[0];
  if (code?.type !== 'element') return '';
  const names = code.properties['className'];
  const name = Array.isArray(names) ? names.find((each) => String(each).startsWith('language-')) : undefined;
  return name === undefined ? '' : String(name).slice('language-'.length);
}

function CodeBlock({ language, children }: { readonly language: string; readonly children?: ReactNode }): ReactNode {
  const [copied, setCopied] = useState(false);
  return (
    <figure className="code">
      <figcaption>
        <span>{language || t('markdown.code')}</span>
        <IconButton
          icon={copied ? 'check' : 'copy'}
          label={copied ? t('action.copied') : t('action.copyCode')}
          onBlur={() => setCopied(false)}
          onClick={(event) => {
            const code = event.currentTarget.closest('figure')?.querySelector('pre')?.textContent ?? '';
            void copyText(document, code.replace(/\n$/, '')).then(setCopied);
          }}
        />
      </figcaption>
      <pre tabIndex={0}>{children}</pre>
    </figure>
  );
}
