import { describe, expect, it } from 'vitest';
import { createNotices, type Notice } from '../../main/shell/notices.ts';
import type { Place, ShellCard } from '../../main/shell/ports.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { inEnglish } from '../lib/words.ts';

const card = (kind: ShellCard['kind'], name: string, more: Partial<ShellCard> = {}): ShellCard => ({
  id: `${kind} ${name}`,
  kind,
  link: 'Home bot',
  name,
  messages: 1,
  asksForOwner: false,
  sentence: null,
  ...more,
});
const ada = card('person', 'Ada');
const ben = card('person', 'Ben');
const club = card('group', 'Chess club');

/** After the first look, at which there was nothing. */
function begin(first: readonly ShellCard[] = []) {
  const clock = new ManualClock();
  const shown: Notice[] = [];
  const before: { place: Place | null } = { place: null };
  const notices = createNotices({
    say: inEnglish,
    clock,
    show: (notice) => void shown.push(notice),
    looksAt: (place) => before.place === place,
  });
  const follow = (cards: readonly ShellCard[]): void => notices.follow({ cards, outage: null });
  follow(first);
  const titles = (): readonly string[] => shown.map(({ title }) => title);
  return { clock, shown, before, follow, titles, notices };
}

describe('notifications', () => {
  it('tell each card at once and once, however often it is looked at (a stranger who rings all day)', () => {
    const { clock, follow, titles } = begin();
    follow([ada]);
    expect(titles()).toEqual(['Ada is waiting']);
    for (let looks = 0; looks < 100; looks++) {
      follow([ada]);
      clock.advance(60_000);
    }
    expect(titles()).toHaveLength(1);
  });

  it('tell several that come within ten seconds as one (a screen full of the same)', () => {
    const { clock, shown, follow, titles } = begin();
    follow([ada]);
    follow([ada, ben]);
    clock.advance(5_000);
    follow([ada, ben, club, card('late', '', { messages: 14 }), card('budget', '')]);
    expect(titles()).toEqual(['Ada is waiting']);
    clock.advance(5_000);
    expect(shown.at(-1)).toEqual({
      title: '4 things wait for you',
      body: 'Ben is waiting\nAnswer in Chess club?\nMessages came while Porchlight was away\nand 1 more',
      place: '/people',
    });
    clock.advance(10_000);
    expect(shown).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it('do not tell what was decided meanwhile (a question with no answer left)', () => {
    const { clock, follow, titles } = begin();
    follow([ada]);
    follow([ada, ben]);
    follow([ada]);
    clock.advance(10_000);
    expect(titles()).toEqual(['Ada is waiting']);
  });

  it('say nothing of what somebody has before them, and nothing of it later', () => {
    const { clock, before, follow, titles } = begin();
    before.place = '/people';
    follow([ada, card('conflict', '')]);
    expect(titles()).toEqual(['Home bot is used by another program']);
    before.place = null;
    clock.advance(20_000);
    follow([ada, card('conflict', '')]);
    expect(titles()).toHaveLength(1);
  });

  it('take a card that comes back within ten minutes for the same, and tell it anew after that', () => {
    const { clock, follow, titles } = begin();
    const rival = card('conflict', '');
    for (let times = 0; times < 20; times++) {
      follow([rival]);
      clock.advance(60_000);
      follow([]);
      clock.advance(60_000);
    }
    expect(titles()).toHaveLength(1);
    clock.advance(10 * 60_000);
    follow([rival]);
    expect(titles()).toHaveLength(2);
  });

  it('leave what waited before the start to the tray (the same people at every login)', () => {
    const { clock, follow, titles } = begin([ada, ben]);
    follow([ada, ben]);
    expect(titles()).toEqual([]);
    clock.advance(1_000);
    follow([ada, ben, club]);
    expect(titles()).toEqual(['Answer in Chess club?']);
  });

  it.each<[ShellCard, Place, string]>([
    [ada, '/people', 'Ada is waiting'],
    [card('person', 'Ada', { asksForOwner: true }), '/people', 'Is this you?'],
    [club, '/people', 'Answer in Chess club?'],
    [card('late', ''), '/people', 'Messages came while Porchlight was away'],
    [card('loop', 'Ada'), '/people', 'Ada was paused'],
    [card('tool', 'write_file'), '/people', 'May Porchlight use write_file?'],
    [card('signed-out', ''), '/channels', 'Home bot is signed out'],
    [card('conflict', ''), '/channels', 'Home bot is used by another program'],
    [card('budget', ''), '/usage', 'Your budget needs a look'],
  ])('lead to where it can be decided: %o', (one, place, title) => {
    const { shown, follow } = begin();
    follow([one]);
    expect(shown).toMatchObject([{ place, title }]);
  });

  it('show a name as text, on one line (a stranger who writes the notification himself)', () => {
    const { shown, follow } = begin();
    follow([card('person', `<a href="x">Ada</a>\n\n&amp; ${'x'.repeat(500)}`)]);
    expect(shown[0]?.title).not.toMatch(/[<>&\n]/);
    expect(shown[0]?.title.length).toBeLessThan(100);
  });

  it('leave no timer behind', () => {
    const { clock, follow, notices } = begin();
    follow([ada]);
    notices[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
});
