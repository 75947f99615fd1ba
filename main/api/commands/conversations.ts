/** Conversations, their messages and turns, and what keeps them from being answered. */
import type { ExportRequest } from '../../gateway/storage.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { troubledViews } from '../troubled.ts';
import { conversationView, searchHitView, threadView } from '../views.ts';
import { done, outcome, refuse, settled } from './outcome.ts';
import { sendMessage } from './send-message.ts';

type Family =
  | 'conversations.page'
  | 'conversations.create'
  | 'conversations.thread'
  | 'conversations.markRead'
  | 'conversations.setModel'
  | 'conversations.search'
  | 'conversations.context'
  | 'conversations.export'
  | 'conversations.say'
  | 'messages.send'
  | 'messages.answerNow'
  | 'messages.revisions'
  | 'turns.stop'
  | 'turns.retry'
  | 'deliveries.retry'
  | 'deliveries.troubled'
  | 'pause.set';

/** Longest wait for a server to say how large a model's window is, in milliseconds. */
const contextLimit = 5_000;

const notFound = (
  what: string,
): {
  readonly ok: false;
  readonly reason: { readonly code: 'input.not-found'; readonly params: { readonly name: string } };
} => ({
  ok: false,
  reason: { code: 'input.not-found', params: { name: what } },
});

export function conversationCommands(ports: ApiPorts): Pick<Handlers, Family> {
  const { gateway, storage } = ports;
  const find = (id: string) => storage.read.conversations.get(id);
  return {
    'conversations.page': async ({ limit, before, link }) =>
      done(storage.read.conversations.page(limit, before, link).map((row) => conversationView(ports, row))),
    'conversations.create': async () => done(conversationView(ports, await gateway.createThread())),
    'conversations.thread': async ({ conversation, ...page }) => {
      const row = find(conversation);
      return row === null ? notFound('conversation') : done(threadView(ports, row, page));
    },
    'conversations.markRead': async ({ conversation }) => {
      if (find(conversation) === null) return notFound('conversation');
      await gateway.markRead(conversation);
      return done(null);
    },
    'conversations.setModel': async ({ conversation, model }) =>
      outcome(await gateway.setConversationModel(conversation, model), (row) => conversationView(ports, row)),
    'conversations.search': async ({ query, limit, link }) => {
      const hits = await storage.search(query, limit, ports.stopping, link);
      return done(hits.map((hit) => searchHitView(ports, hit)));
    },
    'conversations.context': async ({ conversation }) => {
      const signal = AbortSignal.any([ports.stopping, AbortSignal.timeout(contextLimit)]);
      return outcome(await gateway.contextUse(conversation, signal), (use) => use);
    },
    'conversations.export': async (wanted) => {
      if (wanted.conversation !== null && find(wanted.conversation) === null) return notFound('conversation');
      return done(await storage.exportPiece({ ...wanted, ...exportWords(ports) }));
    },
    'conversations.say': async ({ conversation, text, key }) =>
      text.trim() === ''
        ? refuse({ code: 'input.malformed', params: { path: 'text', expected: 'text' } })
        : outcome(await gateway.say(conversation, text, key), ({ id }) => ({ message: id })),
    'messages.send': (params) => sendMessage(ports, params),
    'messages.answerNow': async ({ message }) => settled(await gateway.turns.answerNow(message)),
    'messages.revisions': async ({ message }) => {
      if (storage.read.messages.get(message) === null) return notFound('message');
      return done(storage.read.messages.revisions(message));
    },
    'turns.stop': async ({ conversation }) => done({ stopped: await gateway.turns.stop(conversation) }),
    'turns.retry': async ({ conversation }) => settled(await gateway.turns.retry(conversation)),
    'deliveries.retry': async ({ turn }) => settled(await gateway.turns.retryDelivery(turn)),
    'deliveries.troubled': async ({ limit }) => done(troubledViews(storage.read, limit)),
    'pause.set': async ({ scope, until }) => settled(await gateway.pause(scope, until)),
  };
}

/** What an export says beside what was said. */
function exportWords({ sentences, settings, clock }: ApiPorts): Pick<ExportRequest, 'now' | 'zone' | 'words'> {
  const word = (key: string): string => sentences.text(key, {}, null);
  return {
    now: clock.now(),
    zone: settings.get('timeZone') || Intl.DateTimeFormat().resolvedOptions().timeZone,
    words: {
      owner: word('export.owner'),
      assistant: word('export.assistant'),
      notice: word('export.notice'),
      untitled: word('export.untitled'),
    },
  };
}
