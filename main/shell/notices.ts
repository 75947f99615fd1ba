/**
 * Notifications of the system: for what needs a person, and for nothing else.
 *
 *   cards → those not told yet → the first at once; what comes within 10 s of it together, when they are over
 *
 * A card is told once. One that goes and comes back within ten minutes is the same (a rival that polls now and then);
 * what was there at the start was told by the run before. Nothing is said about a place that somebody looks at.
 * Beside the cards: models that have not answered for five minutes, see outage-notice.ts.
 */
import type { Clock } from '../gateway/clock.ts';
import type { Millis } from '../gateway/types.ts';
import { assertNever } from '../lib/assert-never.ts';
import { oneLine } from '../lib/one-line.ts';
import { createOutageNotice } from './outage-notice.ts';
import type { Place, ShellCard } from './ports.ts';
import type { TrayFacts } from './tray.ts';
import type { Say } from './words.ts';

export interface Notice {
  readonly title: string;
  readonly body: string;
  /** Where a click leads. */
  readonly place: Place;
}

export interface NoticeParts {
  readonly say: Say;
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  show(notice: Notice): void;
  /** Whether somebody has the window before them, at this place. */
  looksAt(place: Place): boolean;
}

export interface Notices extends Disposable {
  /** All cards that are open now, and whether models answer; to be called whenever that may have changed. */
  follow(facts: Pick<TrayFacts, 'cards' | 'outage'>): void;
}

const together: Millis = 10_000;
const forgottenAfter: Millis = 10 * 60_000;
/** Of several cards so many are named. */
const named = 3;
const longestName = 60;

export function createNotices(parts: NoticeParts): Notices {
  const { clock } = parts;
  const known = createMemory(clock);
  const outages = createOutageNotice(parts);
  let waiting: readonly ShellCard[] = [];
  let timer: Disposable | null = null;
  const tell = (): void => {
    timer = null;
    const cards = waiting.filter((card) => !parts.looksAt(placeOf(card)));
    waiting = [];
    if (cards.length === 0) return;
    parts.show(noticeOf(cards, parts.say));
    timer = clock.after(together, tell);
  };
  return {
    follow({ cards, outage }) {
      outages.follow(outage);
      const fresh = known.add(cards);
      const open = new Set(cards.map(({ id }) => id));
      waiting = [...waiting.filter(({ id }) => open.has(id)), ...fresh];
      if (timer === null) tell();
    },
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]();
      outages[Symbol.dispose]();
    },
  };
}

/** Which cards there were: `add` answers those that are new. At the first look none is. */
function createMemory(clock: NoticeParts['clock']): { add(cards: readonly ShellCard[]): readonly ShellCard[] } {
  /** Since when a card is gone; null while it is there. */
  const gone = new Map<string, Millis | null>();
  let first = true;
  return {
    add(cards) {
      const now = clock.monotonic();
      for (const [id, since] of gone) if (since !== null && now - since > forgottenAfter) gone.delete(id);
      const fresh = first ? [] : cards.filter(({ id }) => !gone.has(id));
      first = false;
      const present = new Set(cards.map(({ id }) => id));
      for (const [id, since] of gone) if (!present.has(id)) gone.set(id, since ?? now);
      for (const id of present) gone.set(id, null);
      return fresh;
    },
  };
}

function placeOf({ kind }: ShellCard): Place {
  switch (kind) {
    case 'person':
    case 'group':
    case 'late':
    case 'loop':
    case 'tool':
      return '/people';
    case 'signed-out':
    case 'conflict':
      return '/channels';
    case 'budget':
      return '/usage';
    default:
      return assertNever(kind, 'card');
  }
}

function noticeOf(cards: readonly ShellCard[], say: Say): Notice {
  const [only, other] = cards;
  const places = cards.map(placeOf);
  // Somebody waits there: that comes before a link that is down or a sum that is used up.
  const place = (['/people', '/channels', '/usage'] as const).find((each) => places.includes(each)) ?? '/people';
  if (only !== undefined && other === undefined) return { ...wordsOf(only, say), place };
  const lines = cards.slice(0, named).map((card) => wordsOf(card, say).title);
  const more = cards.length > named ? [say('notice.more', { count: cards.length - named })] : [];
  return { title: say('notice.several', { count: cards.length }), body: [...lines, ...more].join('\n'), place };
}

function wordsOf(card: ShellCard, say: Say): Pick<Notice, 'title' | 'body'> {
  const link = safe(card.link);
  const name = safe(card.name);
  const { kind, messages, sentence } = card;
  switch (kind) {
    case 'person':
      return card.asksForOwner
        ? { title: say('notice.owner.title'), body: say('notice.owner.body', { name, link }) }
        : { title: say('notice.person.title', { name }), body: say('notice.person.body', { link }) };
    case 'group':
      return { title: say('notice.group.title', { name }), body: say('notice.group.body', { link }) };
    case 'late':
      return { title: say('notice.late.title'), body: say('notice.late.body', { count: messages, link }) };
    case 'loop':
      return { title: say('notice.loop.title', { name }), body: sentence ?? '' };
    case 'tool':
      return { title: say('notice.tool.title', { name }), body: sentence ?? say('notice.tool.body') };
    case 'signed-out':
      return { title: say('tray.signed-out', { link }), body: sentence ?? '' };
    case 'conflict':
      return { title: say('tray.conflict', { link }), body: sentence ?? '' };
    case 'budget':
      return { title: say('notice.budget.title'), body: sentence ?? '' };
    default:
      return assertNever(kind, 'card');
  }
}

/** Strangers choose their names, and some systems read marks in what a notification says. */
function safe(name: string): string {
  return oneLine(name.replace(/[<>&]/g, ' '), longestName);
}
