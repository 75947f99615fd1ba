import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useCall, useHost } from '../bridge/hooks.ts';
import { listTime } from '../format.ts';
import { t } from '../i18n.ts';
import { LinkIcon, linkWord } from './link-kind.tsx';
import { ReasonNote } from './reason-note.tsx';
import { useNow } from './use-now.ts';

const limit = 50;

export interface SearchHitsProps {
  readonly query: string;
  /** The link that is searched; undefined: all. */
  readonly link: string | undefined;
}

/** What a full-text search over the messages found; each hit opens its message, where the words are marked. */
export function SearchHits({ query, link }: SearchHitsProps): ReactNode {
  const asked = { query, limit, ...(link === undefined ? {} : { link }) };
  const { value: hits, failure, again } = useCall('conversations.search', asked, { keep: true });
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
            <Link
              href={`/conversations/${hit.conversation}/${String(hit.seq)}`}
              state={{ found: query }}
              className="hit"
            >
              <span className="conversation-top">
                <span className="hit-link" title={linkWord(hit.linkKind)}>
                  <LinkIcon kind={hit.linkKind} />
                  <span className="offscreen">{linkWord(hit.linkKind)}</span>
                </span>
                <span className="conversation-title" dir="auto">
                  {hit.title || t('conversation.untitled')}
                </span>
                <time className="conversation-time">{listTime(hit.at, now, zone)}</time>
              </span>
              <span className="hit-excerpt" dir="auto">
                {hit.file !== undefined && <bdi>{`${hit.file}: `}</bdi>}
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
