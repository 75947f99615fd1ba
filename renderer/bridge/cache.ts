/**
 * Events into the query cache: what an event carries is put in place, what it only announces is marked stale and read
 * again by whoever shows it. `resync` marks everything.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { AnswerOf, CommandName, ParamsOf } from '../../preload/contract/commands.ts';
import type { GatewayEvent } from '../../preload/contract/events.ts';
import type { PullView } from '../../preload/contract/model-views.ts';
import type { ConversationView, LinkView, MessageView, TurnView } from '../../preload/contract/views.ts';
import { type ConversationList, withConversation } from './conversation-list.ts';
import type { LiveTexts } from './live.ts';
import type { Outbox } from './outbox.ts';
import { type Thread, withMessage } from './thread.ts';

export interface CacheParts {
  readonly client: QueryClient;
  readonly live: LiveTexts;
  readonly outbox: Outbox;
}

/** The cache key of a command's answer. */
export function callKey<Name extends CommandName>(name: Name, params: ParamsOf<Name>): readonly [Name, ParamsOf<Name>] {
  return [name, params];
}

export const listKey = ['conversations'] as const;

/** Of the list of one link, or of all. */
export function listKeyOf(link: string | undefined): readonly string[] {
  return link === undefined ? listKey : [...listKey, link];
}

export function threadKey(conversation: string): readonly ['thread', string] {
  return ['thread', conversation];
}

/** Commands whose answers an event makes stale. */
const stale = {
  'card.changed': ['cards.list', 'people.list', 'groups.list', 'links.list'],
  'model.changed': [
    'providers.list',
    'models.list',
    'models.choice',
    'prices.list',
    'conversations.context',
    'host.health',
  ],
  'pull.removed': ['models.pulls'],
  'tools.changed': ['tools.list', 'mcp.list'],
  'schedules.changed': ['schedules.list', 'schedules.runs'],
  'memory.changed': ['memory.get', 'memory.read', 'memory.search'],
  'usage.changed': [
    'caps.list',
    'usage.ofConversation',
    'usage.totals',
    'usage.series',
    'budget.get',
    'prices.list',
    'cards.list',
    'models.recent',
  ],
  'settings.changed': [
    'settings.list',
    'personas.list',
    'host.get',
    'models.choice',
    'budget.get',
    'cards.list',
    'conversations.context',
  ],
  'host.changed': ['host.get', 'host.health', 'desktop.get'],
} as const satisfies Partial<Record<GatewayEvent['kind'], readonly CommandName[]>>;

export function applyEvent(parts: CacheParts, event: GatewayEvent): void {
  switch (event.kind) {
    case 'conversation.changed':
      conversationChanged(parts.client, event.conversation);
      return;
    case 'message.added':
    case 'message.changed':
    case 'delivery.changed':
      messageChanged(parts, event.message);
      return;
    case 'turn.changed':
      turnChanged(parts, event.turn);
      return;
    case 'turn.delta':
      // A thread that nobody looks at gets the text so far when it is opened.
      if (parts.client.getQueryData(threadKey(event.conversation))) parts.live.piece(event.conversation, event);
      return;
    case 'link.changed':
      linkChanged(parts.client, event.link);
      return;
    case 'link.removed':
      setAnswer(parts.client, 'links.list', {}, (links) => links.filter((link) => link.id !== event.link));
      makeStale(parts.client, ['cards.list', 'people.list', 'groups.list', 'deliveries.troubled']);
      return;
    case 'pull.changed':
      pullChanged(parts.client, event.pull);
      return;
    case 'steps.changed':
      stepsChanged(parts.client, event.turn);
      return;
    case 'card.changed':
    case 'model.changed':
    case 'pull.removed':
    case 'tools.changed':
    case 'schedules.changed':
    case 'memory.changed':
    case 'usage.changed':
    case 'settings.changed':
    case 'host.changed':
      makeStale(parts.client, stale[event.kind]);
      return;
    case 'log.line':
      return;
    case 'resync':
      void parts.client.invalidateQueries();
      return;
  }
}

function makeStale(client: QueryClient, names: readonly CommandName[]): void {
  for (const name of names) void client.invalidateQueries({ queryKey: [name] });
}

