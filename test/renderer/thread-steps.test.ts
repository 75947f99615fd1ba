import { expect, test } from 'vitest';
import type { StepsTallyView, StepView, ToolCallView } from '../../preload/contract/agent-views.ts';
import { beginningOf } from '../../renderer/components/beginning.ts';
import { readableJson, toolAtWork, toolTitle } from '../../renderer/components/tool-words.ts';
import { visible } from '../../renderer/components/visible.ts';
import { isRemembered, lastRefusal, stepsLine } from '../../renderer/screens/conversations/steps-line.ts';

function call(name: string, change: Partial<ToolCallView> = {}): ToolCallView {
  return {
    id: name,
    name,
    arguments: '{}',
    state: 'done',
    result: '',
    resultLength: 0,
    reason: null,
    begunAt: 1,
    endedAt: 2,
    askedUntil: null,
    card: null,
    ...change,
  };
}

function step(calls: readonly ToolCallView[], reasoning = ''): StepView {
  return { position: 0, model: 'lab/gpt-test', text: '', reasoning, at: 0, calls };
}

const late = call('send', { state: 'refused', reason: { code: 'tool.unanswered', params: { tool: 'send' } } });

function tally(change: Partial<StepsTallyView>): StepsTallyView {
  return { steps: 1, thought: false, tools: [], refused: 0, unanswered: 0, unsure: 0, ...change };
}

function used(name: string, calls = 1, failed = 0): StepsTallyView['tools'][number] {
  return { name, calls, failed };
}

test('tools are called by their names, with how often (three calls passed for three tools)', () => {
  expect(stepsLine(tally({ tools: [used('recall', 3)] }))).toBe('Used “Recall” ×3');
  expect(stepsLine(tally({ tools: [used('read_web_page', 2), used('files__read')] }))).toBe(
    'Used “Read a web page” ×2, “read (files)”',
  );
});

test('of two dozen tools the first three are named (a line that filled the window)', () => {
  const tools = Array.from({ length: 24 }, (_, index) => used(`tool${String(index)}`));
  expect(stepsLine(tally({ tools }))).toBe('Used “tool0”, “tool1”, “tool2” and 21 more');
});

test('a call that was not made is not said to be used, and says why; one that failed says so', () => {
  expect(stepsLine(tally({ refused: 1 }))).toBe('1 call was not allowed');
  expect(stepsLine(tally({ unanswered: 1 }))).toBe('1 call was refused: nobody answered in time');
  expect(stepsLine(tally({ tools: [used('recall', 2, 1)] }))).toBe('Used “Recall” ×2 · 1 call failed');
  expect(stepsLine(tally({ tools: [used('recall')], refused: 1, unanswered: 1, thought: true }))).toBe(
    'Used “Recall” · 1 call was not allowed · 1 call was refused: nobody answered in time · thought for a while',
  );
});

test('a call of which nobody knows stands in the line (it would pass for one that was made)', () => {
  expect(stepsLine(tally({ unsure: 1 }))).toBe('1 call may or may not have taken effect');
});

test('a reply that only thought says so, and one without anything to tell says nothing untrue', () => {
  expect(stepsLine(tally({ thought: true }))).toBe('Thought for a while');
  expect(stepsLine(tally({}))).toBe('What was done for it');
});

test('only what was kept is told as kept in memory (a wish to remember that failed was told as done)', () => {
  expect(isRemembered(tally({ tools: [used('recall'), used('remember', 2, 1)] }))).toBe(true);
  expect(isRemembered(tally({ tools: [used('remember', 1, 1)] }))).toBe(false);
});

test('while a reply goes on, the refusal of its newest call is told, and none that was followed by another call', () => {
  expect(lastRefusal([step([late])])?.code).toBe('tool.unanswered');
  expect(lastRefusal([step([late]), step([call('recall', { state: 'running' })])])).toBeNull();
  expect(lastRefusal([])).toBeNull();
});

test('our own tools have names in words, another one stands as it is called, also one called like a part of objects', () => {
  expect(toolTitle('read_web_page')).toBe('Read a web page');
  expect(toolAtWork('read_web_page')).toBe('Reading a web page…');
  expect(toolTitle('toString')).toBe('toString');
  expect(toolAtWork('files__read')).toBe('Using read (files)…');
});

test('signs that are not seen are shown (what is allowed would read otherwise than it is)', () => {
  const turned = '{"path":"photo\u202Egnp.exe","to":"a\u200Bb"}';
  expect(readableJson(turned)).toBe('{\n  "path": "photo\\u{202e}gnp.exe",\n  "to": "a\\u{200b}b"\n}');
  expect(visible('one\ttwo\nthree\u0007')).toBe('one\ttwo\nthree\\u{7}');
  expect(readableJson('{"cut": ')).toBe('{"cut": ');
});

test('the beginning of a long text ends after twelve lines or 700 units, and never within a character', () => {
  expect(beginningOf(Array.from({ length: 30 }, (_, line) => String(line)).join('\n')).split('\n')).toHaveLength(12);
  expect(beginningOf('a'.repeat(2000))).toHaveLength(700);
  expect(beginningOf(`${'a'.repeat(699)}😀${'b'.repeat(10)}`)).toBe('a'.repeat(699));
  expect(beginningOf('short')).toBe('short');
});
