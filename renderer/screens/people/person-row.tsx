import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { LinkView, PersonView, RoleView } from '../../../preload/contract/views.ts';
import { useAct, useHost } from '../../bridge/hooks.ts';
import { IconButton } from '../../components/button.tsx';
import { Confirm } from '../../components/dialog.tsx';
import { Icon } from '../../components/icons.tsx';
import { LinkIcon, linkWord } from '../../components/link-kind.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { fullTime, span } from '../../format.ts';
import { t } from '../../i18n.ts';

type GivenRole = Exclude<RoleView, 'unknown'>;
const roles: readonly GivenRole[] = ['owner', 'guest', 'blocked'];
const afterwards = ['people.list', 'cards.list', 'links.list', 'groups.list'] as const;

export interface PersonRowProps {
  readonly person: PersonView;
  readonly link: LinkView | undefined;
  readonly now: number;
}

/** One person on one link: the role, when they were last seen, the conversation with them, and "forget". */
export function PersonRow({ person, link, now }: PersonRowProps): ReactNode {
  const zone = useHost()?.timeZone ?? 'UTC';
  const { address, conversation, lastSeenAt, origin, link: linkId } = person;
  const [asked, setAsked] = useState<'owner' | 'forget' | null>(null);
  const role = useRole(person);
  const name = nameOf(person);
  return (
    <li className="row person">
      <span className="badge" data-kind={link?.kind}>
        {link ? <LinkIcon kind={link.kind} /> : <Icon name="people" />}
      </span>
      <div className="row-words">
        <strong dir="auto">{name}</strong>
        <span className="muted">
          {[link ? `${linkWord(link.kind)} ${link.handle ?? link.name}` : linkId, address === '*' ? '' : address]
            .filter(Boolean)
            .join(' · ')}
        </span>
        <span className="muted">
          {lastSeenAt === null ? (
            t(origin === 'file' ? 'people.fromFile' : 'people.neverSeen')
          ) : (
            <time dateTime={new Date(lastSeenAt).toISOString()} title={fullTime(lastSeenAt, zone)}>
              {t('people.seen', { age: span(now - lastSeenAt) })}
            </time>
          )}
          {origin === 'file' && lastSeenAt !== null && ` · ${t('people.fromFile')}`}
        </span>
        {role.failure && <ReasonNote reason={role.failure.reason} />}
      </div>
      <div className="person-steps">
        <RoleSelect
          person={person}
          busy={role.busy}
          onChoose={(next) => (next === 'owner' ? setAsked('owner') : void role.give(next))}
        />
        {conversation === null ? (
          <span className="icon-place" />
        ) : (
          <Link
            href={`/conversations/${conversation}`}
            className="icon-button quiet"
            aria-label={t('people.open', { name })}
            title={t('people.open', { name })}
          >
            <Icon name="chat" />
          </Link>
        )}
        <IconButton icon="trash" label={t('people.forget', { name })} onClick={() => setAsked('forget')} />
      </div>
      <Confirm
        open={asked === 'owner'}
        onClose={() => setAsked(null)}
        title={t('people.ownerTitle', { name })}
        text={t('people.ownerText')}
        doIt={t('people.ownerDo')}
        look="primary"
        onDoIt={() => {
          setAsked(null);
          void role.give('owner');
        }}
      />
      <Forget person={person} open={asked === 'forget'} onClose={() => setAsked(null)} />
    </li>
  );
}

function nameOf({ name, address }: PersonView): string {
  return address === '*' ? t('people.anyone') : name || address;
}

function useRole(person: PersonView): {
  readonly give: (role: GivenRole) => Promise<void>;
  readonly busy: boolean;
  readonly failure: ReturnType<typeof useAct<'people.setRole'>>['failure'];
} {
  const set = useAct('people.setRole', afterwards);
  const toast = useToast();
  const { link, address, role: before } = person;
  return {
    busy: set.busy,
    failure: set.failure,
    give: async (role) => {
      if ((await set.run({ link, address, role })) === undefined) return;
      toast({
        text: t('people.roleSet', { name: nameOf(person), role: t(`role.${role}`) }),
        // Nobody can be made unknown again.
        ...(before === 'unknown'
          ? {}
          : { step: { label: t('action.undo'), run: () => void set.run({ link, address, role: before }) } }),
      });
    },
  };
}

function RoleSelect({
  person,
  busy,
  onChoose,
}: {
  readonly person: PersonView;
  readonly busy: boolean;
  readonly onChoose: (role: GivenRole) => void;
}): ReactNode {
  const { role, address, origin } = person;
  // "Everyone else" may only be a guest: one word, and nothing to choose.
  if (address === '*') return <span className="pill">{t(`role.${role}`)}</span>;
  return (
    <span className="select role">
      <select
        value={role}
        disabled={busy || origin === 'file'}
        title={origin === 'file' ? t('fixed.setting') : ''}
        aria-label={t('people.roleOf', { name: nameOf(person) })}
        onChange={(event) => {
          const chosen = roles.find((each) => each === event.target.value);
          if (chosen) onChoose(chosen);
        }}
      >
        {role === 'unknown' && (
          <option value="unknown" disabled>
            {t('role.unknown')}
          </option>
        )}
        {roles.map((each) => (
          <option key={each} value={each}>
            {t(`role.${each}`)}
          </option>
        ))}
      </select>
      <Icon name="unfold" />
    </span>
  );
}

interface Opened {
  readonly person: PersonView;
  readonly open: boolean;
  readonly onClose: () => void;
}

function Forget({ person, open, onClose }: Opened): ReactNode {
  const forget = useAct('people.forget', [...afterwards, 'deliveries.troubled', 'conversations.page']);
  const toast = useToast();
  const name = nameOf(person);
  const submit = async (): Promise<void> => {
    if ((await forget.run({ link: person.link, address: person.address })) === undefined) return;
    onClose();
    toast({ text: t('people.forgotten', { name }) });
  };
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t('people.forgetTitle', { name })}
      text={t(person.address === '*' ? 'people.forgetRule' : 'people.forgetText')}
      doIt={t('people.forgetDo')}
      busy={forget.busy}
      onDoIt={() => void submit()}
    >
      {forget.failure && <ReasonNote reason={forget.failure.reason} />}
    </Confirm>
  );
}
