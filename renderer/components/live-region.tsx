/** Says new replies to those who listen instead of looking: politely, and several at once as one. */
import { type ReactNode, useEffect, useState } from 'react';
import { useEvents } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';

const pause = 800;
const spoken = 400;

export function LiveRegion({ conversation }: { readonly conversation: string }): ReactNode {
  const [waiting, setWaiting] = useState<readonly string[]>([]);
  const [said, setSaid] = useState('');
  useEvents((event) => {
    if (event.kind !== 'message.added' || event.message.kind !== 'assistant') return;
    if (event.message.conversation !== conversation) return;
    const text = event.message.text;
    setWaiting((before) => [...before, text.length > spoken ? `${text.slice(0, spoken)}…` : text]);
  });
  useEffect(() => {
    if (waiting.length === 0) return undefined;
    const timer = window.setTimeout(() => {
      setSaid(t('live.reply', { text: waiting.join(' ') }));
      setWaiting([]);
    }, pause);
    return () => window.clearTimeout(timer);
  }, [waiting]);
  return (
    <div className="offscreen" aria-live="polite" data-testid="live-region">
      {said}
    </div>
  );
}
