/** Who may talk: what waits for a word of the owner, the groups, and everyone who ever wrote. */
import type { ReactNode } from 'react';
import { useCall } from '../../bridge/hooks.ts';
import { Page, Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';
import { Everyone } from './everyone.tsx';
import { Groups } from './groups.tsx';
import { WaitingCard } from './waiting-card.tsx';

export function PeopleScreen(): ReactNode {
  const cards = useCall('cards.list', {});
  const people = useCall('people.list', {});
  const groups = useCall('groups.list', {});
  const links = useCall('links.list', {}).value ?? [];
  const failed = [cards, people, groups].find((each) => each.failure !== null);
  const waiting = cards.value ?? [];
  return (
    <Page
      title={t('people.title')}
      lead={t('people.lead')}
      loading={people.value === undefined && people.failure === null}
    >
      {failed?.failure && <ReasonNote reason={failed.failure.reason} retry={failed.again} />}
      {waiting.length > 0 && (
        <Section title={t('people.waiting')}>
          <ul className="stack">
            {waiting.map((card) => (
              <li key={card.id}>
                <WaitingCard card={card} link={links.find((link) => link.id === card.link)} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      {groups.value && groups.value.length > 0 && <Groups groups={groups.value} links={links} />}
      {people.value && <Everyone people={people.value} links={links} />}
    </Page>
  );
}
