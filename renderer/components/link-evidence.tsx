import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { LinkView } from '../../preload/contract/views.ts';
import { useHost } from '../bridge/hooks.ts';
import { useTroubled } from '../bridge/use-troubled.ts';
import { fullTime, span } from '../format.ts';
import { t } from '../i18n.ts';

/** What is known of a link, each with its age: never just "connected". */
export function LinkEvidence({ link, now }: { readonly link: LinkView; readonly now: number }): ReactNode {
  const zone = useHost()?.timeZone ?? 'UTC';
  const undelivered = useTroubled().value?.filter((each) => each.link === link.id).length ?? 0;
  const { state, since, lastInAt, lastOutAt, unsent, waiting } = link;
  const ago = (at: number | null): ReactNode =>
    at === null ? (
      t('channels.never')
    ) : (
      <time title={fullTime(at, zone)}>{t('channels.ago', { age: span(now - at) })}</time>
    );
  const next = state.kind === 'retrying' && state.at > now ? span(state.at - now + 999) : null;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      t('channels.since'),
      <time key="since" title={fullTime(since, zone)}>
        {span(now - since)}
      </time>,
    ],
    [t('channels.proof'), state.kind === 'up' ? ago(state.provenAt) : t('channels.noProof')],
    [t('channels.lastIn'), ago(lastInAt)],
    [t('channels.lastOut'), ago(lastOutAt)],
    [t('channels.unsent'), unsent === 0 ? t('channels.nothingUnsent') : t('channels.unsentCount', { count: unsent })],
    [
      t('channels.waiting'),
      waiting === 0 ? (
        t('channels.nothingUnsent')
      ) : (
        <Link key="waiting" href="/people">
          {t('channels.waitingCount', { count: waiting })}
        </Link>
      ),
    ],
    ...(undelivered === 0
      ? []
      : [
          [
            t('channels.undelivered'),
            <Link key="undelivered" href="/undelivered">
              {t('channels.unsentCount', { count: undelivered })}
            </Link>,
          ] as const,
        ]),
    ...(next === null ? [] : [[t('channels.nextTry'), t('channels.in', { wait: next })] as const]),
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
