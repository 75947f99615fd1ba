/** A reply that is hard to show: text that runs the other way, very long names, a long result, as many calls as there may be. */
import type { StepView, ToolCallView } from '../../../preload/contract/agent-views.ts';
import type { CardView, ConversationView, MessageView } from '../../../preload/contract/views.ts';
import { conversations, message, now } from './data.ts';

const minute = 60_000;
const model = 'ollama/qwen3:8b';
const longName = 'archive_of_the_old_house__list_every_directory_and_what_is_in_it';

export const hardConversation: readonly ConversationView[] = conversations.slice(0, 1).map((each) => ({
  ...each,
  id: 'c41',
  title: 'ספרים וגינה',
  preview: 'הכול רשום.',
  lastAt: now - 2 * minute,
}));

function said(seq: number, change: Partial<MessageView>): MessageView {
  return message(seq, { conversation: 'c41', ...change });
}

export const hardMessages: readonly MessageView[] = [
  said(1, {
    text: 'Scheduled: Good morning\n\nWhat is up in the garden today?',
    scheduled: { id: 's1', name: 'Good morning' },
  }),
  said(2, {
    text: 'Scheduled: Once\n\nWhat was this about?',
    scheduled: { id: null, name: '' },
  }),
  said(3, { text: 'מה כתוב בארכיון? סכם הכול בבקשה.', turn: 't41' }),
  said(4, {
    kind: 'assistant',
    authorName: 'Porchlight',
    model,
    text: 'בארכיון יש 3 תיקיות: `photos`, `letters` ו־**ספרים**.',
    turn: 't41',
    steps: {
      steps: 3,
      thought: true,
      tools: [
        { name: longName, calls: 14, failed: 1 },
        { name: 'read_web_page', calls: 6, failed: 0 },
        { name: 'recall', calls: 1, failed: 0 },
        { name: 'files__read', calls: 1, failed: 0 },
      ],
      refused: 2,
      unanswered: 1,
      unsure: 0,
    },
  }),
];

function call(index: number, name: string, change: Partial<ToolCallView> = {}): ToolCallView {
  return {
    id: `h${String(index)}`,
    name,
    arguments: '{}',
    state: 'done',
    result: 'ok',
    resultLength: change.result?.length ?? 2,
    reason: null,
    begunAt: now - 9 * minute,
    endedAt: now - 9 * minute + 12 + index * 130,
    askedUntil: null,
    card: null,
    ...change,
  };
}

/** Letters of both directions, signs that steer it, and a word longer than any line. */
const given = {
  נתיב: 'ארכיון/ספרים/שנת 2019 (חלק 2).pdf',
  path: 'photo\u202egnp.exe',
  ملاحظة: 'القائمة كلها، من فضلك، مع 15 عنصرًا و https://example.org/a?b=1',
  token: 'x'.repeat(300),
  options: {
    deep: true,
    ignore: ['.git', 'צילומים', 'node_modules'],
    'a very long name of an option that nobody reads': 1,
  },
  empty: '',
  a_parameter_with_a_name_that_is_far_longer_than_the_column_it_has_to_stand_in: 12345.678,
};

const page = Array.from(
  { length: 400 },
  (_, line) =>
    `${String(line + 1)}. ${line % 3 === 0 ? 'שורה בעברית עם 12 מילים, ועוד' : 'a line of the page, and more of it'}`,
).join('\n');

const others = Array.from({ length: 12 }, (_, index) => call(index + 10, longName, { arguments: '{"depth":1}' }));

export const hardSteps: readonly StepView[] = [
  {
    position: 0,
    model,
    text: 'אני מסתכל בארכיון.',
    reasoning: 'המשתמש רוצה סיכום. The archive has three folders; each is listed once.',
    at: now - 9 * minute,
    calls: [
      call(0, longName, { arguments: JSON.stringify(given), result: '{"ok":true,"שם":"ספרים"}' }),
      call(1, 'read_web_page', {
        arguments: '{"url":"https://example.org/a-very-long-address/that/goes/on/and/on/2026/11/22/index.html?x=y"}',
        result: page.slice(0, 4000),
        resultLength: 65_536,
      }),
      call(2, 'recall', { arguments: '{"query":"ספרים"}', result: 'לא נמצא דבר.' }),
      call(3, 'unknown\u202ename_of_a_tool_that_the_model_made_up_by_itself', {
        state: 'refused',
        reason: { code: 'tool.unknown', params: { tool: 'unknown_name_of_a_tool' } },
        result: 'Refused: there is no tool of this name.',
        begunAt: null,
      }),
      call(4, longName, {
        state: 'failed',
        reason: { code: 'tool.timeout', params: { tool: longName, seconds: 30 } },
        arguments: '{"depth": ',
        result: 'Failed: no answer within 30 seconds.',
      }),
      ...others,
    ],
  },
  { position: 1, model, text: '', reasoning: '', at: now - 8 * minute, calls: [call(30, 'files__read')] },
];

export const hardCard: CardView = {
  id: 'tool-h9',
  kind: 'tool',
  at: now - 9 * minute,
  answers: ['once', 'always', 'ignore'],
  link: 'window',
  name: longName,
  address: '',
  text: '{…}',
  messages: 0,
  conversation: 'c41',
  reason: null,
  until: now + 45_000,
  turn: 't42',
  given: { text: JSON.stringify(given), length: JSON.stringify(given).length },
};
