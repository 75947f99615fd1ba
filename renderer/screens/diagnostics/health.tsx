import type { ReactNode } from 'react';
import type { HealthView } from '../../../preload/contract/diagnostics-views.ts';
import type { HostView } from '../../../preload/contract/views.ts';
import { useCall, useHost } from '../../bridge/hooks.ts';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { bytes, count, latency, span } from '../../format.ts';
import { t } from '../../i18n.ts';
import { type Fact, Facts } from './facts.tsx';

const refresh = 5000;

/** How the gateway itself is: what it counts, what it measures, and what it runs on. */
export function Health(): ReactNode {
  const host = useHost();
  const { value: health, failure, again } = useCall('host.health', {}, { every: refresh });
  return (
    <Section title={t('health.title')} loading={health === undefined && failure === null}>
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {health && (
        <div className="card">
          <p className="health-state">
            <span className="pill" data-tone={health.status === 'ok' ? 'good' : 'bad'}>
              <span className="dot" aria-hidden="true" />
              {t(health.status === 'ok' ? 'health.ok' : 'health.degraded')}
            </span>
          </p>
          {health.problem && <ReasonNote reason={health.problem} />}
          {health.budgetAlarm && <ReasonNote reason={health.budgetAlarm} tone="warning" />}
          <Facts facts={[...counted(health), ...measured(health)]} />
          {host && <Facts facts={standsOn(health, host)} wide />}
        </div>
      )}
    </Section>
  );
}

function counted(health: HealthView): readonly Fact[] {
  return [
    [t('health.running'), count(health.runningTurns)],
    [t('health.waiting'), count(health.waitingMessages)],
    [t('health.cards'), count(health.waitingCards)],
    [t('health.unsent'), count(health.unsentReplies)],
    [t('health.sentAgain'), count(health.sentAgain)],
  ];
}

function measured(health: HealthView): readonly Fact[] {
  const { uptime, rssBytes, eventLoopP99Ms, freeBytes } = health;
  return [
    [t('health.uptime'), span(uptime)],
    [t('health.memory'), bytes(rssBytes)],
    [t('health.delay'), latency(eventLoopP99Ms)],
    [t('health.disk'), freeBytes === null ? t('health.diskUnknown') : bytes(freeBytes)],
  ];
}

function standsOn({ runtime }: HealthView, { version, mode, dataDir }: HostView): readonly Fact[] {
  const { node, electron, system } = runtime;
  const parts = [...(electron === null ? [] : [`Electron ${electron}`]), `Node ${node}`, system];
  return [
    [t('about.version'), `${version} · ${t(mode === 'desktop' ? 'about.desktop' : 'about.headless')}`],
    [t('health.runtime'), parts.join(' · ')],
    [
      t('about.data'),
      <code key="data" className="break">
        {dataDir}
      </code>,
    ],
  ];
}
