/*
 * The prompt of the next turn of a conversation of 2,000 turns, put together from the store by the core's own functions,
 * in the bench's own process and without a host: history, summary and frame are read, files are looked for, tokens are
 * estimated, room is given out. Once for a model whose window takes everything that is read (the last 400 messages), once
 * for a small one behind a summary. Neither the model nor the counting of its server is in it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createIds, createSystemClock } from '../../../main/api/machine.ts';
import { createCalendar } from '../../../main/gateway/calendar.ts';
import { assembleContext, type AssembledContext } from '../../../main/gateway/context/context.ts';
import { historyOf } from '../../../main/gateway/context/request.ts';
import type { Tables } from '../../../main/gateway/storage.ts';
import type { ConversationRow, LinkRow, MessageRow } from '../../../main/gateway/types.ts';
import { openStore, type Store } from '../../../main/store/store.ts';
import { temporaryFolder } from '../host.ts';
import { atMost, WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { median, percentile } from '../stats.ts';

const turns = 2000;
const large = 1_000_000;
const small = 8192;
const id = 'bench';

const clock = createSystemClock();
const calendar = createCalendar(
  () => 'UTC',
  () => 'UTC',
);

const link: LinkRow = {
  id: 'bot',
  kind: 'telegram',
  name: 'Bot',
  account: null,
  handle: null,
  enabled: true,
  apiRoot: null,
  serverKey: null,
  mode: 'people',
  device: null,
  language: null,
  linkedAt: 1,
  capabilities: {},
  pausedUntil: null,
  persona: null,
  fixedByFile: false,
  createdAt: 1,
};
const conversation: ConversationRow = {
  id,
  link: 'bot',
  chat: '1',
  topic: null,
  kind: 'private',
  title: 'Ada',
  contextNo: 1,
  model: null,
  persona: null,
  thinking: null,
  pausedUntil: null,
  pausedBy: null,
  undeliverable: null,
  unread: 0,
  createdAt: 1,
  lastAt: 1,
};

function message(turn: number, kind: 'person' | 'assistant', text: string): Omit<MessageRow, 'seq'> {
  const number = String(turn).padStart(5, '0');
  return {
    id: `${kind}-${number}`,
    conversation: id,
    link: 'bot',
    kind,
    author: kind === 'person' ? '1' : null,
    authorName: kind === 'person' ? 'Ada' : '',
    platformId: kind === 'person' ? number : null,
    revision: 0,
    forwarded: false,
    text,
    contextNo: 1,
    at: turn,
    receivedAt: turn,
    state: 'answered',
    reason: null,
    turn: `turn-${number}`,
    model: kind === 'person' ? null : 'lab/gpt',
  };
}

function fill(tables: Tables): void {
  tables.links.put(link);
  tables.conversations.put(conversation);
  for (let turn = 0; turn < turns; turn++) {
    // Some hundred characters asked and some thousand answered, as people and models do.
    tables.messages.add(message(turn, 'person', `Question ${String(turn)}? ${'why so '.repeat(turn % 40)}`));
    tables.messages.add(message(turn, 'assistant', `Answer ${String(turn)}. ${'because of it '.repeat(turn % 150)}`));
  }
}

/** What the prompt of the next turn is made of. */
function nextPrompt(read: Tables, window: number): AssembledContext {
  const summary = read.summaries.latest(id, 1);
  const frame = read.frames.get(id);
  const asked: MessageRow = { ...message(turns, 'person', 'And what now?'), seq: turns * 2 + 1, state: 'answering' };
  const context = assembleContext({
    persona: '',
    linkKind: 'telegram',
    chatKind: 'private',
    now: Date.now(),
    calendar,
    history: historyOf(read, { conversation: { id }, row: { contextNo: 1 } }, summary?.upto),
    inputs: [asked],
    files: new Set(),
    pictureTokens: 0,
    turn: asked.turn ?? '',
    summary: summary?.text ?? '',
    memory: frame?.memory ?? '',
    steps: [],
    tools: [],
    window,
    maxOutputTokens: 4096,
  });
  if (!context.ok) throw new WrongAnswer(`no prompt: ${context.failure.code}`);
  return context.value;
}

function measure(read: Tables, window: number, rounds: number, right: (text: string) => boolean): readonly number[] {
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    const { messages } = nextPrompt(read, window);
    took.push(performance.now() - from);
    if (round === 0 && !right(JSON.stringify(messages))) throw new WrongAnswer('the prompt holds something else');
  }
  return took;
}

async function open(folder: string): Promise<Store> {
  for (const name of ['attachments', 'backups', 'logs']) mkdirSync(join(folder, name));
  const opened = await openStore({ dataDir: folder, clock, ids: createIds(clock), log: { write: () => undefined } });
  if (!opened.ok) throw new Error(opened.failure.code);
  return opened.value;
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  await using folder = await temporaryFolder();
  const store = await open(folder.path);
  try {
    await store.commit(fill);
    const rounds = bench.quick ? 5 : 500;
    const newest = `Answer ${String(turns - 1)}.`;
    const whole = (text: string): boolean => text.includes(`Answer ${String(turns - 200)}.`) && text.includes(newest);
    measure(store.read, large, rounds, whole);
    await bench.quiet();
    const took = measure(store.read, large, rounds, whole);
    await store.commit((tables) => {
      const upto = turns * 2 - 60;
      const row = {
        conversation: id,
        contextNo: 1,
        model: 'lab/gpt',
        turns: turns - 30,
        tokensBefore: 9,
        tokensAfter: 9,
      };
      tables.summaries.add({ ...row, id: 's', upto, text: 'They spoke of why. '.repeat(100), outside: false, at: 1 });
      tables.frames.put({ conversation: id, contextNo: 1, day: '', summary: 's', memory: 'a boat', tried: null });
    });
    const behind = measure(
      store.read,
      small,
      rounds,
      (text) => text.includes('They spoke of why.') && text.includes(newest) && !text.includes('Answer 1900.'),
    );
    const how = `${String(took.length)} prompts, p50 ${median(took).toFixed(2)} ms`;
    return [
      { name: 'context of 2,000 turns, p95', unit: 'ms', value: percentile(took, 0.95), goal: atMost(5), how },
      {
        name: 'context: behind a summary, p95',
        unit: 'ms',
        value: percentile(behind, 0.95),
        goal: atMost(5),
        how: `${String(behind.length)} prompts, p50 ${median(behind).toFixed(2)} ms`,
      },
    ];
  } finally {
    await store.close();
  }
}

export const context: Scenario = { name: 'context', run };
