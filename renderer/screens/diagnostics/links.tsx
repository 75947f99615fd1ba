import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { LinkView } from '../../../preload/contract/views.ts';
import { useCall } from '../../bridge/hooks.ts';
import { LinkEvidence } from '../../components/link-evidence.tsx';
import { LinkIcon, linkWord } from '../../components/link-kind.tsx';
import { linkHandle, linkName } from '../../components/link-name.ts';
import { LinkPill, reasonTone } from '../../components/link-state.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useNow } from '../../components/use-now.ts';
import { t } from '../../i18n.ts';

/** The evidence for each link; what puts it right stands under Channels. */
export function Links(): ReactNode {
  const { value: links, failure, again } = useCall('links.list', {});
  const now = useNow(1000);
  return (
    <Section
      title={t('diagnostics.links')}
      step={
        <Link href="/channels" className="button plain small">
          <span>{t('reason.openChannels')}</span>
        </Link>
      }
    >
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      <ul className="stack" aria-label={t('diagnostics.links')}>
        {links?.map((link) => (
          <li key={link.id}>
            <OneLink link={link} now={now} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function OneLink({ link, now }: { readonly link: LinkView; readonly now: number }): ReactNode {
  const { kind, handle, state } = link;
  const builtIn = kind === 'window' || kind === 'api';
  return (
    <article className="card link-card" aria-label={builtIn ? linkWord(kind) : linkHandle(link)}>
      <header className="link-head">
        <span className="badge" data-kind={kind}>
          <LinkIcon kind={kind} />
        </span>
        <div className="link-names">
          <h3>{builtIn ? linkWord(kind) : linkName(link)}</h3>
          {!builtIn && <p className="muted">{[linkWord(kind), handle].filter(Boolean).join(' · ')}</p>}
        </div>
        <LinkPill link={link} now={now} />
      </header>
      {'reason' in state && <ReasonNote reason={state.reason} tone={reasonTone(link)} />}
      {!builtIn && <LinkEvidence link={link} now={now} />}
    </article>
  );
}
