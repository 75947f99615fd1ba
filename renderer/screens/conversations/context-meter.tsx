/** How much of what its model reads at once the conversation takes: a small bar, and the numbers in words. */
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { ContextUseView } from '../../../preload/contract/views.ts';
import { useCall, useHost } from '../../bridge/hooks.ts';
import { Dialog } from '../../components/dialog.tsx';
import { modelName } from '../../components/model-picker.tsx';
import { count, fullTime, percent } from '../../format.ts';
import { t } from '../../i18n.ts';

/** From this share on it is worth a look. */
const high = 0.7;

export function ContextMeter({ conversation }: { readonly conversation: string }): ReactNode {
  const use = useCall('conversations.context', { conversation }, { keep: true }).value;
  const [open, setOpen] = useState(false);
  if (!use) return null;
  const share = Math.min(1, use.tokens / use.window);
  return (
    <>
      <button
        type="button"
        className="context-meter"
        data-high={share >= high || use.leftOut > 0}
        title={t('context.label')}
        onClick={() => setOpen(true)}
      >
        <progress aria-hidden="true" max={1} value={share} />
        <span>{t('context.full', { share: percent(share) })}</span>
      </button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t('context.label')}>
        <InWords use={use} conversation={conversation} onGo={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

interface InWordsProps {
  readonly use: ContextUseView;
  readonly conversation: string;
  readonly onGo: () => void;
}

function InWords({ use, conversation, onGo }: InWordsProps): ReactNode {
  const zone = useHost()?.timeZone ?? 'UTC';
  const { model, tokens, window, windowKnown, reply, leftOut, begin } = use;
  return (
    <div className="context-words">
      <p>{t('context.use', { model: modelName(model), tokens: count(tokens), window: count(window) })}</p>
      <p>{t('context.reply', { reply: count(reply) })}</p>
      {!windowKnown && <p>{t('context.windowGuessed', { window: count(window) })}</p>}
      {leftOut > 0 && <p>{t('context.leftOut', { count: leftOut })}</p>}
      {begin && (
        <p>
          {t('context.begin', { time: fullTime(begin.at, zone) })}{' '}
          <Link href={`/conversations/${conversation}/${String(begin.seq)}`} onClick={onGo}>
            {t('context.show')}
          </Link>
        </p>
      )}
      <p className="muted">{t('context.new')}</p>
    </div>
  );
}
