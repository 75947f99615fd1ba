/** People, groups and cards of the harness: every kind of card, every role. */
import type { CardView, GroupView, MessageView, PersonView, TroubledView } from '../../../preload/contract/views.ts';
import { now } from './data.ts';

const minute = 60_000;
const hour = 60 * minute;
const home = 'ada-home-bot';

function card(id: string, change: Partial<CardView>): CardView {
  return {
    id,
    kind: 'person',
    at: now - 2 * minute,
    answers: [],
    link: home,
    name: '',
    address: '',
    text: '',
    messages: 1,
    conversation: null,
    reason: null,
    until: null,
    turn: null,
    given: null,
    ...change,
  };
}

export const cards: readonly CardView[] = [
  card('p1', {
    name: 'Grace H.',
    address: '4242',
    text: 'Hello, is somebody there? I found this bot on the door of the club house and wanted to ask about honey.',
    messages: 3,
    answers: ['owner', 'allow', 'once', 'ignore'],
    conversation: 'c6',
  }),
  card('p2', {
    name: 'Linus',
    address: '777001',
    text: 'Can you translate a letter for me?',
    answers: ['allow', 'once', 'ignore'],
    at: now - 3 * hour,
    conversation: 'c7',
  }),
  card('g1', {
    kind: 'group',
    name: 'Bee club board',
    address: '-1001234567890',
    text: '@ada_home_bot when is the next meeting?',
    messages: 5,
    answers: ['mention', 'always', 'ignore'],
    at: now - 20 * minute,
  }),
  card('l1', { kind: 'late', messages: 14, answers: ['answer', 'leave'], at: now - 50 * minute }),
  card('lo1', {
    kind: 'loop',
    name: 'Weather bot',
    answers: ['resume', 'leave'],
    conversation: 'c20',
    reason: { code: 'access.loop', params: { count: 12 } },
  }),
  card('s1', { kind: 'signed-out', link: 'old', reason: { code: 'link.token-refused' } }),
  card('b1', {
    kind: 'budget',
    link: null,
    reason: { code: 'budget.warned', params: { percent: 84, used: 4.2, cap: 5 } },
  }),
];

function person(address: string, name: string, change: Partial<PersonView>): PersonView {
  return {
    link: home,
    address,
    name,
    role: 'unknown',
    origin: 'message',
    lastSeenAt: now - 2 * hour,
    conversation: 'c2',
    ...change,
  };
}

export const people: readonly PersonView[] = [
  person('100', 'Ada Berger', { role: 'owner', origin: 'owner', lastSeenAt: now - 6 * minute }),
  person('4242', 'Grace H.', { lastSeenAt: now - 2 * minute, conversation: 'c6' }),
  person('777001', 'Linus', { lastSeenAt: now - 3 * hour, conversation: 'c7' }),
  person('8', 'Margaret with a very long name that does not fit into one line of a phone', {
    role: 'guest',
    link: 'club',
    lastSeenAt: now - 27 * hour,
  }),
  person('9', 'Cheap watches', { role: 'blocked', conversation: null, lastSeenAt: now - 400 * hour }),
  person('4711', 'Set by file', { role: 'owner', origin: 'file', lastSeenAt: null, conversation: null }),
  person('*', '', { role: 'guest', origin: 'file', lastSeenAt: null, conversation: null, link: 'club' }),
];

export const groups: readonly GroupView[] = [
  {
    link: home,
    chat: '-1001234567890',
    title: 'Bee club board',
    answer: 'unknown',
    origin: 'message',
    lastSeenAt: now - 20 * minute,
  },
  { link: home, chat: '-42', title: 'Family', answer: 'mention', origin: 'owner', lastSeenAt: now - 5 * hour },
  { link: 'club', chat: '-43', title: 'Noise', answer: 'off', origin: 'owner', lastSeenAt: now - 90 * hour },
];

export const troubled: readonly TroubledView[] = [
  {
    kind: 'delivery',
    turn: 't44',
    conversation: 'c2',
    link: home,
    title: 'Ada Berger',
    text: 'At 18:00. Last entry is at 17:15.',
    reason: { code: 'delivery.gave-up' },
    at: now - 6 * minute,
    message: null,
  },
  {
    kind: 'held',
    turn: 't90',
    conversation: 'c6',
    link: 'club',
    title: 'Margaret',
    text: 'Yes, Saturday works well. Bring gloves and a veil, and somebody who can carry the second box.',
    reason: { code: 'delivery.held' },
    at: now - 27 * hour,
    message: null,
  },
  {
    kind: 'dead-letter',
    turn: 't91',
    conversation: 'c7',
    link: home,
    title: 'Linus',
    text: 'Please read these four hundred pages',
    reason: { code: 'turn.dead-letter' },
    at: now - 50 * hour,
    message: 'm91',
  },
];

function said(seq: number, authorName: string, change: Partial<MessageView>): MessageView {
  return {
    id: `g${String(seq)}`,
    seq,
    conversation: 'c20',
    kind: 'person',
    authorName,
    text: '',
    at: now - (60 - seq) * minute,
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

const file = { kind: 'document', reason: null, file: null, size: null, state: 'pending', heard: null } as const;

/** A group: overheard talk, an edited question, files in every state, a kept message, and the note of the loop breaker. */
export const groupMessages: readonly MessageView[] = [
  said(1, 'Linus', { text: 'Shall we move the meeting?', state: 'overheard', reason: { code: 'access.overheard' } }),
  said(2, 'Linus', { text: 'Thursday is better for me.', state: 'overheard', reason: { code: 'access.overheard' } }),
  said(3, 'Grace', { text: '@ada_home_bot which Thursday has a full moon?', revision: 2, turn: 't3' }),
  said(4, 'Porchlight', {
    kind: 'assistant',
    model: 'ollama/qwen3:8b',
    text: 'The **24th**. Take a torch anyway.',
    turn: 't3',
    delivery: { state: 'sent', reason: null, late: false, parts: 1, sentParts: 1, again: 0 },
  }),
  said(5, 'Grace', {
    text: 'Here is the map, and the minutes',
    turn: 't5',
    attachments: [
      { ...file, id: 'a1', kind: 'photo', name: '', type: 'image/png', size: 48_213, state: 'stored', file: 'f1' },
      {
        ...file,
        id: 'a2',
        name: 'minutes-of-the-october-meeting.pdf',
        type: 'application/pdf',
        size: 1_834_222,
        state: 'stored',
        file: 'f2',
      },
      { ...file, id: 'a3', kind: 'voice', name: '', type: 'audio/ogg', size: 90_000 },
      {
        ...file,
        id: 'a4',
        name: 'film.mp4',
        type: 'video/mp4',
        size: 80_000_000,
        state: 'failed',
        reason: { code: 'media.too-large', params: { name: 'film.mp4' } },
      },
    ],
  }),
  said(6, '', { kind: 'notice', reason: { code: 'budget.day-cost', params: { cap: 5 } }, turn: 't5' }),
  said(7, 'Weather bot', {
    text: 'And what do you say now?',
    state: 'paused',
    reason: { code: 'access.paused' },
  }),
];
