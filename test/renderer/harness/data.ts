/** What the gateway of the harness knows: a busy afternoon with every state a screen can be in. */
import type { ModelListView, ProviderView } from '../../../preload/contract/model-views.ts';
import type { ConversationView, LinkView, MessageView, SettingView } from '../../../preload/contract/views.ts';
import { settingSchemas, type SettingSchema } from '../../../main/gateway/settings.ts';

export const now = Date.now();
const minute = 60_000;
const hour = 60 * minute;

function conversation(number: number, change: Partial<ConversationView>): ConversationView {
  return {
    id: `c${String(number)}`,
    link: 'window',
    linkKind: 'window',
    kind: 'private',
    title: `Conversation ${String(number)}`,
    preview: 'Let me know how it went.',
    lastAt: now - number * 5 * hour,
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

export const conversations: readonly ConversationView[] = [
  conversation(1, {
    title: 'Moving the bees before winter',
    preview: 'Three things decide when to move a hive',
    lastAt: now - 20_000,
    working: true,
  }),
  conversation(2, {
    title: 'Ada Berger',
    link: 'ada-home-bot',
    linkKind: 'telegram',
    preview: 'What time does the museum close on Sundays?',
    lastAt: now - 6 * minute,
    unread: 3,
    failed: true,
  }),
  conversation(20, {
    title: 'Bee club board',
    link: 'ada-home-bot',
    linkKind: 'telegram',
    kind: 'group',
    preview: 'Shall we move the meeting?',
    lastAt: now - 40 * minute,
    pausedUntil: Number.MAX_SAFE_INTEGER,
    pausedBy: { code: 'access.loop', params: { count: 12 } },
  }),
  conversation(3, {
    title: 'Tax letter, second try',
    preview: 'The model did not answer in time.',
    failed: true,
    lastAt: now - 3 * hour,
  }),
  conversation(4, {
    title: 'home-automation',
    link: 'api',
    linkKind: 'api',
    preview: 'Turn the heating down at ten',
    lastAt: now - 26 * hour,
  }),
  ...Array.from({ length: 14 }, (_, index) =>
    conversation(5 + index, {
      title:
        [
          'Sourdough, day four',
          'Regex for invoices',
          'Packing list for Lisbon',
          'Birthday poem',
          'Why is the sky red?',
          'Bike gears',
          'A name for a boat',
        ][index % 7] ?? '',
      lastAt: now - (30 + index * 26) * hour,
    }),
  ),
];

export function message(seq: number, change: Partial<MessageView>): MessageView {
  return {
    id: `m${String(seq)}`,
    seq,
    conversation: 'c1',
    kind: 'person',
    authorName: '',
    text: '',
    at: now - (60 - seq) * minute,
    forwarded: false,
    revision: 0,
    attachments: [],
    contextNo: 1,
    state: 'answered',
    reason: null,
    turn: `t${String(seq)}`,
    model: null,
    cost: null,
    delivery: null,
    steps: null,
    scheduled: null,
    ...change,
  };
}

const sample = `It depends on the **weather**, mostly. Three things decide when to move a hive:

1. The night temperature stays above 5 °C.
2. The colony has stopped flying for the day.
3. The new place is either *very near* or *far away*.

| distance | what happens | do |
|---|---|---|
| up to 1 m a day | they find home | nothing |
| 1 m to 5 km | they fly to the old place | avoid |
| over 5 km | they learn anew | strap and drive |

\`\`\`python
def may_move(night_celsius: float, distance_km: float) -> bool:
    near, far = 0.001, 5
    return night_celsius > 5 and (distance_km <= near or distance_km >= far)
\`\`\`

> Close the entrance after dusk, not before.

See the [beekeepers' handbook](https://example.org/bees) for the straps.`;

export const messages: readonly MessageView[] = [
  ...Array.from({ length: 12 }, (_, index) => [
    message(index * 2 - 30, {
      at: now - 2 * 24 * hour + index * minute,
      text: `Question number ${String(index + 1)} about the hives?`,
    }),
    message(index * 2 - 29, {
      kind: 'assistant',
      authorName: 'Porchlight',
      model: 'ollama/qwen3:8b',
      at: now - 2 * 24 * hour + index * minute + 20_000,
      text: `That is the answer to question ${String(index + 1)}: wait for a warm, dry day, and look at the frames one by one before you decide anything.`,
      turn: `t${String(index * 2 - 30)}`,
    }),
  ]).flat(),
  message(1, { text: 'When should I move my bees before the winter? They stand by the shed now.' }),
  message(2, { kind: 'assistant', authorName: 'Porchlight', model: 'ollama/qwen3:8b', text: sample, turn: 't1' }),
  message(3, { text: 'And if it is only three metres?' }),
  message(4, {
    kind: 'notice',
    authorName: '',
    reason: { code: 'model.timeout', params: { model: 'qwen3:8b', provider: 'Ollama' } },
    turn: 't3',
  }),
  message(5, { text: 'Try again, please.', contextNo: 2 }),
  message(6, {
    kind: 'assistant',
    authorName: 'Porchlight',
    model: 'lab/gpt-test',
    contextNo: 2,
    text: 'Move it **at most one metre a day**, or take it far away for three weeks first.',
    turn: 't5',
  }),
  message(7, { text: 'Write that as a plan for the week.', contextNo: 2, state: 'answering', turn: 't7' }),
];

export const telegramMessages: readonly MessageView[] = [
  message(41, {
    conversation: 'c2',
    text: 'Hello from the train',
    authorName: 'Ada Berger',
    at: now - 80 * minute,
    state: 'late',
    reason: { code: 'access.late' },
    turn: null,
  }),
  message(42, {
    conversation: 'c2',
    text: 'Is the museum open today?',
    authorName: 'Ada Berger',
    at: now - 30 * minute,
  }),
  message(43, {
    conversation: 'c2',
    kind: 'assistant',
    authorName: 'Porchlight',
    model: 'ollama/qwen3:8b',
    text: 'Yes: on Sundays it is open from **10 to 18**.',
    at: now - 29 * minute,
    turn: 't42',
    delivery: { state: 'sent', reason: null, late: false, parts: 1, sentParts: 1, again: 1 },
  }),
  message(44, {
    conversation: 'c2',
    text: 'What time does the museum close on Sundays?',
    authorName: 'Ada Berger',
    at: now - 7 * minute,
  }),
  message(45, {
    conversation: 'c2',
    kind: 'assistant',
    authorName: 'Porchlight',
    model: 'ollama/qwen3:8b',
    text: 'At 18:00. Last entry is at 17:15.',
    at: now - 6 * minute,
    turn: 't44',
    delivery: { state: 'failed', reason: { code: 'delivery.gave-up' }, late: false, parts: 1, sentParts: 0, again: 0 },
  }),
];

function link(id: string, change: Partial<LinkView>): LinkView {
  return {
    id,
    kind: 'telegram',
    name: 'Ada at home',
    handle: '@ada_home_bot',
    state: { kind: 'up', provenAt: now - 3000 },
    since: now - 5 * hour,
    lastInAt: now - 6 * minute,
    lastOutAt: now - 29 * minute,
    unsent: 0,
    waiting: 0,
    pausedUntil: null,
    persona: null,
    personaByFile: false,
    enabled: true,
    fixedByFile: false,
    apiRoot: null,
    mode: 'people',
    device: null,
    linked: true,
    hasOwner: true,
    ...change,
  };
}

export const links: readonly LinkView[] = [
  link('window', { kind: 'window', name: 'Window', handle: null }),
  link('ada-home-bot', { waiting: 17 }),
  link('club', {
    name: 'Bee club',
    handle: '@bee_club_bot',
    state: { kind: 'retrying', at: now + 12_000, attempt: 4, reason: { code: 'link.network' } },
    unsent: 2,
    apiRoot: 'http://127.0.0.1:8081',
  }),
  link('old', {
    name: 'Old bot',
    handle: '@old_porch_bot',
    state: { kind: 'signed-out', reason: { code: 'link.token-refused' } },
    lastInAt: null,
    lastOutAt: null,
    fixedByFile: true,
  }),
  link('hooked', {
    name: 'Shop bot',
    handle: '@shop_porch_bot',
    state: { kind: 'conflict', reason: { code: 'link.webhook-set' } },
  }),
  link('calm', { name: 'Calm bot', handle: '@calm_porch_bot', pausedUntil: Number.MAX_SAFE_INTEGER }),
  link('api', { kind: 'api', name: 'API', handle: null }),
];

export const providers: readonly ProviderView[] = [
  {
    id: 'ollama',
    kind: 'ollama',
    name: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434',
    keyEnd: null,
    keyRefused: false,
    local: true,
    fixedByFile: false,
  },
  {
    id: 'lab',
    kind: 'openai',
    name: 'Lab server',
    baseUrl: 'https://lab.example.org/v1',
    keyEnd: '9f2c',
    keyRefused: true,
    local: false,
    fixedByFile: false,
  },
  {
    id: 'router',
    kind: 'openai',
    name: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyEnd: '77aa',
    keyRefused: false,
    local: false,
    fixedByFile: false,
  },
  {
    id: 'practice',
    kind: 'practice',
    name: 'Practice',
    baseUrl: '',
    keyEnd: null,
    keyRefused: false,
    local: true,
    fixedByFile: false,
  },
];

const ollamaModels = ['qwen3:8b', 'gemma3:12b', 'llama3.2:3b', 'mistral-small3.2:24b'].map((name, index) => ({
  ref: `ollama/${name}`,
  provider: 'ollama',
  name,
  contextTokens: [32_768, 131_072, 131_072, 131_072][index] ?? null,
  sees: index === 1,
  tools: true,
  thinks: null,
  sizeBytes: [5_200_000_000, 8_100_000_000, 2_000_000_000, 15_000_000_000][index] ?? null,
  local: true,
  cooldownUntil: index === 2 ? now + 3 * minute : null,
  price: null,
}));

export const modelLists: readonly ModelListView[] = [
  { provider: 'ollama', models: ollamaModels, reason: null },
  { provider: 'lab', models: [], reason: { code: 'model.key-refused', params: { provider: 'Lab server' } } },
  {
    provider: 'practice',
    models: [
      {
        ref: 'practice/practice',
        provider: 'practice',
        name: 'practice',
        contextTokens: 8192,
        sees: false,
        tools: false,
        thinks: true,
        sizeBytes: null,
        local: true,
        cooldownUntil: null,
        price: null,
      },
    ],
    reason: null,
  },
];

export function settings(values: ReadonlyMap<string, unknown>): readonly SettingView[] {
  return Object.entries<SettingSchema>(settingSchemas).map(([key, schema]) => ({
    key,
    section: schema.section,
    type: schema.type,
    value: values.has(key) ? values.get(key) : schema.default,
    default: schema.default,
    unit: schema.type === 'number' ? schema.unit : null,
    min: schema.type === 'number' ? schema.min : null,
    max: schema.type === 'number' ? schema.max : null,
    options: schema.type === 'choice' ? schema.options : [],
    multiline: schema.type === 'text' && schema.multiline,
    advanced: schema.advanced,
    fixedByFile: key === 'timeZone',
  }));
}
