/** One line on every screen while a model is being loaded, or when one could not be; it leads to Models. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { PullView } from '../../preload/contract/model-views.ts';
import { useAct, useCall, useEvents } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';
import { Icon } from './icons.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { pullShare, shareText } from './pull-words.ts';
import { useToast } from './toast.tsx';

export function PullLine(): ReactNode {
  const pulls = useCall('models.pulls', {}).value ?? [];
  useArrivals();
  const running = pulls.filter(({ state }) => state === 'running');
  const failed = pulls.filter(({ state }) => state === 'failed');
  const shown = running[0] ?? failed[0];
  if (!shown) return null;
  const words = wordsOf(shown, running.length);
  return (
    <aside className="pull-place" aria-label={words}>
      <Link href="/models" className="pull-line" data-state={shown.state} title={t('reason.openModels')}>
        <Icon name={shown.state === 'failed' ? 'warning' : 'download'} />
        <span className="pull-line-name">{words}</span>
        <span className="pull-line-share">{shown.state === 'running' ? shareText(shown) : ''}</span>
        {shown.state === 'running' && (
          <ProgressBar share={pullShare(shown)} label={t('pull.bar', { model: shown.name })} busy />
        )}
      </Link>
    </aside>
  );
}

function wordsOf({ name, state }: PullView, running: number): string {
  if (state === 'failed') return t('pull.lineFailed', { model: name });
  return running > 1 ? t('pull.lineMore', { model: name, count: running - 1 }) : t('pull.line', { model: name });
}

/** Says when a model is there, and offers to take it. */
function useArrivals(): void {
  const toast = useToast();
  const choose = useAct('models.choose', ['models.choice']);
  useEvents((event) => {
    if (event.kind !== 'pull.changed' || event.pull.state !== 'done') return;
    const { provider, name } = event.pull;
    toast({
      text: t('pull.arrived', { model: name }),
      step: { label: t('pull.makeDefault'), run: () => void choose.run({ default: `${provider}/${name}` }) },
    });
  });
}
