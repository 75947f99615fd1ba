/** The list of conversations with its search: the main thing of the window. */
import { type ReactNode, useDeferredValue, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useCall } from '../bridge/hooks.ts';
import { useTroubled } from '../bridge/use-troubled.ts';
import { t } from '../i18n.ts';
import { ConversationRows } from './conversation-rows.tsx';
import { Icon, Lamp } from './icons.tsx';
import { linkWord } from './link-kind.tsx';
import { linkHandle } from './link-name.ts';
import { SearchHits } from './search-hits.tsx';
import { useMedia } from './use-media.ts';

/** The way to what was not delivered: there only while there is something. */
function Undelivered(): ReactNode {
  const count = useTroubled().value?.length ?? 0;
  const [location] = useLocation();
  if (count === 0) return null;
  return (
    <Link href="/undelivered" className="sidebar-note" aria-current={location === '/undelivered' ? 'page' : undefined}>
      <Icon name="undelivered" />
      <span>{t('nav.undelivered', { count })}</span>
      <Icon name="forward" />
    </Link>
  );
}

/** Which link's conversations are shown; nothing while no platform is linked. */
function LinkFilter({
  link,
  onChoose,
}: {
  readonly link: string | undefined;
  readonly onChoose: (link: string | undefined) => void;
}): ReactNode {
  const links = useCall('links.list', {}).value ?? [];
  if (links.every(({ kind }) => kind === 'window' || kind === 'api')) return null;
  return (
    <span className="select sidebar-filter">
      <select
        aria-label={t('search.filter')}
        value={link ?? ''}
        onChange={({ target }) => onChoose(target.value === '' ? undefined : target.value)}
      >
        <option value="">{t('search.everywhere')}</option>
        {links.map((each) => (
          <option key={each.id} value={each.id}>
            {each.kind === 'window' || each.kind === 'api'
              ? linkWord(each.kind)
              : `${linkWord(each.kind)} · ${linkHandle(each)}`}
          </option>
        ))}
      </select>
      <Icon name="unfold" />
    </span>
  );
}

export function Sidebar(): ReactNode {
  const [query, setQuery] = useState('');
  const [link, setLink] = useState<string>();
  const asked = useDeferredValue(query.trim());
  const [location] = useLocation();
  const narrow = useMedia('(max-width: 759px)');
  // On a narrow window the list is a page of its own: what it is called is the page's heading, and it the main thing.
  const alone = narrow && location === '/';
  const Name = alone ? 'h1' : 'span';
  return (
    <section className="sidebar" role={alone ? 'main' : undefined} aria-label={t('nav.conversations')}>
      <header className="sidebar-head">
        <Name className="wordmark">
          <Lamp />
          <span>{t('app.name')}</span>
        </Name>
        <Link
          href="/conversations/new"
          className="icon-button quiet"
          aria-label={t('conversation.new')}
          title={t('conversation.new')}
        >
          <Icon name="plus" />
        </Link>
      </header>
      <search className="search">
        <Icon name="search" />
        <input
          id="search"
          type="search"
          value={query}
          placeholder={t('search.placeholder')}
          aria-label={t('search.label')}
          autoComplete="off"
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && query !== '') {
              event.preventDefault();
              setQuery('');
            }
          }}
        />
      </search>
      <LinkFilter link={link} onChoose={setLink} />
      {asked === '' ? <ConversationRows key={link} link={link} /> : <SearchHits query={asked} link={link} />}
      <Undelivered />
    </section>
  );
}
