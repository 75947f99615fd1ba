/** A conversation in which tools were used, refused, and wait; and where the older half of it was summed up. */
import type { StepsTallyView, StepView, SummaryView, ToolCallView } from '../../../preload/contract/agent-views.ts';
import type { CardView, ConversationView, MessageView, TurnView } from '../../../preload/contract/views.ts';
import { conversations, message, now } from './data.ts';

const minute = 60_000;
const model = 'ollama/qwen3:8b';

export const agentConversation: readonly ConversationView[] = conversations.slice(0, 1).map((each) => ({
  ...each,
  id: 'c40',
  title: 'The garden in December',
  preview: 'Both are in your memory now.',
  lastAt: now - minute,
}));

function said(seq: number, change: Partial<MessageView>): MessageView {
  return message(seq, { conversation: 'c40', ...change });
}

const nothing: StepsTallyView = { steps: 1, thought: false, tools: [], refused: 0, unanswered: 0, unsure: 0 };

function reply(seq: number, text: string, turn: string, tally: Partial<StepsTallyView> | null): MessageView {
  const steps = tally === null ? null : { ...nothing, ...tally };
  return said(seq, { kind: 'assistant', authorName: 'Porchlight', model, text, turn, steps });
}

function tool(name: string, calls = 1, failed = 0): StepsTallyView['tools'][number] {
  return { name, calls, failed };
}

export const agentMessages: readonly MessageView[] = [
  said(1, { text: 'I have a pear tree and two beehives. What is to be done before winter?', turn: 't1' }),
  reply(2, 'Quite a lot: straps for the hives, lime for the trunk, and leaves over the roots.', 't1', null),
  said(3, { text: 'When is the first frost here? Look at the weather service, and keep it in mind.', turn: 't3' }),
  reply(4, 'The first frost is forecast for **29 November**. I wrote that down, with the two hives.', 't3', {
    steps: 2,
    thought: true,
    tools: [tool('read_web_page', 2), tool('recall'), tool('remember')],
  }),
  said(5, { text: 'Write it into my calendar, and think about the pears.', turn: 't5' }),
  reply(6, 'You did not want the calendar used, so I left it. For the pears, late January is the time.', 't5', {
    steps: 2,
    thought: true,
    refused: 1,
    unsure: 1,
  }),
  said(7, { text: 'Then remind me, and put the plan into plan.md.', state: 'answering', turn: 't7' }),
];

function call(id: string, name: string, change: Partial<ToolCallView>): ToolCallView {
  return {
    id,
    name,
    arguments: '{}',
    state: 'done',
    result: null,
    resultLength: change.result?.length ?? 0,
    reason: null,
    begunAt: now - 50 * minute,
    endedAt: now - 50 * minute + 840,
    askedUntil: null,
    card: null,
    ...change,
  };
}

function step(position: number, calls: readonly ToolCallView[], change: Partial<StepView> = {}): StepView {
  return { position, model, text: '', reasoning: '', at: now - 50 * minute, calls, ...change };
}

const page = Array.from(
  { length: 40 },
  (_, index) => `Day ${String(index + 1)}: between ${String(8 - index / 4)} and ${String(2 - index / 4)} degrees.`,
).join('\n');

const plan = {
  path: 'plan.md',
  content: '# Garden\n\n- 29 Nov: straps\n- December: lime\n- January: pears\n'.repeat(9),
};

const steps: Readonly<Record<string, readonly StepView[]>> = {
  t3: [
    step(
      0,
      [
        call('k1', 'read_web_page', {
          arguments: '{"url":"https://weather.example.org/lisbon?days=40"}',
          result: page,
          resultLength: 12_345,
        }),
        call('k1b', 'read_web_page', {
          arguments: '{"url":"https://weather.example.org/lisbon/frost"}',
          result: 'Frost: from 29 November.',
        }),
        call('k2', 'recall', { arguments: '{"query":"beehives"}', result: 'Two hives, one of them is weak.' }),
      ],
      {
        text: 'I look at the forecast first.',
        reasoning: 'The owner wants a date. The forecast has it; what is known about the hives may help.',
      },
    ),
    step(1, [
      call('k3', 'remember', { arguments: '{"text":"First frost: 29 November 2026. Two hives."}', result: 'Kept.' }),
    ]),
  ],
  t5: [
    step(0, [
      call('k4', 'calendar_add', {
        arguments: '{"title":"Straps","day":"2026-11-29"}',
        state: 'refused',
        reason: { code: 'tool.refused', params: { tool: 'calendar_add' } },
        begunAt: null,
      }),
      call('k5', 'notes_sync', {
        state: 'unsure',
        reason: { code: 'tool.unsure', params: { tool: 'notes_sync' } },
        endedAt: null,
      }),
    ]),
    step(1, [], { reasoning: 'Pears are cut in late winter.\nI say so without the calendar.' }),
  ],
  t7: [
    step(0, [
      call('k6', 'write_file', {
        arguments: JSON.stringify(plan),
        state: 'asking',
        begunAt: null,
        endedAt: null,
        askedUntil: now + 9 * minute,
        card: 'tool-k6',
      }),
    ]),
  ],
};

export function agentSteps(turn: string): readonly StepView[] {
  return steps[turn] ?? [];
}

export const agentCard: CardView = {
  id: 'tool-k6',
  kind: 'tool',
  at: now - minute,
  answers: ['once', 'always', 'ignore'],
  link: 'window',
  name: 'write_file',
  address: '',
  text: `${JSON.stringify(plan).slice(0, 199)}…`,
  messages: 0,
  conversation: 'c40',
  reason: { code: 'tool.tainted' },
  until: now + 9 * minute,
  turn: 't7',
  given: { text: JSON.stringify(plan), length: JSON.stringify(plan).length },
};

export const agentSummaries: readonly SummaryView[] = [
  {
    id: 's1',
    contextNo: 1,
    upto: 2,
    text: 'The owner has a pear tree and two beehives, one of them weak. Before winter: straps, lime on the trunk, leaves over the roots.',
    model,
    turns: 34,
    tokensBefore: 6100,
    tokensAfter: 640,
    at: now - 58 * minute,
  },
];

/** `asking`: a tool waits for the owner's word; else one is at work. */
export function agentTurn(asking: boolean): TurnView {
  return {
    id: 't7',
    conversation: 'c40',
    state: 'running',
    startedAt: now - minute,
    waitingFor: null,
    model,
    reason: null,
    doing: asking ? null : { tool: 'read_web_page', since: Date.now() - 12_000 },
    asking,
  };
}
