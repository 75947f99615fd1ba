/**
 * Tells that nobody can be answered: the default model and its fallbacks have not worked for five minutes, none of them
 * is about to be asked again, and a message waits or was given up. A fault of a moment never comes so far: its rest is
 * over long before, and only another failure begins the next. Once per outage; one that is over can come again.
 */
import type { ModelOutage } from '../gateway/model.ts';
import type { Millis } from '../gateway/types.ts';
import type { NoticeParts } from './notices.ts';

export interface OutageNotice extends Disposable {
  /** As things are now; null while a model may answer. */
  follow(outage: ModelOutage | null): void;
}

const patience: Millis = 5 * 60_000;
const place = '/models';

export function createOutageNotice(parts: NoticeParts): OutageNotice {
  const { clock, say } = parts;
  /** Since when the outage lasts that was told. */
  let told: Millis | null = null;
  let timer: Disposable | null = null;
  const tell = (since: Millis): void => {
    told = since;
    if (parts.looksAt(place)) return;
    const minutes = Math.floor((clock.monotonic() - since) / 60_000);
    parts.show({ title: say('notice.outage.title'), body: say('notice.outage.body', { minutes }), place });
  };
  return {
    follow(outage) {
      timer?.[Symbol.dispose]();
      timer = null;
      if (outage === null) told = null;
      if (outage === null || !outage.unanswered || outage.since === told) return;
      const { since, restsUntil } = outage;
      const now = clock.monotonic();
      const due = Math.max(now, since + patience);
      if (restsUntil !== null && restsUntil <= due) return;
      if (due === now) tell(since);
      else timer = clock.after(due - now, () => tell(since));
    },
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  };
}
