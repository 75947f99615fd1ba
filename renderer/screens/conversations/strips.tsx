/** Below the head: why nothing is answered or delivered here at present, each with its way out. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { PauseScope } from '../../../preload/contract/commands.ts';
import type { ConversationView } from '../../../preload/contract/views.ts';
import { useCall, useHost } from '../../bridge/hooks.ts';
import { useTroubled } from '../../bridge/use-troubled.ts';
import { Button } from '../../components/button.tsx';
import { Icon, type IconName } from '../../components/icons.tsx';
import { usePause } from '../../components/pause-menu.tsx';
import { useNow } from '../../components/use-now.ts';
import { untilText } from '../../format.ts';
import { reasonText, t } from '../../i18n.ts';

export interface StripsProps {
  readonly conversation: ConversationView;
  /** When the owner himself last wrote here with another device; null when he did not. */
  readonly ownAt: number | null;
}

/** So long after the owner's own words a pause is taken to be because of them; no setting makes it longer. */
const ownPause = 24 * 3_600_000;

export function Strips({ conversation, ownAt }: StripsProps): ReactNode {
  const { id, link, pausedUntil, pausedBy, undeliverable } = conversation;
  const zone = useHost()?.timeZone ?? 'UTC';
  const now = useNow(10_000);
  const over = useCall('links.list', {}).value?.find((each) => each.id === link);
  const troubled = useTroubled().value?.filter((each) => each.conversation === id).length ?? 0;
  const linkPause = over?.pausedUntil ?? null;
  return (
    <>
      {pausedUntil !== null && pausedUntil > now && (
        <PauseStrip
          scope={{ kind: 'conversation', conversation: id }}
          words={
            pausedBy
              ? reasonText(pausedBy)
              : t(ownAt !== null && pausedUntil <= ownAt + ownPause ? 'pause.own' : 'pause.conversation', {
                  until: untilText(pausedUntil, now, zone),
                })
          }
        />
      )}
      {over && linkPause !== null && linkPause > now && (
        <PauseStrip
          scope={{ kind: 'link', link }}
          words={t('pause.link', { link: over.handle ?? over.name, until: untilText(linkPause, now, zone) })}
        />
      )}
      {undeliverable && <Strip icon="warning" words={reasonText(undeliverable)} />}
      {troubled > 0 && (
        <Strip icon="undelivered" words={t('undelivered.here', { count: troubled })}>
          <Link href="/undelivered" className="button plain small">
            <span>{t('undelivered.show')}</span>
          </Link>
        </Strip>
      )}
    </>
  );
}

function PauseStrip({ scope, words }: { readonly scope: PauseScope; readonly words: string }): ReactNode {
  const pause = usePause(scope);
  return (
    <Strip icon="pause" words={words}>
      <Button size="small" busy={pause.busy} onClick={() => void pause.set(null)}>
        {t('action.resume')}
      </Button>
    </Strip>
  );
}

function Strip({
  icon,
  words,
  children,
}: {
  readonly icon: IconName;
  readonly words: string;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="strip" role="note">
      <Icon name={icon} />
      <p>{words}</p>
      {children}
    </div>
  );
}
