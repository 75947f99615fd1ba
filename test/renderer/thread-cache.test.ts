import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import type { StepsTallyView } from '../../preload/contract/agent-views.ts';
import type { GatewayEvent } from '../../preload/contract/events.ts';
import { applyEvent, type CacheParts } from '../../renderer/bridge/cache.ts';
import { LiveTexts } from '../../renderer/bridge/live.ts';
import { Outbox } from '../../renderer/bridge/outbox.ts';
import { Kept } from './kept.ts';
import { conversationView, messageView, turnView } from './views.ts';

function parts(client: QueryClient): CacheParts {
  const send = (): Promise<never> => Promise.reject(new Error('unused'));
  const live = new LiveTexts(
    (task) => task(),
    () => undefined,
  );
  return { client, live, outbox: new Outbox({ send, now: () => 0, makeKey: () => 'k', storage: new Kept() }) };
}

/** Which of the steps and summaries that are held an event makes stale. */
function staleAfter(event: GatewayEvent): readonly string[] {
  const client = new QueryClient();
  for (const turn of ['t1', 't2']) client.setQueryData(['turns.steps', { turn }], []);
  for (const conversation of ['c1', 'c2']) client.setQueryData(['conversations.summaries', { conversation }], []);
  applyEvent(parts(client), event);
  return client
    .getQueryCache()
    .getAll()
    .flatMap(({ state, queryKey }) => (state.isInvalidated ? [JSON.stringify(queryKey[1])] : []));
}

test('a step of one turn makes only its own steps be read again (a thread asked for those of every reply)', () => {
  expect(staleAfter({ kind: 'steps.changed', conversation: 'c1', turn: 't1' })).toEqual(['{"turn":"t1"}']);
});

const tally: StepsTallyView = { steps: 1, thought: true, tools: [], refused: 0, unanswered: 0, unsure: 0 };

test('a reply that arrives with steps has all of them read again (the last thought was missing until a reload)', () => {
  const message = messageView(1, { kind: 'assistant', turn: 't2', steps: tally });
  expect(staleAfter({ kind: 'message.added', message })).toEqual(['{"turn":"t2"}']);
  expect(staleAfter({ kind: 'message.added', message: { ...message, steps: null } })).toEqual([]);
});

test('a conversation that changed may have a new summary, and no other has', () => {
  expect(staleAfter({ kind: 'conversation.changed', conversation: conversationView() })).toEqual([
    '{"conversation":"c1"}',
  ]);
});

test('a turn that ends takes the questions about its tools with it (a stopped one went on asking until a reload)', () => {
  const client = new QueryClient();
  const cards = [{ kind: 'tool', conversation: 'c1' }];
  const isStale = (): boolean => client.getQueryState(['cards.list', {}])?.isInvalidated === true;
  client.setQueryData(['cards.list', {}], cards);
  applyEvent(parts(client), { kind: 'turn.changed', turn: turnView({ asking: true }) });
  expect(isStale()).toBe(false);
  applyEvent(parts(client), { kind: 'turn.changed', turn: turnView({ conversation: 'c2', state: 'done' }) });
  expect(isStale()).toBe(false);
  applyEvent(parts(client), { kind: 'turn.changed', turn: turnView({ state: 'stopped' }) });
  expect(isStale()).toBe(true);
});
