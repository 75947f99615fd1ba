import { expect, it } from 'vitest';
import { summaryCommands } from '../../../main/api/commands/summaries.ts';
import { startGateway } from '../../lib/gateway.ts';
import { callsFor, resultsIn, tool, toolsOf } from '../agent/tools.ts';
import { condensing, promptsOf, talk } from './condensing.ts';

const openai = { contextLength: 8192 };
const page = Array.from({ length: 9_000 }, (_, index) => `w${String(index)}`).join(' ');

it('reads on in a long result with the id that stands in it, and takes the piece for what the page is: of others', async () => {
  const look = tool('look', page, { outside: true });
  await using test = await startGateway({ telegram: false, openai, tools: toolsOf(look) });
  test.openai.script((call) => {
    const results = call.messages.filter(({ role }) => role === 'tool');
    if (results.length === 0) return { kind: 'reply', text: '', toolCalls: [{ name: 'look', arguments: '{}' }] };
    const rest = /read_more with id "([^"]+)" and from (\d+)/.exec(results[0]?.text ?? '');
    const given = JSON.stringify({ id: rest?.[1], from: Number(rest?.[2]) });
    if (results.length === 1) return { kind: 'reply', text: '', toolCalls: [{ name: 'read_more', arguments: given }] };
    return { kind: 'reply', text: 'read' };
  });
  await test.submit('go');
  await test.becomes('go', 'answered', 'thread');
  expect(callsFor(test, 'go')).toMatchObject([
    { name: 'look', state: 'done', outside: true },
    { name: 'read_more', state: 'done', outside: true },
  ]);
  const [first = '', second = ''] = resultsIn(test, -1);
  const from = Number(/from (\d+) gives them/.exec(first)?.[1]);
  expect(first).toContain(page.slice(0, from));
  expect(first).not.toContain(page.slice(0, from + 20));
  expect(second).toContain(page.slice(from, from + 3_000));
});

it('tells a person of no overflow however much the tools of one turn give', async () => {
  const look = tool('look', page);
  await using test = await startGateway({ telegram: false, openai, tools: toolsOf(look) });
  let calls = 0;
  test.openai.script(() =>
    ++calls <= 12
      ? { kind: 'reply', text: '', toolCalls: [{ name: 'look', arguments: '{}' }] }
      : { kind: 'reply', text: 'That was a lot.' },
  );
  await test.submit('go');
  await test.becomes('go', 'answered', 'thread');
  expect(test.messages('thread').at(-1)).toMatchObject({ kind: 'assistant', text: 'That was a lot.', reason: null });
  expect(promptsOf(test).filter(({ accepted }) => !accepted).length).toBeLessThanOrEqual(1);
  expect(resultsIn(test, -1)).toHaveLength(12);
});

it('shows in the window what a summary took the place of', async () => {
  await using test = await startGateway({ telegram: false, openai });
  test.openai.script(
    condensing(
      () => '<summary>They counted.</summary>',
      () => 'well',
    ),
  );
  const commands = summaryCommands({ storage: test.store });
  for (let turn = 1; turn <= 10; turn++) await talk(test, `turn-${String(turn)} ${'word '.repeat(720)}`);
  const { id } = test.conversation('thread');
  const answer = await commands['conversations.summaries']({ conversation: id });
  expect(answer).toMatchObject({ ok: true, value: [{ text: 'They counted.', contextNo: 1, model: 'lab/gpt-test' }] });
  const none = await commands['conversations.summaries']({ conversation: 'none' });
  expect(none).toMatchObject({ ok: false, reason: { code: 'input.not-found' } });
});
