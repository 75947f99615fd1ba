/** The list of conversations with its search: the main thing of the window. */
import { type ReactNode, useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import { t } from '../i18n.ts';
import { ConversationRows } from './conversation-rows.tsx';
import { Icon, Lamp } from './icons.tsx';
import { SearchHits } from './search-hits.tsx';

export function Sidebar(): ReactNode {
  const [query, setQuery] = useState('');
  const asked = useDeferredValue(query.trim());
  return (
    <section className="sidebar" aria-label={t('nav.conversations')}>
      <header className="sidebar-head">
        <span className="wordmark">
          <Lamp />
          <span>{t('app.name')}</span>
        </span>
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
      {asked === '' ? <ConversationRows /> : <SearchHits query={asked} />}
    </section>
  );
}
