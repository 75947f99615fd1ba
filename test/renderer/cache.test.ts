import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import type { CommandName } from '../../preload/contract/commands.ts';
import type { GatewayEvent } from '../../preload/contract/events.ts';
import type { DeliveryView } from '../../preload/contract/views.ts';
import { applyEvent, type CacheParts, listKeyOf } from '../../renderer/bridge/cache.ts';
import type { ConversationList } from '../../renderer/bridge/conversation-list.ts';
import { LiveTexts } from '../../renderer/bridge/live.ts';
import { Outbox } from '../../renderer/bridge/outbox.ts';
import { Kept } from './kept.ts';
import { conversationView, messageView } from './views.ts';

const failed: DeliveryView = { state: 'failed', reason: null, late: false, parts: 1, sentParts: 0, again: 0 };

function parts(client: QueryClient): CacheParts {
  const send = (): Promise<never> => Promise.reject(new Error('unused'));
  const live = new LiveTexts(
    (task) => task(),
    () => undefined,
  );
  return { client, live, outbox: new Outbox({ send, now: () => 0, makeKey: () => 'k', storage: new Kept() }) };
}

/** A cache that holds an answer of each command, and which of them an event makes stale. */
function staleAfter(event: GatewayEvent, troubled: readonly { readonly turn: string }[] = []): readonly CommandName[] {
  const client = new QueryClient();
  const names = ['cards.list', 'people.list', 'groups.list', 'budget.get', 'usage.series', 'prices.list'] as const;
  for (const name of names) client.setQueryData([name, {}], []);
  client.setQueryData(['deliveries.troubled', { limit: 200 }], troubled);
  applyEvent(parts(client), event);
  return ([...names, 'deliveries.troubled'] as const).filter((name) =>
    client
      .getQueryCache()
      .findAll({ queryKey: [name] })
      .some((query) => query.state.isInvalidated),
  );
}

test('a card makes the people and the groups be read again as well (an allowed person stayed "not decided")', () => {
  expect(staleAfter({ kind: 'card.changed', link: 'bot' })).toEqual(['cards.list', 'people.list', 'groups.list']);
});

test('use makes the limits and the card about them be read again', () => {
  expect(staleAfter({ kind: 'usage.changed' })).toEqual(['cards.list', 'budget.get', 'usage.series', 'prices.list']);
});

test('a reply that failed, and one that is sent at last, change the list of what was not delivered', () => {
  const message = messageView(1, { kind: 'assistant', turn: 't1', delivery: failed });
  const sent = { ...message, delivery: { ...failed, state: 'sent' } } as const;
  expect(staleAfter({ kind: 'delivery.changed', conversation: 'c1', message })).toEqual(['deliveries.troubled']);
  expect(staleAfter({ kind: 'delivery.changed', conversation: 'c1', message: sent }, [{ turn: 't1' }])).toEqual([
    'deliveries.troubled',
  ]);
});

test('a reply that simply arrives reads nothing again (a busy day would ask for the list with each part)', () => {
  const message = messageView(1, { kind: 'assistant', turn: 't1', delivery: { ...failed, state: 'sent' } });
  expect(staleAfter({ kind: 'delivery.changed', conversation: 'c1', message }, [{ turn: 't9' }])).toEqual([]);
});

test('a conversation moves up in the list of all and in that of its own link, and stays out of those of others', () => {
  const client = new QueryClient();
  const held = conversationView({ id: 'c0', link: 'bot', lastAt: 1 });
  for (const link of [undefined, 'bot', 'wa']) {
    client.setQueryData(listKeyOf(link), { items: link === 'wa' ? [] : [held], more: false });
  }
  const conversation = conversationView({ id: 'c1', link: 'bot', lastAt: 2 });
  applyEvent(parts(client), { kind: 'conversation.changed', conversation });
  const shown = (link?: string): readonly string[] | undefined =>
    client.getQueryData<ConversationList>(listKeyOf(link))?.items.map(({ id }) => id);
  expect([shown(), shown('bot'), shown('wa')]).toEqual([['c1', 'c0'], ['c1', 'c0'], []]);
});
