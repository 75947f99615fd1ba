import type { ReactNode } from 'react';
import type { GroupView, LinkView } from '../../../preload/contract/views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Icon } from '../../components/icons.tsx';
import { linkWord } from '../../components/link-kind.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { useNow } from '../../components/use-now.ts';
import { span } from '../../format.ts';
import { t } from '../../i18n.ts';

type GivenAnswer = Exclude<GroupView['answer'], 'unknown'>;
const answers: readonly GivenAnswer[] = ['mention', 'always', 'off'];

/** The groups the bots are in, and what they may say there. */
export function Groups({
  groups,
  links,
}: {
  readonly groups: readonly GroupView[];
  readonly links: readonly LinkView[];
}): ReactNode {
  const now = useNow(20_000);
  return (
    <Section title={t('groups.title')} lead={t('groups.lead')}>
      <ul className="card rows" aria-label={t('groups.title')}>
        {groups.map((group) => (
          <Group
            key={`${group.link}/${group.chat}`}
            group={group}
            link={links.find((each) => each.id === group.link)}
            now={now}
          />
        ))}
      </ul>
    </Section>
  );
}

interface GroupProps {
  readonly group: GroupView;
  readonly link: LinkView | undefined;
  readonly now: number;
}

function Group({ group, link, now }: GroupProps): ReactNode {
  const set = useAct('groups.set', ['groups.list', 'cards.list']);
  const toast = useToast();
  const { chat, title, answer: before, lastSeenAt, origin, link: linkId } = group;
  const name = title || chat;
  const choose = async (answer: GivenAnswer): Promise<void> => {
    if ((await set.run({ link: linkId, chat, answer })) === undefined) return;
    toast({
      text: t('groups.set', { name, answer: t(`groupAnswer.${answer}`) }),
      ...(before === 'unknown'
        ? {}
        : { step: { label: t('action.undo'), run: () => void set.run({ link: linkId, chat, answer: before }) } }),
    });
  };
  const about = [
    link ? `${linkWord(link.kind)} ${link.handle ?? link.name}` : linkId,
    lastSeenAt === null ? '' : t('people.seen', { age: span(now - lastSeenAt) }),
    origin === 'file' ? t('people.fromFile') : '',
  ];
  return (
    <li className="row person">
      <span className="badge" data-kind={link?.kind}>
        <Icon name="people" />
      </span>
      <div className="row-words">
        <strong dir="auto">{name}</strong>
        <span className="muted">{about.filter(Boolean).join(' · ')}</span>
        {set.failure && <ReasonNote reason={set.failure.reason} />}
      </div>
      <div className="person-steps">
        <span className="select answer-mode">
          <select
            value={before}
            disabled={set.busy || origin === 'file'}
            title={origin === 'file' ? t('fixed.setting') : ''}
            aria-label={t('groups.answerOf', { name })}
            onChange={(event) => {
              const chosen = answers.find((each) => each === event.target.value);
              if (chosen) void choose(chosen);
            }}
          >
            {before === 'unknown' && (
              <option value="unknown" disabled>
                {t('groupAnswer.unknown')}
              </option>
            )}
            {answers.map((each) => (
              <option key={each} value={each}>
                {t(`groupAnswer.${each}`)}
              </option>
            ))}
          </select>
          <Icon name="unfold" />
        </span>
      </div>
    </li>
  );
}
