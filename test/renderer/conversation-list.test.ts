import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counts } from '../counts.ts';
import { byActivity, fromFirstPage, withConversation, withNextPage } from '../../renderer/bridge/conversation-list.ts';
import { conversationView } from './views.ts';

const view = (id: number, lastAt: number) => conversationView({ id: `c${String(id)}`, lastAt });

test('the list is in order and has each conversation once, whatever changes while its pages are read', () => {
  const change = fc.record({ id: fc.nat(30), lastAt: fc.nat(1000) });
  fc.assert(
    fc.property(
      fc.uniqueArray(change, { selector: (each) => each.id, maxLength: 30 }),
      fc.array(change),
      (all, changes) => {
        const store = new Map(all.map((each) => [each.id, view(each.id, each.lastAt)]));
        const sorted = () => [...store.values()].sort(byActivity);
        let list = fromFirstPage(sorted().slice(0, 5), 5, undefined);
        for (const { id, lastAt } of changes) {
          store.set(id, view(id, lastAt));
          list = withConversation(list, view(id, lastAt));
          const last = list.items.at(-1);
          if (list.more && last) {
            const page = sorted().filter((each) => byActivity(last, each) < 0);
            list = withNextPage(list, page.slice(0, 5), 5);
          }
        }
        const ids = list.items.map((each) => each.id);
        expect(new Set(ids).size).toBe(ids.length);
        expect([...list.items].sort(byActivity)).toEqual(list.items);
        if (!list.more) expect(ids).toEqual(sorted().map((each) => each.id));
      },
    ),
    { numRuns: counts.propertyRuns },
  );
});