function conversationChanged(client: QueryClient, conversation: ConversationView): void {
  for (const key of [listKeyOf(undefined), listKeyOf(conversation.link)]) {
    client.setQueryData<ConversationList>(key, (list) => list && withConversation(list, conversation));
  }
  const before = client.getQueryData<Thread>(threadKey(conversation.id))?.conversation;
  if (
    before?.model !== conversation.model ||
    before.persona !== conversation.persona ||
    before.contextNo !== conversation.contextNo
  ) {
    contextChanged(client, conversation.id);
  }
  client.setQueryData<Thread>(threadKey(conversation.id), (thread) => thread && { ...thread, conversation });
  // A new summary is told of as a change of its conversation.
  void client.invalidateQueries({
    queryKey: callKey('conversations.summaries', { conversation: conversation.id }),
  });
  // Whoever wrote there was seen just now, and may be new. Read again only while the screen of people is looked at.
  if (conversation.linkKind !== 'window') makeStale(client, ['people.list', 'groups.list']);
}

function messageChanged({ client, live, outbox }: CacheParts, message: MessageView): void {
  client.setQueryData<Thread>(threadKey(message.conversation), (thread) => thread && withMessage(thread, message));
  outbox.arrived(message);
  if (message.revision > 0)
    void client.invalidateQueries({ queryKey: callKey('messages.revisions', { message: message.id }) });
  contextChanged(client, message.conversation);
  if (isTroubled(message) || wasTroubled(client, message)) makeStale(client, ['deliveries.troubled']);
  const { conversation, kind, turn } = message;
  if (message.steps !== null && turn !== null) stepsChanged(client, turn);
  if (kind !== 'person' && turn !== null && live.get(conversation)?.turn === turn) live.forget(conversation);
}

/** One that is begun again goes to the end, as it does in the gateway's own list. */
function pullChanged(client: QueryClient, pull: PullView): void {
  setAnswer(client, 'models.pulls', {}, (pulls) => {
    const at = pulls.findIndex(({ provider, name }) => provider === pull.provider && name === pull.name);
    return at < 0 ? [...pulls, pull] : pulls.with(at, pull);
  });
}

/** Only of this turn: a thread may show those of many. */
function stepsChanged(client: QueryClient, turn: string): void {
  void client.invalidateQueries({ queryKey: callKey('turns.steps', { turn }) });
}

/** What the model is given may be another amount now. Read again only while its meter is looked at. */
function contextChanged(client: QueryClient, conversation: string): void {
  void client.invalidateQueries({ queryKey: callKey('conversations.context', { conversation }) });
}

function isTroubled({ delivery, reason }: MessageView): boolean {
  return delivery?.state === 'failed' || delivery?.state === 'held' || reason?.code === 'turn.dead-letter';
}

function wasTroubled(client: QueryClient, { id, turn }: MessageView): boolean {
  const lists = client.getQueriesData<AnswerOf<'deliveries.troubled'>>({ queryKey: ['deliveries.troubled'] });
  return lists.some(([, list]) => list?.some((each) => each.message === id || each.turn === turn));
}

function turnChanged({ client, live }: CacheParts, turn: TurnView): void {
  const { conversation } = turn;
  const thread = client.getQueryData<Thread>(threadKey(conversation));
  if (thread) client.setQueryData<Thread>(threadKey(conversation), { ...thread, turn });
  if (turn.state !== 'running') turnEnded(client, turn);
  const text = live.get(conversation);
  const over = turn.state !== 'running' && turn.state !== 'done';
  if (text && (!thread || text.turn !== turn.id || over)) live.forget(conversation);
}

/** None of its calls waits for a word any more, whoever ended it. */
function turnEnded(client: QueryClient, { id, conversation }: TurnView): void {
  stepsChanged(client, id);
  const cards = client.getQueryData<AnswerOf<'cards.list'>>(callKey('cards.list', {}));
  const waits = cards?.some((card) => card.kind === 'tool' && card.conversation === conversation);
  if (waits === true) makeStale(client, ['cards.list']);
}

function linkChanged(client: QueryClient, changed: LinkView): void {
  setAnswer(client, 'links.list', {}, (links) => withLink(links, changed));
  // A link that has to be signed in again has a card of its own.
  makeStale(client, ['cards.list']);
}

function withLink(links: readonly LinkView[], changed: LinkView): readonly LinkView[] {
  return links.some((link) => link.id === changed.id)
    ? links.map((link) => (link.id === changed.id ? changed : link))
    : [...links, changed];
}

function setAnswer<Name extends CommandName>(
  client: QueryClient,
  name: Name,
  params: ParamsOf<Name>,
  change: (answer: AnswerOf<Name>) => AnswerOf<Name>,
): void {
  client.setQueryData<AnswerOf<Name>>([name, params], (answer) => (answer === undefined ? answer : change(answer)));
}
