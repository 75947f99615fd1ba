/** A model on its way, in words. Pure. */
import type { PullView } from '../../preload/contract/model-views.ts';
import { bytes, percent, span } from '../format.ts';
import { t } from '../i18n.ts';

/** How much of it is there, from 0 to 1; null while nobody knows how large it is. */
export function pullShare({ completed, total, state }: PullView): number | null {
  if (state === 'done') return 1;
  return total === null || total === 0 ? null : Math.min(1, completed / total);
}

/** "2.1 GB of 5.2 GB · 23 MB a second · about 3 min left"; why it stands still; or what became of it. */
export function pullText(pull: PullView): string {
  const { state, phase, completed, total, speed, left } = pull;
  switch (state) {
    case 'done':
      return t('pull.done');
    case 'failed':
      return t('pull.failed');
    case 'stopped':
      return completed > 0 ? t('pull.stoppedAt', { share: shareText(pull) }) : t('pull.stopped');
    case 'running':
      if (phase === 'asking' || total === null) return t('pull.asking');
      if (phase === 'checking') return t('pull.checking');
      return [
        t('pull.of', { completed: bytes(completed), total: bytes(total) }),
        ...(speed === null ? [] : speed < 1 ? [t('pull.waiting')] : [t('pull.speed', { speed: bytes(speed) })]),
        ...(left === null ? [] : [t('pull.left', { time: roundSpan(left) })]),
      ].join(' · ');
  }
}

/** "43 %"; empty while nobody knows. */
export function shareText(pull: PullView): string {
  const share = pullShare(pull);
  return share === null ? '' : percent(share);
}

const minute = 60_000;

/** A guess needs no seconds when it is minutes. */
function roundSpan(ms: number): string {
  return span(ms < minute ? Math.ceil(ms / 5000) * 5000 : Math.ceil(ms / minute) * minute);
}

/** As Ollama takes a name; see the schema of `models.pull`. */
const shape = /^[\w.-]+(?:[:/][\w.-]+)*$/;

/** The name in what somebody typed or pasted, also out of a command line or the address of its page; null: none. */
export function pullName(typed: string): string | null {
  const name = typed
    .trim()
    .replace(/^ollama\s+(?:pull|run)\s+/i, '')
    .replace(/^https?:\/\/(?:www\.)?ollama\.com\/(?:library\/)?/i, '')
    .replace(/^https?:\/\/(?:www\.)?huggingface\.co\//i, 'hf.co/')
    .replace(/\/+$/, '');
  return name.length <= 256 && shape.test(name) ? name : null;
}
