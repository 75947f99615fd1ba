import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useCall, useHost } from '../bridge/hooks.ts';
import { listTime } from '../format.ts';
import { t } from '../i18n.ts';
import { ReasonNote } from './reason-note.tsx';
import { useNow } from './use-now.ts';

const limit = 50;

/** What a full-text search over all messages found; each hit opens its message. */
export function SearchHits({ query }: { readonly query: string }): ReactNode {
  const { value: hits, failure, again } = useCall('conversations.search', { query, limit }, { keep: true });
  const zone = useHost()?.timeZone ?? 'UTC';
  const now = useNow(60_000);
  if (failure) {
    return (
      <div className="list-note">
        <ReasonNote reason={failure.reason} retry={again} />
      </div>
    );
  }
  return (
    <div className="list">
      <p className="list-count" role="status">
        {hits === undefined ? t('search.busy') : t('search.found', { count: hits.length })}
      </p>
      <ul className="hits" aria-label={t('search.results')}>
        {hits?.map((hit) => (
          <li key={hit.message}>
            <Link href={`/conversations/${hit.conversation}/${String(hit.seq)}`} className="hit">
              <span className="conversation-top">
                <span className="conversation-title">{hit.title || t('conversation.untitled')}</span>
                <time className="conversation-time">{listTime(hit.at, now, zone)}</time>
              </span>
              <span className="hit-excerpt">
                <Excerpt text={hit.excerpt} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Hits stand between U+0002 and U+0003. */
function Excerpt({ text }: { readonly text: string }): ReactNode {
  return text.split('\u0002').map((piece, index) => {
    const [hit = '', rest] = piece.split('\u0003');
    return (
      <Fragment key={index}>
        {rest === undefined ? (
          piece
        ) : (
          <>
            <mark>{hit}</mark>
            {rest}
          </>
        )}
      </Fragment>
    );
  });
}
