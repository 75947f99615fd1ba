import { expect, test } from 'vitest';
import type { StepView, ToolCallView } from '../../preload/contract/agent-views.ts';
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

const refused = call('send', { state: 'refused', reason: { code: 'tool.refused', params: { tool: 'send' } } });
const late = call('send', { state: 'refused', reason: { code: 'tool.unanswered', params: { tool: 'send' } } });

test('a tool that was called three times is one tool (the line counted calls as tools)', () => {
  expect(stepsLine([step([call('recall'), call('recall')]), step([call('recall')])])).toBe('Used “Recall”');
  expect(stepsLine([step([call('recall'), call('files__read')])])).toBe('Used 2 tools');
});

test('a call that was not made is not said to be used, and says why', () => {
  expect(stepsLine([step([refused])])).toBe('1 call was not allowed');
  expect(stepsLine([step([late])])).toBe('1 call was refused: nobody answered in time');
  expect(stepsLine([step([call('recall'), late, refused], 'Hm.')])).toBe(
    'Used “Recall” · 1 call was not allowed · 1 call was refused: nobody answered in time · thought for a while',
  );
});

test('a call of which nobody knows stands in the line (it would pass for one that was made)', () => {
  expect(stepsLine([step([call('send', { state: 'unsure' })])])).toBe('1 call may or may not have taken effect');
});

test('a reply that only thought says so, and one without anything to tell says nothing untrue', () => {
  expect(stepsLine([step([], 'Hm.')])).toBe('Thought for a while');
  expect(stepsLine([])).toBe('What was done for it');
});

test('only what was kept is told as kept in memory (a refused wish to remember was told as done)', () => {
  expect(isRemembered([step([call('recall')]), step([call('remember')])])).toBe(true);
  expect(isRemembered([step([call('remember', { state: 'refused' })])])).toBe(false);
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
  expect(toolAtWork('files__read')).toBe('Using files__read…');
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
