import { memo, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import type { ConversationView } from '../../preload/contract/views.ts';
import { useConversations, useHost } from '../bridge/hooks.ts';
import { fullTime, listTime } from '../format.ts';
import { t } from '../i18n.ts';
import { Icon } from './icons.tsx';
import { LinkIcon, linkWord } from './link-kind.tsx';
import { ReasonNote } from './reason-note.tsx';
import { Spinner } from './spinner.tsx';
import { useNow } from './use-now.ts';
import { useRows } from './virtual-rows.ts';

const rowHeight = 64;
const noItems: readonly ConversationView[] = [];

/** The conversations by last activity, all or of one link; the next page is read as its end comes near. */
export function ConversationRows({ link }: { readonly link: string | undefined }): ReactNode {
  const { value: list, failure, again, loadMore } = useConversations(link);
  const zone = useHost()?.timeZone ?? 'UTC';
  const [location] = useLocation();
  const now = useNow(20_000);
  const frame = useRef<HTMLDivElement>(null);
  const items = list?.items ?? noItems;
  const keys = useMemo(() => items.map((item) => item.id), [items]);
  const rows = useRows({ frame, keys, estimate: rowHeight, from: 'start', overscan: 6 });
  const visible = rows.getVirtualItems();
  const lastVisible = visible.at(-1)?.index ?? -1;
  const nearEnd = items.length > 0 && lastVisible >= items.length - 20;
  useEffect(() => {
    if (nearEnd) loadMore();
  }, [nearEnd, loadMore]);
  if (failure && !list) {
    return (
      <div className="list-note">
        <ReasonNote reason={failure.reason} retry={again} />
      </div>
    );
  }
  if (list && items.length === 0) return <NoConversations />;
  return (
    <div className="list" ref={frame} data-testid="conversation-list">
      <div
        className="list-rows"
        role="list"
        aria-label={t('nav.conversations')}
        style={{ height: rows.getTotalSize() }}
      >
        {visible.map((row) => {
          const item = items[row.index];
          return item ? (
            <div
              key={row.key}
              role="listitem"
              className="list-row"
              style={{ transform: `translateY(${String(row.start)}px)` }}
            >
              <Row item={item} here={`${location}/`.startsWith(`/conversations/${item.id}/`)} now={now} zone={zone} />
            </div>
          ) : null;
        })}
      </div>
    </div>
  );
}

function NoConversations(): ReactNode {
  return (
    <div className="list-note">
      <p className="muted">{t('conversation.none')}</p>
      <Link href="/conversations/new" className="button plain small">
        <Icon name="plus" />
        <span>{t('conversation.new')}</span>
      </Link>
    </div>
  );
}

interface RowProps {
  readonly item: ConversationView;
  readonly here: boolean;
  readonly now: number;
  readonly zone: string;
}

/** Drawn anew only when it changed: a list that is scrolled draws the same rows at each step. */
const Row = memo(function Row({ item, here, now, zone }: RowProps): ReactNode {
  const title = item.title || t('conversation.untitled');
  const paused = item.pausedUntil !== null && item.pausedUntil > now;
  return (
    <Link href={`/conversations/${item.id}`} className="conversation" aria-current={here ? 'page' : undefined}>
      <span className="badge" data-kind={item.linkKind} title={linkWord(item.linkKind)}>
        <LinkIcon kind={item.linkKind} />
        <span className="offscreen">{linkWord(item.linkKind)}</span>
        {item.kind === 'group' && (
          <span className="badge-group" role="img" aria-label={t('conversation.group')} title={t('conversation.group')}>
            <Icon name="people" />
          </span>
        )}
      </span>
      <span className="conversation-words">
        <span className="conversation-top">
          <span className={item.unread > 0 ? 'conversation-title unread' : 'conversation-title'} dir="auto">
            {title}
          </span>
          <time
            className="conversation-time"
            dateTime={new Date(item.lastAt).toISOString()}
            title={fullTime(item.lastAt, zone)}
          >
            {listTime(item.lastAt, now, zone)}
          </time>
        </span>
        <span className="conversation-bottom">
          <span className="conversation-preview" dir="auto">
            {item.preview}
          </span>
          {paused && (
            <span
              className="mark-icon"
              role="img"
              aria-label={t('conversation.paused')}
              title={t('conversation.paused')}
            >
              <Icon name="pause" />
            </span>
          )}
          {item.working && <Spinner label={t('conversation.working')} />}
          {item.failed && (
            <span className="failed" role="img" aria-label={t('conversation.failed')} title={t('conversation.failed')}>
              <Icon name="warning" />
            </span>
          )}
          {item.unread > 0 && !here && (
            <span className="unread-count" aria-label={t('conversation.unread', { count: item.unread })}>
              {item.unread > 99 ? '99+' : item.unread}
            </span>
          )}
        </span>
      </span>
    </Link>
  );
});
