/** Views for tests: plain ones, with what matters to the test put in. */
import type { ConversationView, MessageView, ThreadView, TurnView } from '../../preload/contract/views.ts';

export function conversationView(change: Partial<ConversationView> = {}): ConversationView {
  return {
    id: 'c1',
    link: 'window',
    linkKind: 'window',
    kind: 'private',
    title: '',
    preview: '',
    lastAt: 0,
    unread: 0,
    working: false,
    failed: false,
    model: null,
    persona: null,
    thinking: null,
    contextNo: 1,
    pausedUntil: null,
    pausedBy: null,
    undeliverable: null,
    withOwner: false,
    ...change,
  };
}

export function messageView(seq: number, change: Partial<MessageView> = {}): MessageView {
  return {
    id: `m${String(seq)}`,
    seq,
    conversation: 'c1',
    kind: 'person',
    authorName: 'Ada',
    text: `text ${String(seq)}`,
    at: seq * 1000,
    forwarded: false,
    revision: 0,
    attachments: [],
    contextNo: 1,
    state: 'answered',
    reason: null,
    turn: null,
    model: null,
    cost: null,
    delivery: null,
    steps: null,
    scheduled: null,
    ...change,
  };
}

export function turnView(change: Partial<TurnView> = {}): TurnView {
  return {
    id: 't1',
    conversation: 'c1',
    state: 'running',
    startedAt: 0,
    waitingFor: null,
    model: null,
    reason: null,
    doing: null,
    asking: false,
    ...change,
  };
}

export function threadView(seqs: readonly number[], change: Partial<ThreadView> = {}): ThreadView {
  return {
    conversation: conversationView(),
    messages: seqs.map((seq) => messageView(seq)),
    more: false,
    turn: null,
    turnText: null,
    ...change,
  };
}
