/** A block of code: what it is written in, a button that copies it, and long lines that scroll by themselves. */
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { copyText } from '../clipboard.ts';
import { t } from '../i18n.ts';
import { IconButton } from './button.tsx';
import { DrawGuard } from './markdown-guard.tsx';

const Highlighted = lazy(async () => ({ default: (await import('./markdown-highlight.tsx')).Highlighted }));

/** While it is being written, longer code gets its colours once it is finished. UTF-16 units. */
const longWhileWritten = 6_000;

export interface CodeBlockProps {
  /** The word behind the fence; empty when there is none. */
  readonly language: string;
  readonly code: string;
  /** More of it may come. */
  readonly open?: boolean;
}

export function CodeBlock({ language, code, open = false }: CodeBlockProps): ReactNode {
  const [copied, setCopied] = useState(false);
  const plain = language === '' || (open && code.length > longWhileWritten);
  return (
    <figure className="code">
      <figcaption>
        <span>{language || t('markdown.code')}</span>
        <IconButton
          icon={copied ? 'check' : 'copy'}
          label={copied ? t('action.copied') : t('action.copyCode')}
          onBlur={() => setCopied(false)}
          onClick={() => void copyText(document, code).then(setCopied)}
        />
      </figcaption>
      <pre tabIndex={0} dir="ltr" role="group" aria-label={language || t('markdown.code')}>
        <code>
          {plain ? (
            code
          ) : (
            <DrawGuard instead={code}>
              <Suspense fallback={code}>
                <Highlighted language={language} code={code} />
              </Suspense>
            </DrawGuard>
          )}
        </code>
      </pre>
    </figure>
  );
}
