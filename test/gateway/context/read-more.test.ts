import { expect, it } from 'vitest';
import { createReadMoreTool } from '../../../main/gateway/context/read-more.ts';
import type { ToolCallRow } from '../../../main/gateway/agent/types.ts';
import type { Tables } from '../../../main/gateway/storage.ts';
import type { MessageState } from '../../../main/gateway/types.ts';
import {
  attachmentRow,
  conversationRow,
  newMessage,
  openTestStore,
  TemporaryDirectory,
  turnRow,
} from '../../store/support.ts';

const like = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const call: ToolCallRow = {
  id: 'call',
  turn: 't1',
  conversation: 'c1',
  step: 0,
  position: 0,
  callId: 'call_0',
  name: 'read_web_page',
  arguments: '{}',
  state: 'done',
  outside: true,
  result: 'of a page',
  reason: null,
  askedAt: null,
  begunAt: null,
  endedAt: null,
};

/** Two conversations with the same things in each, the second's ids ending in `-2`. */
function fillBoth(tables: Tables): void {
  for (const [conversation, end] of [
    ['c1', ''],
    ['c2', '-2'],
  ] as const) {
    tables.conversations.put(conversationRow({ id: conversation }));
    tables.turns.add(turnRow({ id: `t1${end}`, conversation }));
    tables.messages.add(newMessage({ id: `m1${end}`, conversation, text: 'of the owner', state: 'answered' }));
    tables.messages.add(newMessage({ id: `m2${end}`, conversation, text: '[document]', state: 'answered' }));
    tables.toolCalls.add({ ...call, id: `call${end}`, turn: `t1${end}`, conversation });
    const row = {
      id: `file${end}`,
      message: `m2${end}`,
      kind: 'document',
      type: 'text/plain',
      state: 'stored',
    } as const;
    tables.attachments.add(attachmentRow({ ...row, name: 'notes.txt' }));
    tables.attachments.putWords(`file${end}`, 'of a document');
  }
}

async function reading(
  prepare: (tables: Tables) => void,
  work: (read: (input: unknown) => Promise<{ readonly text: string; readonly outside?: boolean }>) => Promise<void>,
): Promise<void> {
  using directory = new TemporaryDirectory();
  await using test = await openTestStore(directory.path);
  await test.store.commit(prepare);
  const tool = createReadMoreTool(test.store.read);
  await work((input) => tool.run(input, { conversation: 'c1', link: 'bot' }, new AbortController().signal));
}

it('gives messages, results and documents of its conversation, and says which of them others wrote', async () => {
  await reading(fillBoth, async (read) => {
    expect(await read({ id: 'm:m1' })).toMatchObject({
      text: like(/^of the owner\n/),
      outside: false,
    });
    expect(await read({ id: 't:call' })).toMatchObject({ text: like(/^of a page\n/), outside: true });
    expect(await read({ id: 'file' })).toMatchObject({
      text: like(/^of a document\n/),
      outside: true,
    });
    expect(await read({ id: 'm:m2' })).toMatchObject({ outside: true });
  });
});

it.each(['m:m1-2', 'm:m2-2', 't:call-2', 'file-2'])(
  'gives nothing of another conversation (%s), and does not say that it is there',
  async (id) => {
    await reading(fillBoth, async (read) => {
      const elsewhere = await read({ id });
      const nowhere = await read({ id: 'm:none' });
      expect(elsewhere).toEqual({ ok: false, text: nowhere.text.replace('m:none', id) });
    });
  },
);

it.each(['kept', 'ignored', 'deleted', 'cleared', 'paused', 'waiting'] as const satisfies readonly MessageState[])(
  'gives no message that is %s: no prompt has shown it',
  async (state) => {
    const prepare = (tables: Tables): void => {
      fillBoth(tables);
      tables.messages.mark(['m1', 'm2'], state, null);
    };
    await reading(prepare, async (read) => {
      for (const id of ['m:m1', 'm:m2', 'file']) expect(await read({ id })).toMatchObject({ ok: false });
    });
  },
);

it('gives a long text in pieces that join to the whole, and never parts a pair (a letter would be lost at each seam)', async () => {
  const text = Array.from({ length: 9000 }, (_, index) => `word ${String(index)} 😀`).join(' ');
  const prepare = (tables: Tables): void => {
    fillBoth(tables);
    tables.messages.add(newMessage({ id: 'long', text, state: 'answered' }));
  };
  await reading(prepare, async (read) => {
    let joined = '';
    for (let pieces = 0; pieces < 100; pieces++) {
      const { text: answer } = await read({ id: 'm:long', from: joined.length });
      const end = answer.lastIndexOf('\n[');
      expect(answer.isWellFormed()).toBe(true);
      joined += answer.slice(0, end);
      if (answer.includes('[to the end')) break;
      expect(answer.slice(end)).toContain(`go on with from ${String(joined.length)}]`);
    }
    expect(joined).toBe(text);
    expect(await read({ id: 'm:long', from: 10_000_000 })).toMatchObject({
      ok: true,
      text: like(/^\n\[to/),
    });
  });
});

it.each([null, 'm:m1', {}, { id: 7 }, { id: 'm:m1', from: -1 }, { id: 'm:m1', from: 'there' }])(
  'says what it needs when it is asked with %j',
  async (input) => {
    await reading(fillBoth, async (read) => {
      expect(await read(input)).toMatchObject({ ok: false, text: like(/"id"/) });
    });
  },
);
