import type { ReactNode } from 'react';
import type { LinkView } from '../../../preload/contract/views.ts';
import { LinkIcon, linkWord } from '../../components/link-kind.tsx';
import { LinkPill } from '../../components/link-state.tsx';
import { useNow } from '../../components/use-now.ts';
import { t } from '../../i18n.ts';

/** A link that is built in and cannot be lost: one line. */
export function SmallLink({ link }: { readonly link: LinkView }): ReactNode {
  const now = useNow(1000);
  const what = link.kind === 'api' ? t('channels.apiIs') : t('channels.windowIs');
  return (
    <div className="row">
      <span className="badge" data-kind={link.kind}>
        <LinkIcon kind={link.kind} />
      </span>
      <div className="row-words">
        <strong>{linkWord(link.kind)}</strong>
        <span className="muted">{what}</span>
      </div>
      <LinkPill link={link} now={now} />
    </div>
  );
}
